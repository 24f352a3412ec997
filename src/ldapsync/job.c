/* job.c - tasks, entries and ends as bytes and back. */
#include "job.h"

#include <string.h>

static void wire_config(struct wire *w, struct dir_config *f)
{
	const char *uri = w->writing ? f->uris[0] : NULL, **uris;

	wire_text(w, &uri);
	if (!w->writing) {
		uris = arena_array(w->arena, const char *, 2);
		uris[0] = uri;
		f->uris = uris;
		w->bad = w->bad || !uri;
	}
	WIRE_NUM(w, f->tls);
	wire_text(w, &f->ca_pem);
	wire_text(w, &f->pin);
	wire_text(w, &f->client_cert_pem);
	wire_text(w, &f->client_key_pem);
	WIRE_NUM(w, f->method);
	wire_text(w, &f->dn);
	wire_text(w, &f->password);
	WIRE_NUM(w, f->connect_ms);
	WIRE_NUM(w, f->answer_ms);
	WIRE_NUM(w, f->total_ms);
	WIRE_NUM(w, f->page_size);
	WIRE_NUM(w, f->entries_max);
	WIRE_NUM(w, f->entry_bytes_max);
}

static void wire_wants(struct wire *w, struct dir_query *q)
{
	struct dir_want *room = NULL, one;

	wire_count(w, &q->wants, DIR_WANTS_MAX);
	if (!w->writing)
		q->want = room = arena_array(w->arena, struct dir_want, (size_t)q->wants + 1);
	for (int i = 0; i < q->wants; i++) {
		one = w->writing && q->want ? q->want[i] : (struct dir_want){ 0 };
		wire_text(w, &one.name);
		WIRE_NUM(w, one.kind);
		if (room)
			room[i] = one;
	}
}

static void wire_query(struct wire *w, struct dir_query *q)
{
	wire_list(w, &q->bases, DIR_BASES_MAX);
	wire_text(w, &q->filter);
	WIRE_NUM(w, q->scope);
	wire_text(w, &q->id_attr);
	WIRE_NUM(w, q->id_form);
	wire_wants(w, q);
	WIRE_NUM(w, q->apart);
	WIRE_NUM(w, q->size_limit);
}

void wire_task(struct wire *w, struct task *t)
{
	WIRE_NUM(w, t->kind);
	if (t->kind == TASK_OPEN) {
		wire_config(w, &t->config);
		WIRE_NUM(w, t->ask_whoami);
		return;
	}
	wire_query(w, &t->query);
	wire_count(w, &t->ids, FIND_IDS_MAX);
	if (!w->writing)
		t->id = arena_alloc(w->arena, (size_t)t->ids * DIR_ID_BYTES + 1);
	if (t->ids)
		wire_bytes(w, t->id, (size_t)t->ids * DIR_ID_BYTES);
	wire_text(w, &t->dn);
	wire_text(w, &t->password);
	WIRE_NUM(w, t->how);
	wire_slice(w, &t->since);
	wire_list(w, &t->contexts, DIR_BASES_MAX);
	WIRE_NUM(w, t->is_389);
	w->bad = w->bad || w->out.over;
}

static void wire_opened(struct wire *w, struct dir_opened *o)
{
	wire_text(w, &o->uri);
	wire_text(w, &o->certificate.subject);
	wire_text(w, &o->certificate.issuer);
	wire_text(w, &o->certificate.names);
	wire_text(w, &o->certificate.sha256);
	WIRE_NUM(w, o->certificate.not_before);
	WIRE_NUM(w, o->certificate.not_after);
	wire_text(w, &o->whoami);
}

static void wire_identity(struct wire *w, struct dir_identity *i)
{
	WIRE_NUM(w, i->kind);
	wire_text(w, &i->vendor);
	wire_list(w, &i->contexts, LIST_MAX);
	WIRE_NUM(w, i->has);
	wire_text(w, &i->host);
	wire_text(w, &i->service);
	wire_text(w, &i->invocation);
	WIRE_NUM(w, i->usn);
	WIRE_NUM(w, i->bases_found);
	wire_bytes(w, i->base_id, sizeof(i->base_id));
	w->bad = w->bad || i->kind >= DIR_KINDS;
}

void wire_ending(struct wire *w, struct ending *e)
{
	WIRE_NUM(w, e->end.state);
	WIRE_NUM(w, e->end.code);
	wire_text(w, &e->end.diag);
	wire_text(w, &e->end.why);
	wire_opened(w, &e->opened);
	wire_identity(w, &e->identity);
	WIRE_NUM(w, e->entries);
	WIRE_NUM(w, e->bad);
	WIRE_NUM(w, e->pages);
	WIRE_NUM(w, e->refs);
	wire_slice(w, &e->mark);
	wire_text(w, &e->full);
	WIRE_NUM(w, e->tells_gone);
	WIRE_NUM(w, e->verdict);
	w->bad = w->bad || w->out.over || e->end.state > DIR_FAILED || e->verdict >= DIR_VERDICTS;
}

static void wire_attr(struct wire *w, struct dir_attr *at, bool is_dn)
{
	struct slice *room = NULL, one;

	wire_count(w, &at->n, FRAME_BYTES_MAX);
	WIRE_NUM(w, at->incomplete);
	if (!w->writing && at->n)
		at->value = room = arena_array(w->arena, struct slice, (size_t)at->n);
	for (int i = 0; i < at->n; i++) {
		one = w->writing && at->value ? at->value[i] : (struct slice){ 0 };
		wire_slice(w, &one);
		w->bad = w->bad || !one.p;
		if (room)
			room[i] = one;
	}
	if (!is_dn || !at->n)
		return;
	if (!w->writing)
		at->key = arena_alloc(w->arena, (size_t)at->n * DIR_KEY_BYTES);
	wire_bytes(w, (void *)(uintptr_t)at->key, (size_t)at->n * DIR_KEY_BYTES);
}

void wire_entry(struct wire *w, struct dir_entry *e, const struct dir_query *q)
{
	struct dir_attr *attr = NULL, one;
	size_t start;

	wire_text(w, &e->dn);
	wire_bytes(w, e->dn_key, DIR_KEY_BYTES);
	wire_bytes(w, e->id, DIR_ID_BYTES);
	if (!w->writing)
		e->attr = attr = arena_array(w->arena, struct dir_attr, (size_t)q->wants + 1);
	start = w->out.n;
	for (int i = 0; i < q->wants; i++) {
		one = w->writing && e->attr ? e->attr[i] : (struct dir_attr){ 0 };
		start = i == q->apart ? w->out.n : start;
		wire_attr(w, &one, q->want[i].kind == DIR_DN);
		if (attr)
			attr[i] = one;
	}
	/* values are in order, so what was just written is the same for the same values */
	if (w->writing && !w->out.over)
		text_digest(w->out.p + start, w->out.n - start, e->content);
	wire_bytes(w, e->content, DIR_KEY_BYTES);
	w->bad = w->bad || w->out.over || !e->dn;
}
