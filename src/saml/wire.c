/* wire.c - jobs and answers to bytes and back. */
#include "wire.h"

#include <string.h>

enum { LIST_MAX = 4096 };

static void wire_slices(struct wire *w, const struct slice **list, int *n)
{
	struct slice *room, one;

	wire_count(w, n, LIST_MAX);
	room = w->writing ? NULL : arena_array(w->arena, struct slice, (size_t)*n + 1);
	for (int i = 0; i < *n; i++) {
		one = w->writing ? (*list)[i] : (struct slice){ 0 };
		wire_slice(w, &one);
		if (room)
			room[i] = one;
	}
	if (room)
		*list = room;
}

static void wire_policy(struct wire *w, struct saml_policy *p)
{
	wire_text(w, &p->entity_id);
	wire_text(w, &p->acs_url);
	wire_text(w, &p->slo_url);
	wire_text(w, &p->idp_entity_id);
	WIRE_NUM(w, p->want);
	WIRE_NUM(w, p->want_encrypted);
	WIRE_NUM(w, p->allow_sha1);
	WIRE_NUM(w, p->allow_cbc);
	WIRE_NUM(w, p->allow_inclusive_c14n);
	WIRE_NUM(w, p->skew_ms);
	WIRE_NUM(w, p->max_age_ms);
	wire_text(w, &p->request_id);
	wire_text(w, &p->artifact_request_id);
	WIRE_NUM(w, p->force_authn_since);
	wire_list(w, &p->authn_contexts, LIST_MAX);
}

void wire_job(struct wire *w, struct wire_job *job)
{
	WIRE_NUM(w, job->logout);
	WIRE_NUM(w, job->input.form);
	WIRE_NUM(w, job->input.now);
	wire_slice(w, &job->input.bytes);
	wire_policy(w, &job->policy);
	wire_slices(w, &job->keys.signing, &job->keys.n_signing);
	wire_slices(w, &job->keys.decryption, &job->keys.n_decryption);
	w->bad = w->bad || w->out.over || job->input.form >= SAML_FORMS;
	job->input.policy = &job->policy;
	job->input.keys = &job->keys;
}

static void wire_name_id(struct wire *w, struct saml_name_id *n)
{
	wire_text(w, &n->value);
	wire_text(w, &n->format);
	wire_text(w, &n->name_qualifier);
	wire_text(w, &n->sp_name_qualifier);
	wire_text(w, &n->sp_provided_id);
}

static void wire_refusal(struct wire *w, enum saml_refusal *r)
{
	WIRE_NUM(w, *r);
	w->bad = w->bad || *r >= SAML_REFUSALS;
}

static void wire_attributes(struct wire *w, struct saml_assertion *a)
{
	wire_count(w, &a->n_attributes, LIST_MAX);
	if (!w->writing)
		a->attributes =
			arena_array(w->arena, struct saml_attribute, (size_t)a->n_attributes + 1);
	for (int i = 0; i < a->n_attributes; i++) {
		wire_text(w, &a->attributes[i].name);
		w->bad = w->bad || !a->attributes[i].name;
		wire_texts(w, &a->attributes[i].values, &a->attributes[i].n, LIST_MAX);
	}
}

void wire_assertion(struct wire *w, enum saml_refusal *r, struct saml_assertion *a)
{
	wire_refusal(w, r);
	wire_text(w, &a->response_id);
	wire_text(w, &a->assertion_id);
	wire_text(w, &a->issuer);
	wire_text(w, &a->in_response_to);
	wire_name_id(w, &a->name_id);
	wire_text(w, &a->session_index);
	WIRE_NUM(w, a->session_not_on_or_after);
	WIRE_NUM(w, a->authn_instant);
	wire_text(w, &a->authn_context);
	WIRE_NUM(w, a->not_on_or_after);
	wire_attributes(w, a);
	WIRE_NUM(w, a->response_signed);
	WIRE_NUM(w, a->assertion_signed);
	WIRE_NUM(w, a->encrypted);
	WIRE_NUM(w, a->signed_by);
	WIRE_NUM(w, a->warnings);
	wire_text(w, &a->detail);
	w->bad = w->bad || w->out.over;
}

void wire_logout(struct wire *w, enum saml_refusal *r, struct saml_logout *l)
{
	const char **indexes = NULL;

	if (w->writing && l->n_session_indexes) {
		indexes = arena_array(w->arena, const char *, (size_t)l->n_session_indexes);
		memcpy(indexes, l->session_indexes,
		       (size_t)l->n_session_indexes * sizeof(*indexes));
	}
	wire_refusal(w, r);
	WIRE_NUM(w, l->is_response);
	wire_text(w, &l->id);
	wire_text(w, &l->issuer);
	wire_name_id(w, &l->name_id);
	wire_texts(w, &indexes, &l->n_session_indexes, LIST_MAX);
	l->session_indexes = indexes;
	wire_text(w, &l->in_response_to);
	wire_text(w, &l->status);
	wire_text(w, &l->relay_state);
	WIRE_NUM(w, l->not_on_or_after);
	WIRE_NUM(w, l->signed_by);
	WIRE_NUM(w, l->warnings);
	wire_text(w, &l->detail);
	w->bad = w->bad || w->out.over;
}
