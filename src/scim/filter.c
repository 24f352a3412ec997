/* filter.c - parses SCIM filters (RFC 7644, section 3.4.2.2) by recursive descent. */

#include "filter.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

struct parser {
	struct ctx *c;
	const char *text, *p; /* p moves over text */
	int depth, terms;
	bool inner; /* between brackets: names are sub-attributes */
};

static const struct {
	const char *word;
	enum filter_op op;
} operators[] = {
	{ "eq", OP_EQ }, { "ne", OP_NE }, { "co", OP_CO }, { "sw", OP_SW }, { "ew", OP_EW },
	{ "gt", OP_GT }, { "ge", OP_GE }, { "lt", OP_LT }, { "le", OP_LE }, { "pr", OP_PR },
};

static bool parse_or(struct parser *ps, struct filter **out);

static void skip(struct parser *ps)
{
	ps->p += strspn(ps->p, " \t\r\n");
}

static bool expected(struct parser *ps, const char *what)
{
	return error(ps->c, ERR_FILTER, "expected %s at position %d of the filter", what,
		     (int)(ps->p - ps->text) + 1);
}

/* Takes the character if it is next. */
static bool take(struct parser *ps, char ch)
{
	skip(ps);
	if (*ps->p != ch)
		return false;
	ps->p++;
	return true;
}

/* Takes the word, in any case, if it is next and ends there. */
static bool take_word(struct parser *ps, const char *word)
{
	size_t n;

	skip(ps);
	n = name_span(ps->p);
	if (!slice_is((struct slice){ ps->p, n }, word))
		return false;
	ps->p += n;
	return true;
}

static bool node(struct parser *ps, enum filter_op op, struct filter **out)
{
	if (op >= OP_EQ && op <= OP_PR && ++ps->terms > FILTER_TERMS_MAX)
		return error(ps->c, ERR_FILTER, "the filter has more than %d terms",
			     FILTER_TERMS_MAX);
	*out = arena_new(ps->c->arena, struct filter);
	(*out)->op = op;
	return true;
}

static bool deeper(struct parser *ps)
{
	if (++ps->depth <= FILTER_DEPTH_MAX)
		return true;
	return error(ps->c, ERR_FILTER, "the filter is nested deeper than %d", FILTER_DEPTH_MAX);
}

/* ---- literals ---- */

static bool hex4(const char *p, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)p[i]))
			return false;
		*out = *out << 4 |
		       (uint32_t)(isdigit((unsigned char)p[i]) ? p[i] - '0'
							       : (p[i] | 0x20) - 'a' + 10);
	}
	return true;
}

static void put_utf8(struct buf *b, uint32_t u)
{
	char s[4];
	size_t n = u < 0x80 ? 1 : u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, u >>= 6)
		s[i] = (char)(0x80 | (u & 0x3f));
	s[0] = (char)(n == 1 ? u : (0xf00U >> n & 0xf0U) | u);
	buf_put(b, s, n);
}

/* \uXXXX or a pair of them; p stands on the first hex digit. */
static bool unescape_unicode(struct parser *ps, struct buf *b)
{
	uint32_t u, low;

	if (!hex4(ps->p, &u))
		return expected(ps, "four hex digits");
	if (u == 0 || (u >= 0xdc00 && u <= 0xdfff))
		return expected(ps, "another character than U+0000 or half of a pair");
	ps->p += 4;
	if (u >= 0xd800 && u <= 0xdbff) {
		if (ps->p[0] != '\\' || ps->p[1] != 'u' || !hex4(ps->p + 2, &low) || low < 0xdc00 ||
		    low > 0xdfff)
			return expected(ps, "the second half of a surrogate pair");
		u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
		ps->p += 6;
	}
	put_utf8(b, u);
	return true;
}

static bool unescape(struct parser *ps, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = *ps->p ? strchr(from, *ps->p) : NULL;

	if (*ps->p == 'u') {
		ps->p++;
		return unescape_unicode(ps, b);
	}
	if (!at)
		return expected(ps, "a JSON escape after \"\\\"");
	buf_put(b, &to[at - from], 1);
	ps->p++;
	return true;
}

static bool parse_string(struct parser *ps, const char **out)
{
	struct buf b = buf_in(ps->c->arena, FILTER_BYTES_MAX + 1);

	buf_puts(&b, "");
	for (ps->p++; *ps->p != '"';) {
		size_t n = strcspn(ps->p, "\"\\");

		buf_put(&b, ps->p, n);
		ps->p += n;
		if (*ps->p == '\0')
			return expected(ps, "a closing quote");
		if (*ps->p == '\\') {
			ps->p++;
			if (!unescape(ps, &b))
				return false;
		}
	}
	ps->p++;
	*out = b.p;
	return true;
}

/* As RFC 8259 writes numbers. */
static bool is_number(const char *s)
{
	s += *s == '-';
	if (*s == '0')
		s++;
	else if (isdigit((unsigned char)*s))
		s += strspn(s, "0123456789");
	else
		return false;
	if (*s == '.') {
		if (!isdigit((unsigned char)*++s))
			return false;
		s += strspn(s, "0123456789");
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '+' || *s == '-';
		if (!isdigit((unsigned char)*s))
			return false;
		s += strspn(s, "0123456789");
	}
	return *s == '\0';
}

static bool parse_literal(struct parser *ps, struct filter *f)
{
	struct slice w;
	const char *text = NULL;

	skip(ps);
	if (*ps->p == '"') {
		if (!parse_string(ps, &text))
			return false;
		f->value = db_text(text);
		return true;
	}
	w = (struct slice){ ps->p, strcspn(ps->p, " \t\r\n\"()[]") };
	if (w.n == 0 || strchr("'`{", *w.p))
		return expected(ps, "a value such as \"text\", true or null");
	ps->p += w.n;
	text = arena_strndup(ps->c->arena, w.p, w.n);
	f->number = is_number(text);
	if (slice_is(w, "true") || slice_is(w, "false"))
		f->value = db_bool(slice_is(w, "true"));
	else if (slice_is(w, "null"))
		f->value = db_null();
	else
		f->value = db_text(text); /* some clients leave the quotes out */
	return true;
}

/* ---- terms ---- */

static bool parse_operator(struct parser *ps, enum filter_op *op)
{
	struct slice w;

	skip(ps);
	w = (struct slice){ ps->p, name_span(ps->p) };
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (slice_is(w, operators[i].word)) {
			*op = operators[i].op;
			ps->p += w.n;
			return true;
		}
	return expected(ps, "an operator (eq ne co sw ew gt ge lt le pr)");
}

static bool parse_comparison(struct parser *ps, struct scim_name name, struct filter **out)
{
	enum filter_op op = OP_EQ;

	if (!parse_operator(ps, &op) || !node(ps, op, out))
		return false;
	(*out)->schema = name.schema;
	(*out)->name = name.name;
	(*out)->sub = name.sub;
	return op == OP_PR || parse_literal(ps, *out);
}

static bool parse_name(struct parser *ps, struct scim_name *out)
{
	struct slice w;

	skip(ps);
	w = (struct slice){ ps->p, name_span(ps->p) };
	if (!name_split(ps->c->arena, w, out) || out->name.n == 0)
		return expected(ps, "an attribute");
	if (ps->inner && (out->schema || out->sub.n))
		return expected(ps, "the name of a sub-attribute alone");
	ps->p += w.n;
	return true;
}

/* Behind "attr[": the inner filter, "]", and perhaps ".sub op literal". */
static bool parse_value_path(struct parser *ps, struct scim_name name, struct filter **out)
{
	struct scim_name sub = { 0 };

	if (ps->inner || name.sub.n)
		return expected(ps, "no brackets here");
	if (!node(ps, OP_PATH, out) || !deeper(ps))
		return false;
	(*out)->schema = name.schema;
	(*out)->name = name.name;
	ps->inner = true;
	if (!parse_or(ps, &(*out)->left))
		return false;
	if (!take(ps, ']'))
		return expected(ps, "\"]\"");
	ps->depth--;
	if (*ps->p == '.') {
		ps->p++;
		if (!parse_name(ps, &sub) || !parse_comparison(ps, sub, &(*out)->right))
			return false;
	}
	ps->inner = false;
	return true;
}

static bool parse_attribute(struct parser *ps, struct filter **out)
{
	struct scim_name name;

	if (!parse_name(ps, &name))
		return false;
	return take(ps, '[') ? parse_value_path(ps, name, out) : parse_comparison(ps, name, out);
}

static bool parse_group(struct parser *ps, struct filter **out)
{
	if (!deeper(ps) || !parse_or(ps, out))
		return false;
	ps->depth--;
	return take(ps, ')') || expected(ps, "\")\"");
}

static bool parse_term(struct parser *ps, struct filter **out)
{
	if (take(ps, '('))
		return parse_group(ps, out);
	if (!take_word(ps, "not"))
		return parse_attribute(ps, out);
	if (!take(ps, '('))
		return expected(ps, "\"(\" after not");
	return node(ps, OP_NOT, out) && parse_group(ps, &(*out)->left);
}

/* left op right op right ..., leaning left. */
static bool parse_chain(struct parser *ps, enum filter_op op, const char *word,
			bool (*next)(struct parser *, struct filter **), struct filter **out)
{
	if (!next(ps, out))
		return false;
	while (take_word(ps, word)) {
		struct filter *left = *out;

		if (!node(ps, op, out) || !next(ps, &(*out)->right))
			return false;
		(*out)->left = left;
	}
	return true;
}

static bool parse_and(struct parser *ps, struct filter **out)
{
	return parse_chain(ps, OP_AND, "and", parse_term, out);
}

static bool parse_or(struct parser *ps, struct filter **out)
{
	return parse_chain(ps, OP_OR, "or", parse_and, out);
}

static bool parse(struct ctx *c, const char *text, bool inner, struct filter **out)
{
	struct parser ps = { .c = c, .text = text, .p = text, .inner = inner };

	if (strlen(text) > FILTER_BYTES_MAX)
		return error(c, ERR_FILTER, "the filter is longer than %d bytes", FILTER_BYTES_MAX);
	if (!text_is_utf8(text))
		return error(c, ERR_FILTER, "the filter is not UTF-8");
	if (!parse_or(&ps, out))
		return false;
	skip(&ps);
	return *ps.p == '\0' || expected(&ps, "and, or, or the end");
}

bool filter_parse(struct ctx *c, const char *text, struct filter **out)
{
	return parse(c, text, false, out);
}

bool filter_parse_inner(struct ctx *c, struct slice text, struct filter **out)
{
	return parse(c, arena_strndup(c->arena, text.p, text.n), true, out);
}

bool filter_compare(enum filter_op op, const char *have, const char *want)
{
	size_t h = strlen(have), w = strlen(want);

	switch (op) {
	case OP_EQ:
	case OP_NE:
		return (strcmp(have, want) == 0) == (op == OP_EQ);
	case OP_CO:
		return strstr(have, want) != NULL;
	case OP_SW:
		return strncmp(have, want, w) == 0;
	case OP_EW:
		return h >= w && strcmp(have + h - w, want) == 0;
	case OP_GT:
		return strcmp(have, want) > 0;
	case OP_GE:
		return strcmp(have, want) >= 0;
	case OP_LT:
		return strcmp(have, want) < 0;
	case OP_LE:
		return strcmp(have, want) <= 0;
	case OP_PR:
		return *have != '\0';
	case OP_AND:
	case OP_OR:
	case OP_NOT:
	case OP_PATH:
		break;
	}
	abort();
}
