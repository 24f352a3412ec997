/* mark.c - marks of change feeds to text and back, trusted only where they fit. */
#include "mark.h"

#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { DIGEST_CHARS = 2 * TEXT_DIGEST_BYTES, SINCE_BYTES_MAX = 64 * 1024 };

static const char version[] = "m1";

static const char *hex(struct arena *a, const void *p, size_t n)
{
	struct buf b = buf_in(a, 2 * n + 1);

	buf_puts(&b, "");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%02x", ((const unsigned char *)p)[i]);
	return b.p;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(struct arena *a, struct slice text, struct slice *out)
{
	char *p = arena_alloc(a, text.n / 2 + 1);

	for (size_t i = 0; i + 1 < text.n; i += 2) {
		if (digit(text.p[i]) < 0 || digit(text.p[i + 1]) < 0)
			return false;
		p[i / 2] = (char)(digit(text.p[i]) << 4 | digit(text.p[i + 1]));
	}
	*out = (struct slice){ p, text.n / 2 };
	return text.n % 2 == 0;
}

static const char *digest(struct arena *a, const struct buf *b)
{
	unsigned char out[TEXT_DIGEST_BYTES];

	text_digest(b->p, b->n, out);
	return hex(a, out, sizeof(out));
}

static void put(struct buf *b, const char *text)
{
	buf_puts(b, text ? text : "");
	buf_put(b, "", 1);
}

/* All of a question that changes its answer: what is asked, and by whom. */
static const char *question(struct arena *a, const struct dir_query *q, const struct dir_config *f)
{
	struct buf b = buf_in(a, 1024 * 1024);

	for (int i = 0; i < dir_bases(q); i++)
		put(&b, q->bases[i]);
	put(&b, q->filter);
	buf_printf(&b, "%d %d %d ", q->scope, q->id_form, f->method);
	put(&b, q->id_attr);
	put(&b, f->dn);
	for (int i = 0; i < q->wants; i++)
		put(&b, q->want[i].name);
	return digest(a, &b);
}

/* Update numbers are those of one domain controller and one of its lives; everything else
 * is of a directory, which the ids of its base entries tell. */
static const char *server(struct arena *a, enum dir_strategy how, const struct dir_query *q,
			  const struct dir_identity *i)
{
	struct buf b = buf_in(a, 64 * 1024);

	if (how == DIR_USN) {
		put(&b, i->service);
		put(&b, i->invocation);
	}
	buf_put(&b, (const char *)i->base_id, (size_t)dir_bases(q) * DIR_ID_BYTES);
	return digest(a, &b);
}

static const char *checksum(struct arena *a, const char *text, size_t n)
{
	struct buf b = buf_in(a, n + 1);

	buf_put(&b, text, n);
	return digest(a, &b);
}

const char *mark_write(struct arena *a, const struct mark *m, const struct dir_query *q,
		       const struct dir_config *f, const struct dir_identity *i)
{
	const char *text = arena_printf(a, "%s %s %s %s %s", version, dir_strategy_names[m->how],
					question(a, q, f), server(a, m->how, q, i),
					hex(a, m->since.p, m->since.n));

	return arena_printf(a, "%s %s", text, checksum(a, text, strlen(text)));
}

static bool is(struct slice s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

enum { VERSION, STRATEGY, QUESTION, SERVER, SINCE, CHECKSUM, PARTS };

/* Its six words, checked against the checksum. */
static bool split(struct arena *a, const char *text, struct slice part[PARTS])
{
	const char *at = text, *end;

	for (int i = 0; i < PARTS; i++) {
		end = i + 1 < PARTS ? strchr(at, ' ') : at + strlen(at);
		if (!end)
			return false;
		part[i] = (struct slice){ at, (size_t)(end - at) };
		at = end + 1;
	}
	return is(part[VERSION], version) &&
	       is(part[CHECKSUM], checksum(a, text, (size_t)(part[CHECKSUM].p - 1 - text)));
}

bool mark_read(struct arena *a, const char *text, const struct dir_query *q,
	       const struct dir_config *f, const struct dir_identity *i, struct mark *out,
	       const char **why)
{
	struct slice part[PARTS];

	*out = (struct mark){ .how = DIR_STRATEGIES };
	*why = "the stored position of the change feed is damaged";
	if (strlen(text) > 2 * SINCE_BYTES_MAX || !split(a, text, part) ||
	    !unhex(a, part[SINCE], &out->since))
		return false;
	for (int k = DIR_FULL + 1; k < DIR_STRATEGIES; k++)
		if (is(part[STRATEGY], dir_strategy_names[k]))
			out->how = (enum dir_strategy)k;
	if (out->how == DIR_STRATEGIES)
		return false;
	*why = "bases, filters, attributes or the bind account have changed";
	if (!is(part[QUESTION], question(a, q, f)))
		return false;
	*why = "another server answers, or the server was restored from a backup";
	if (!is(part[SERVER], server(a, out->how, q, i)))
		return false;
	*why = NULL;
	return true;
}

const char *context_of(struct arena *a, const struct dir_identity *i, const char *dn)
{
	const char *whole = dn_canonical(a, (struct slice){ dn, strlen(dn) }), *best = NULL;
	size_t longest = 0;

	for (int k = 0; whole && i->contexts && i->contexts[k]; k++) {
		const char *one = i->contexts[k];
		const char *end = dn_canonical(a, (struct slice){ one, strlen(one) });
		size_t n = end ? strlen(end) : 0;

		if (n <= longest || !dn_is_within(whole, end))
			continue;
		longest = n;
		best = one;
	}
	return best;
}
