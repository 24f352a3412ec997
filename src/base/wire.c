/* wire.c - values to bytes and back. */
#include "base/wire.h"

#include <string.h>

static const uint32_t ABSENT = UINT32_MAX;

struct wire wire_to(struct arena *a, size_t max)
{
	return (struct wire){ .arena = a, .out = buf_in(a, max), .writing = true };
}

struct wire wire_from(struct arena *a, struct slice bytes)
{
	return (struct wire){ .arena = a, .in = bytes };
}

/* n bytes of the rest; NULL, and the wire is bad, if there are fewer. */
static const char *take(struct wire *w, size_t n)
{
	const char *p = w->in.p;

	if (w->bad || n > w->in.n) {
		w->bad = true;
		return NULL;
	}
	w->in = (struct slice){ p + n, w->in.n - n };
	return p;
}

void wire_num(struct wire *w, int64_t *n)
{
	const char *p;

	if (w->writing) {
		buf_put(&w->out, (const char *)n, sizeof(*n));
		return;
	}
	p = take(w, sizeof(*n));
	*n = 0;
	if (p)
		memcpy(n, p, sizeof(*n));
}

void wire_slice(struct wire *w, struct slice *s)
{
	uint32_t n = s->p ? (uint32_t)s->n : ABSENT;
	const char *p;

	if (w->writing) {
		buf_put(&w->out, (const char *)&n, sizeof(n));
		if (s->p) {
			buf_put(&w->out, s->p, s->n);
			buf_put(&w->out, "", 1);
		}
		return;
	}
	*s = (struct slice){ 0 };
	p = take(w, sizeof(n));
	if (!p)
		return;
	memcpy(&n, p, sizeof(n));
	if (n == ABSENT)
		return;
	p = take(w, (size_t)n + 1);
	if (p && p[n] == '\0')
		*s = (struct slice){ p, n };
	else
		w->bad = true;
}

void wire_text(struct wire *w, const char **text)
{
	struct slice s = { 0 };

	if (w->writing && *text)
		s = (struct slice){ *text, strlen(*text) };
	wire_slice(w, &s);
	if (w->writing)
		return;
	w->bad = w->bad || (s.p && strlen(s.p) != s.n);
	*text = w->bad ? NULL : s.p;
}

void wire_count(struct wire *w, int *n, int max)
{
	WIRE_NUM(w, *n);
	if (*n < 0 || *n > max || (!w->writing && (size_t)*n > w->in.n))
		w->bad = true;
	if (w->bad)
		*n = 0;
}

void wire_texts(struct wire *w, const char **list[], int *n, int max)
{
	wire_count(w, n, max);
	if (!w->writing)
		*list = arena_array(w->arena, const char *, (size_t)*n + 1);
	for (int i = 0; i < *n; i++)
		wire_text(w, &(*list)[i]);
}

void wire_list(struct wire *w, const char *const **list, int max)
{
	const char **copy = NULL;
	int n = 0;

	while (w->writing && *list && (*list)[n])
		n++;
	if (w->writing && n) {
		copy = arena_array(w->arena, const char *, (size_t)n);
		memcpy(copy, *list, (size_t)n * sizeof(*copy));
	}
	wire_texts(w, &copy, &n, max);
	for (int i = 0; i < n; i++)
		w->bad = w->bad || !copy[i];
	if (!w->writing)
		*list = copy;
}

void wire_bytes(struct wire *w, void *p, size_t n)
{
	const char *from;

	if (w->writing) {
		buf_put(&w->out, p, n);
		return;
	}
	from = take(w, n);
	if (from)
		memcpy(p, from, n);
	else
		memset(p, 0, n);
}
