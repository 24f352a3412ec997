/* token_memory.c - tokens seen lately, shared by the threads. */
#include "token_memory.h"

#include <pthread.h>
#include <string.h>

#include "base/text.h"

enum { PLACES = 1024, DIGEST_LENGTH = 64 };

/* One remembered token; its arena owns everything in holder. */
struct memory {
	char digest[DIGEST_LENGTH + 1];
	int borrowed;
	bool gone; /* dropped while somebody had it */
	struct arena arena;
	struct token_holder holder;
};

static struct memory memory[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct memory *place_of(const char *digest)
{
	return &memory[text_hash(digest) % PLACES];
}

static void clear(struct memory *m)
{
	arena_free(&m->arena);
	*m = (struct memory){ 0 };
}

static void give_back(void *arg)
{
	struct memory *m = arg;

	pthread_mutex_lock(&lock);
	if (--m->borrowed == 0 && m->gone)
		clear(m);
	pthread_mutex_unlock(&lock);
}

bool memory_find(struct ctx *c, const char *digest, struct token_holder *out)
{
	struct memory *m = place_of(digest);
	bool found;

	pthread_mutex_lock(&lock);
	found = !m->gone && strcmp(m->digest, digest) == 0;
	if (found) {
		m->borrowed++;
		*out = m->holder;
	}
	pthread_mutex_unlock(&lock);
	if (found)
		arena_defer(c->arena, give_back, m);
	return found;
}

static void copy(struct memory *m, const char *digest, const struct token_holder *h)
{
	struct arena *a = &m->arena;
	struct token *t = &m->holder.token;

	memcpy(m->digest, digest, DIGEST_LENGTH);
	m->holder = *h;
	t->id = arena_strdup(a, t->id);
	t->kind = arena_strdup(a, t->kind);
	t->name = arena_strdup(a, t->name);
	t->source_id = arena_strdup(a, t->source_id);
	t->created_by = arena_strdup(a, t->created_by);
	m->holder.org = arena_new(a, struct org);
	*m->holder.org = *h->org;
	m->holder.org->id = arena_strdup(a, h->org->id);
	m->holder.org->name = arena_strdup(a, h->org->name);
	if (!h->source)
		return;
	m->holder.source = arena_new(a, struct source);
	*m->holder.source = (struct source){ .id = arena_strdup(a, h->source->id),
					     .kind = arena_strdup(a, h->source->kind),
					     .name = arena_strdup(a, h->source->name),
					     .preset = arena_strdup(a, h->source->preset),
					     .settings = arena_strdup(a, h->source->settings),
					     .changed = h->source->changed };
}

void memory_keep(const char *digest, const struct token_holder *h)
{
	struct memory *m = place_of(digest);

	if (strlen(digest) != DIGEST_LENGTH)
		return;
	pthread_mutex_lock(&lock);
	if (!m->borrowed) {
		clear(m);
		copy(m, digest, h);
	}
	pthread_mutex_unlock(&lock);
}

void memory_drop(const char *digest)
{
	struct memory *m = place_of(digest);

	pthread_mutex_lock(&lock);
	if (strcmp(m->digest, digest) == 0) {
		m->gone = true;
		if (!m->borrowed)
			clear(m);
	}
	pthread_mutex_unlock(&lock);
}
