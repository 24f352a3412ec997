/* log.c - one logfmt line per event on stderr. */
#include "base/log.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/org.h"
#include "base/text.h"
#include "base/time.h"

enum { LINE_MAX_BYTES = 8192 };

static const char *const levels[LOG_DEBUG + 1] = {
	[LOG_ERR] = "error",
	[LOG_WARNING] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static atomic_int least_urgent = LOG_INFO;

void log_set_level(int level)
{
	atomic_store_explicit(&least_urgent, level, memory_order_relaxed);
}

/* Quoted if it holds anything but a plain word; control bytes become '?'. */
static void put_value(struct buf *b, const char *s)
{
	bool plain = *s && !strpbrk(s, " =\"\\");

	if (!plain)
		buf_puts(b, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_puts(b, "\\");
		buf_put(b, (unsigned char)*s < ' ' || *s == 0x7f ? "?" : s, 1);
	}
	if (!plain)
		buf_puts(b, "\"");
}

static void put_field(struct buf *b, const char *key, const char *text, int64_t num)
{
	buf_printf(b, " %s=", key);
	if (text)
		put_value(b, text);
	else
		buf_printf(b, "%" PRId64, num);
}

/* "ORG/NAME", or the name alone before the organization is known. */
static void put_actor(struct buf *b, const struct ctx *c)
{
	const char *name = c->actor->name ? c->actor->name : c->actor->kind;

	if (!name)
		name = "-";
	put_field(b, "actor", c->org ? arena_printf(b->arena, "%s/%s", c->org->id, name) : name, 0);
}

void log_write(const struct ctx *c, int level, const char *event, const struct log_field *field,
	       size_t n)
{
	struct arena a = { 0 };
	struct buf b = buf_in(&a, LINE_MAX_BYTES - 1);

	if (level > atomic_load_explicit(&least_urgent, memory_order_relaxed))
		return;
	buf_printf(&b, "at=%s level=%s event=%s", time_text(&a, time_now()),
		   level >= 0 && level <= LOG_DEBUG && levels[level] ? levels[level] : "info",
		   event);
	if (c && c->trace)
		put_field(&b, "trace", c->trace, 0);
	if (c && c->actor)
		put_actor(&b, c);
	for (size_t i = 0; i < n; i++)
		put_field(&b, field[i].key, field[i].text, field[i].num);
	b.max++;
	b.over = false;
	buf_puts(&b, "\n");
	/* one write, so that lines of different threads do not mix; there is
	 * nobody to tell if it fails */
	if (write(STDERR_FILENO, b.p, b.n) < 0)
		b.over = true;
	arena_free(&a);
}
