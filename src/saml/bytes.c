/*
 * bytes.c - what is decided before any XML parser sees a message.
 *
 * Between its tags a message is text.  Comments, CDATA, declarations and
 * processing instructions all begin with "<!" or "<?", and neither can stand
 * anywhere else in well-formed XML, so one pass over the bytes refuses them all.
 * The same pass counts, so that nothing large is ever built.
 */
#include "job.h"

#include <string.h>
#include <strings.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
	DEPTH_MAX = 32,
	ELEMENTS_MAX = 4000,
	TAG_MAX = 16 * 1024,
	TAG_QUOTES_MAX = 2 * 64, /* attributes and namespaces of one element */
	TEXT_MAX = 16 * 1024,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* 0 to 63; -1 for anything else. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters to one to three bytes; 0 if they are not base64 in its one
 * form: padding whole, unused bits zero (RFC 4648, section 3.5). */
static int decode_four(const char in[4], unsigned char out[3])
{
	int pad = in[3] != '=' ? 0 : in[2] != '=' ? 1 : 2;
	uint32_t bits = 0;

	for (int i = 0; i < 4; i++) {
		int v = i < 4 - pad ? base64_value(in[i]) : 0;

		if (v < 0)
			return 0;
		bits = bits << 6 | (uint32_t)v;
	}
	if ((pad == 1 && bits & 0xff) || (pad == 2 && bits & 0xffff))
		return 0;
	out[0] = (unsigned char)(bits >> 16);
	out[1] = (unsigned char)(bits >> 8);
	out[2] = (unsigned char)bits;
	return 3 - pad;
}

bool base64_decode(struct job *j, struct slice text, struct slice *out)
{
	char *bytes = arena_alloc(j->arena, text.n / 4 * 3 + 4), four[4];
	size_t n = 0;
	int have = 0, last = 3;

	for (size_t i = 0; i < text.n; i++) {
		if (is_blank(text.p[i]))
			continue;
		if (last < 3)
			return refuse(j, SAML_BASE64, "something follows the padding");
		four[have++] = text.p[i];
		if (have < 4)
			continue;
		have = 0;
		last = decode_four(four, (unsigned char *)bytes + n);
		if (last == 0)
			return refuse(j, SAML_BASE64, "byte %zu is not base64", i);
		n += (size_t)last;
	}
	*out = (struct slice){ bytes, n };
	return (have == 0 && n > 0) ||
	       refuse(j, SAML_BASE64, n ? "cut short: no padding" : "empty");
}

/* One raw deflate stream (RFC 1951) and nothing behind it. */
bool inflate_raw(struct job *j, struct slice packed, struct slice *out)
{
	z_stream z = { 0 };
	char *room = arena_alloc(j->arena, SAML_MESSAGE_MAX + 1);
	int rc;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return refuse(j, SAML_INFLATE, "no memory");
	z.next_in = (const unsigned char *)packed.p;
	z.avail_in = (uInt)packed.n;
	z.next_out = (Bytef *)room;
	z.avail_out = SAML_MESSAGE_MAX + 1;
	rc = inflate(&z, Z_FINISH);
	*out = (struct slice){ room, z.total_out };
	inflateEnd(&z);
	if (z.avail_out == 0)
		return refuse(j, SAML_TOO_LARGE, "inflates to more than %d bytes",
			      SAML_MESSAGE_MAX);
	if (rc != Z_STREAM_END || z.avail_in)
		return refuse(j, SAML_INFLATE,
			      rc == Z_STREAM_END ? "bytes follow the stream"
						 : "not a deflate stream");
	return true;
}

static bool starts(struct slice s, size_t at, const char *with)
{
	size_t n = strlen(with);

	return s.n - at >= n && memcmp(s.p + at, with, n) == 0;
}

/* "<!" or "<?": which kind, for the reason. */
static bool refuse_declaration(struct job *j, struct slice s, size_t at)
{
	if (starts(s, at, "<!--"))
		return refuse(j, SAML_MARKUP, "a comment at byte %zu", at);
	if (starts(s, at, "<![CDATA["))
		return refuse(j, SAML_MARKUP, "CDATA at byte %zu", at);
	if (starts(s, at, "<?"))
		return refuse(j, SAML_MARKUP, "a processing instruction at byte %zu", at);
	return refuse(j, SAML_DOCTYPE, "a declaration at byte %zu", at);
}

/* The end of the tag that begins at *at; quotes may hold '>'. */
static bool skip_tag(struct job *j, struct slice s, size_t *at)
{
	size_t from = *at;
	int quotes = 0;
	char quote = 0;

	for (; *at < s.n; (*at)++) {
		char c = s.p[*at];

		if (c == quote || (!quote && (c == '"' || c == '\''))) {
			quote = quote ? '\0' : c;
			quotes++;
		} else if (!quote && c == '>') {
			break;
		}
		if (quotes > TAG_QUOTES_MAX || *at - from > TAG_MAX)
			return refuse(j, SAML_LIMITS, "a tag with too much in it at byte %zu",
				      from);
	}
	return *at < s.n || refuse(j, SAML_XML, "a tag without end at byte %zu", from);
}

/* Certificates and ciphertext are long and base64; whatever else is not. */
static bool text_fits(struct job *j, struct slice s, size_t from, size_t to)
{
	if (to - from <= TEXT_MAX)
		return true;
	for (size_t i = from; i < to; i++)
		if (base64_value(s.p[i]) < 0 && s.p[i] != '=' && !is_blank(s.p[i]))
			return refuse(j, SAML_LIMITS, "a text of %zu bytes", to - from);
	return true;
}

static bool count_tags(struct job *j, struct slice s, size_t at)
{
	size_t text = at;
	int depth = 0, elements = 0;

	for (; at < s.n; at++) {
		if (s.p[at] != '<')
			continue;
		if (!text_fits(j, s, text, at))
			return false;
		if (starts(s, at, "<!") || starts(s, at, "<?"))
			return refuse_declaration(j, s, at);
		depth += starts(s, at, "</") ? -1 : 1;
		elements += !starts(s, at, "</");
		if (depth > DEPTH_MAX || elements > ELEMENTS_MAX)
			return refuse(j, SAML_LIMITS, "%d elements, %d deep, and more", elements,
				      depth);
		if (!skip_tag(j, s, &at))
			return false;
		depth -= s.p[at - 1] == '/';
		text = at + 1;
	}
	return true;
}

/* Length of "<?xml ... ?>" at the start, 0 where there is none.  It may declare
 * UTF-8 or nothing. */
static bool skip_prolog(struct job *j, struct slice s, size_t *at)
{
	const char *end, *encoding;
	char *prolog;

	if (!starts(s, *at, "<?xml"))
		return true;
	end = memmem(s.p + *at, s.n - *at, "?>", 2);
	if (!end || end - s.p > 200)
		return refuse(j, SAML_XML, "an XML declaration without end");
	prolog = arena_strndup(j->arena, s.p + *at, (size_t)(end - s.p) - *at);
	encoding = strstr(prolog, "encoding");
	*at = (size_t)(end - s.p) + 2;
	if (!encoding)
		return true;
	encoding += strcspn(encoding, "\"'");
	return strncasecmp(encoding, "\"UTF-8\"", 7) == 0 ||
	       strncasecmp(encoding, "'UTF-8'", 7) == 0 ||
	       refuse(j, SAML_ENCODING, "declared as %s", encoding);
}

bool bytes_check(struct job *j, struct slice s)
{
	size_t at = 0;

	if (s.n > SAML_MESSAGE_MAX)
		return refuse(j, SAML_TOO_LARGE, "%zu bytes", s.n);
	if (memchr(s.p, '\0', s.n))
		return refuse(j, SAML_ENCODING, "a NUL byte");
	if (!text_is_utf8(arena_strndup(j->arena, s.p, s.n)))
		return refuse(j, SAML_ENCODING, "bytes that are not UTF-8");
	if (starts(s, at, "\xef\xbb\xbf"))
		at = 3;
	if (!skip_prolog(j, s, &at))
		return false;
	while (at < s.n && is_blank(s.p[at]))
		at++;
	if (!starts(s, at, "<"))
		return refuse(j, SAML_XML, "does not begin with an element");
	return count_tags(j, s, at);
}
