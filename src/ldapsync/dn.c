/* dn.c - distinguished names (RFC 4514) as keys: equal for all spellings of one name. */
#include <string.h>

#include "parts.h"

enum { AVAS_MAX = 16 };

/* Types that are written in several ways. */
static const struct {
	const char *written, *meant;
} aliases[] = {
	{ "2.5.4.3", "cn" },
	{ "commonname", "cn" },
	{ "2.5.4.11", "ou" },
	{ "organizationalunitname", "ou" },
	{ "2.5.4.10", "o" },
	{ "organizationname", "o" },
	{ "2.5.4.6", "c" },
	{ "countryname", "c" },
	{ "0.9.2342.19200300.100.1.25", "dc" },
	{ "domaincomponent", "dc" },
	{ "0.9.2342.19200300.100.1.1", "uid" },
	{ "userid", "uid" },
};

struct reader {
	struct arena *arena;
	const char *p, *end;
	char *out; /* room for three times the DN and some */
	size_t n;
	char *value; /* room for one value */
	size_t value_n;
};

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

static bool hex_byte(const char *p, const char *end, char *out)
{
	int high = end - p >= 2 ? hex_digit(p[0]) : -1, low = high >= 0 ? hex_digit(p[1]) : -1;

	*out = (char)(high * 16 + low);
	return low >= 0;
}

static void skip_spaces(struct reader *r)
{
	while (r->p < r->end && *r->p == ' ')
		r->p++;
}

static bool is_type_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* "cn=" in lower case; the last space before "=" is not part of it. */
static bool read_type(struct reader *r)
{
	char type[64];
	size_t n = 0;
	char c;

	skip_spaces(r);
	for (; r->p < r->end && *r->p != '=' && *r->p != ' '; r->p++) {
		c = *r->p >= 'A' && *r->p <= 'Z' ? (char)(*r->p | 32) : *r->p;
		if (!is_type_char(c) || n == sizeof(type) - 1)
			return false;
		type[n++] = c;
	}
	skip_spaces(r);
	if (n == 0 || r->p == r->end || *r->p++ != '=')
		return false;
	type[n] = '\0';
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(type, aliases[i].written) == 0) {
			n = strlen(aliases[i].meant);
			memcpy(type, aliases[i].meant, n);
		}
	memcpy(r->out + r->n, type, n);
	r->n += n;
	r->out[r->n++] = '=';
	return true;
}

/* #0402ab: BER, compared by its bytes. */
static bool read_hex(struct reader *r)
{
	for (r->p++; r->p < r->end && hex_digit(*r->p) >= 0; r->p += 2)
		if (!hex_byte(r->p, r->end, &r->value[r->value_n++]))
			return false;
	skip_spaces(r);
	return r->value_n > 0 && (r->p == r->end || *r->p == ',' || *r->p == '+');
}

static bool read_escape(struct reader *r, char *out)
{
	r->p++;
	if (hex_byte(r->p, r->end, out)) {
		r->p += 2;
		return true;
	}
	if (r->p == r->end || !strchr(" \"#+,;<=>\\", *r->p) || *r->p == '\0')
		return false;
	*out = *r->p++;
	return true;
}

static bool read_string(struct reader *r)
{
	char c;

	while (r->p < r->end && *r->p != ',' && *r->p != '+') {
		c = *r->p;
		if (c == '\\') {
			if (!read_escape(r, &c))
				return false;
		} else if (c == '\0' || c == '"' || c == ';' || c == '<' || c == '>') {
			return false;
		} else {
			r->p++;
		}
		r->value[r->value_n++] = c;
	}
	return true;
}

static bool is_ascii(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] >= 0x80)
			return false;
	return true;
}

/* Runs of spaces are one, those at the ends are none (RFC 4518, 2.6.1). */
static void put_squeezed(struct reader *r, const char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	bool space = false, any = false;
	char c;

	for (size_t i = 0; i < n; i++) {
		c = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] | 32) : p[i];
		if (c == ' ') {
			space = any;
			continue;
		}
		if (space)
			r->out[r->n++] = ' ';
		space = false;
		any = true;
		if ((unsigned char)c < 0x20 || c == 0x7f || strchr(",+=\\#", c)) {
			r->out[r->n++] = '\\';
			r->out[r->n++] = digits[(unsigned char)c >> 4];
			c = digits[c & 15];
		}
		r->out[r->n++] = c;
	}
}

/* Bytes that are no text, with a mark that no text has. */
static void put_bytes(struct reader *r)
{
	static const char digits[] = "0123456789abcdef";

	r->out[r->n++] = '#';
	for (size_t i = 0; i < r->value_n; i++) {
		r->out[r->n++] = digits[(unsigned char)r->value[i] >> 4];
		r->out[r->n++] = digits[r->value[i] & 15];
	}
}

static bool read_value(struct reader *r)
{
	const char *folded;
	bool hex;

	skip_spaces(r);
	r->value_n = 0;
	hex = r->p < r->end && *r->p == '#';
	if (!(hex ? read_hex(r) : read_string(r)))
		return false;
	r->value[r->value_n] = '\0';
	if (hex || memchr(r->value, '\0', r->value_n) || !text_is_utf8(r->value)) {
		put_bytes(r);
	} else if (is_ascii(r->value, r->value_n)) {
		put_squeezed(r, r->value, r->value_n);
	} else {
		/* folding may make text longer than three times its bytes */
		folded = text_fold(r->arena, r->value);
		if (strlen(folded) > 3 * r->value_n)
			put_bytes(r);
		else
			put_squeezed(r, folded, strlen(folded));
	}
	return true;
}

/* Sorts the parts of an RDN, which stand between start and the end, by their bytes. */
static void sort_parts(struct reader *r, size_t start, const size_t at[], int n)
{
	size_t total = r->n - start, done = 0, len;
	char *copy = arena_strndup(r->arena, r->out + start, total);
	const char *part[AVAS_MAX], *key;
	size_t size[AVAS_MAX];
	int j;

	for (int i = 0; i < n; i++) {
		key = copy + (at[i] - start);
		len = (i + 1 < n ? at[i + 1] - 1 : start + total) - at[i];
		for (j = i; j > 0; j--) {
			size_t less = len < size[j - 1] ? len : size[j - 1];
			int order = memcmp(key, part[j - 1], less);

			if (order > 0 || (order == 0 && len >= size[j - 1]))
				break;
			part[j] = part[j - 1];
			size[j] = size[j - 1];
		}
		part[j] = key;
		size[j] = len;
	}
	for (int i = 0; i < n; i++) {
		if (i)
			r->out[start + done++] = '+';
		memcpy(r->out + start + done, part[i], size[i]);
		done += size[i];
	}
}

static bool read_rdn(struct reader *r)
{
	size_t start = r->n, at[AVAS_MAX];
	int n = 0;

	for (;;) {
		if (n == AVAS_MAX)
			return false;
		at[n++] = r->n;
		if (!read_type(r) || !read_value(r))
			return false;
		if (r->p == r->end || *r->p != '+')
			break;
		r->p++;
		r->out[r->n++] = '+';
	}
	if (n > 1)
		sort_parts(r, start, at, n);
	return true;
}

/* Each byte of a DN becomes at most three; folded text at most three times three. */
static bool canonical(struct arena *a, struct slice dn, char *out, char *value, size_t *n)
{
	struct reader r = { .arena = a, .p = dn.p, .end = dn.p + dn.n, .out = out, .value = value };

	*n = 0;
	skip_spaces(&r);
	while (r.p < r.end) {
		if (!read_rdn(&r))
			return false;
		if (r.p == r.end)
			break;
		r.p++;
		if (r.p == r.end)
			return false;
		r.out[r.n++] = ',';
	}
	*n = r.n;
	return true;
}

/* More than any byte of a DN can become: folded and then escaped. */
#define ROOM(bytes) ((bytes)*9 + 64)

const char *dn_canonical(struct arena *a, struct slice dn)
{
	char *out, *value;
	size_t n;

	if (dn.n > DN_BYTES_MAX)
		return NULL;
	out = arena_alloc(a, ROOM(dn.n));
	value = arena_alloc(a, dn.n + 1);
	if (!canonical(a, dn, out, value, &n))
		return NULL;
	out[n] = '\0';
	return out;
}

bool dn_is_within(const char *dn, const char *of)
{
	size_t n = strlen(dn), tail = strlen(of);

	return tail == 0 || (n >= tail && strcmp(dn + n - tail, of) == 0 &&
			     (n == tail || dn[n - tail - 1] == ','));
}

bool dn_key(struct arena *a, struct slice dn, unsigned char key[DIR_KEY_BYTES])
{
	char out[ROOM(512)], value[513];
	const char *text = out;
	size_t n = 0;

	memset(key, 0, DIR_KEY_BYTES);
	if (dn.n > 512) {
		text = dn_canonical(a, dn);
		n = text ? strlen(text) : 0;
	} else if (!canonical(a, dn, out, value, &n)) {
		text = NULL;
	}
	if (!text)
		return false;
	text_digest(text, n, key);
	return true;
}

char *dn_first_value(struct arena *a, struct slice dn)
{
	struct reader r = { .arena = a, .p = dn.p, .end = dn.p + dn.n };
	bool hex;

	if (dn.n > DN_BYTES_MAX)
		return NULL;
	r.out = arena_alloc(a, ROOM(dn.n));
	r.value = arena_alloc(a, dn.n + 1);
	skip_spaces(&r);
	if (r.p == r.end)
		return arena_strdup(a, "");
	if (!read_type(&r))
		return NULL;
	skip_spaces(&r);
	hex = r.p < r.end && *r.p == '#';
	if (hex || !read_value(&r) || memchr(r.value, '\0', r.value_n) || !text_is_utf8(r.value))
		return NULL;
	while (r.value_n && r.value[r.value_n - 1] == ' ')
		r.value_n--;
	return arena_strndup(a, r.value, r.value_n);
}

struct slice dn_without_uid(struct slice value)
{
	size_t n = value.n;

	/* #'0101'B */
	if (n < 4 || value.p[n - 1] != 'B' || value.p[n - 2] != '\'')
		return value;
	for (n -= 2; n > 0 && (value.p[n - 1] == '0' || value.p[n - 1] == '1'); n--)
		;
	if (n < 2 || value.p[n - 1] != '\'' || value.p[n - 2] != '#')
		return value;
	return (struct slice){ value.p, n - 2 };
}

const char *dn_shown(struct arena *a, struct slice dn)
{
	struct buf b = buf_in(a, 4 * (dn.n < DN_BYTES_MAX ? dn.n : DN_BYTES_MAX) + 1);
	unsigned char byte;

	for (size_t i = 0; i < dn.n && i < DN_BYTES_MAX; i++) {
		byte = (unsigned char)dn.p[i];
		if (byte < 0x20 || byte == 0x7f)
			buf_printf(&b, "\\%02x", byte);
		else
			buf_put(&b, dn.p + i, 1);
	}
	if (!b.p)
		return "";
	return text_is_utf8(b.p) ? b.p : "(not text)";
}
