/* ctl_audit.c - the audit trail: looking at it, exporting it, checking an export. */
#include "ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/json.h"
#include "record/audit.h"

static const size_t EXPORT_MAX = (size_t)2 << 30;

bool ctl_audit_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "AT", "at" },         { "ACTOR", "actor" },   { "ACTION", "action" },
		{ "TARGET", "target" }, { "REASON", "reason" }, { "ID", "id" },
		{ NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, api_query(k, "/audit", "action target actor from until"), &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_audit_export(struct ctl *k)
{
	const char *format = ctl_option(k, "format");

	return ctl_export(k, api_query(k, "/audit/export", "format after"),
			  format && strcmp(format, "csv") == 0);
}

/* Text of a member; NULL if it is null. */
static const char *text_of(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

static bool read_record(const json_t *j, struct audit *a)
{
	const json_t *at = json_object_get(j, "at");

	*a = (struct audit){
		.at = json_integer_value(at),
		.id = text_of(j, "id"),
		.actor = text_of(j, "actor"),
		.source_id = text_of(j, "source_id"),
		.action = text_of(j, "action"),
		.target_kind = text_of(j, "target_kind"),
		.target_id = text_of(j, "target_id"),
		.before = text_of(j, "before"),
		.after = text_of(j, "after"),
		.reason = text_of(j, "reason"),
		.trace = text_of(j, "trace"),
		.address = text_of(j, "address"),
		.seq = json_integer_value(json_object_get(j, "seq")),
		.hash = text_of(j, "hash"),
	};
	return a->id && a->hash && a->action && json_is_integer(at);
}

/* What has been checked so far. */
struct chain {
	int64_t seq;
	char hash[65];      /* SHA-256 in hex                             */
	const char *wanted; /* a hash noted before; NULL: none, or found  */
};

/* Not all that stands in a line is sealed: what is not must follow from what is.  A line of a
 * syslog stream begins with its organization. */
static bool says_no_more(struct ctl *k, const struct audit *a, const json_t *line)
{
	struct buf b = buf_in(k->c->arena, EXPORT_MAX);

	audit_put_json(k->c, &b, json_string_value(json_object_get(line, "org")), a);
	return json_equal(json_own(k->c, json_loads(b.p, 0, NULL)), line);
}

static bool check_record(struct ctl *k, struct chain *chain, const struct audit *a,
			 const json_t *line)
{
	if (a->seq != chain->seq + 1)
		return error(k->c, ERR_CONFLICT,
			     "record %" PRId64 " is missing: after %" PRId64 " comes %" PRId64,
			     chain->seq + 1, chain->seq, a->seq);
	if (strcmp(audit_hash(k->c, a, chain->hash), a->hash) != 0 || !says_no_more(k, a, line))
		return error(k->c, ERR_CONFLICT,
			     "record %" PRId64 " (%s) is not what was sealed: it or one before it "
			     "was changed",
			     a->seq, a->id);
	chain->seq = a->seq;
	snprintf(chain->hash, sizeof(chain->hash), "%s", a->hash);
	if (chain->wanted && strcmp(chain->wanted, a->hash) == 0)
		chain->wanted = NULL;
	return true;
}

static bool check_line(struct ctl *k, struct chain *chain, int64_t number, struct slice line)
{
	json_t *j = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	struct audit a;
	bool ok;

	if (!j)
		return error(k->c, ERR_SYNTAX,
			     "line %" PRId64 " is not JSON; verify reads what audit export prints "
			     "as jsonl",
			     number);
	ok = read_record(j, &a) ? check_record(k, chain, &a, j)
				: error(k->c, ERR_SYNTAX,
					"line %" PRId64 " is not a whole audit record", number);
	json_decref(j);
	return ok;
}

/* Line by line, each in an arena of its own. */
static bool check_all(struct ctl *k, struct slice text, struct chain *chain)
{
	struct arena *outer = k->c->arena;
	struct progress p = { 0 };
	size_t whole = text.n;
	int64_t number = 0;
	bool ok = true;

	while (ok && text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		struct slice line = { text.p, end ? (size_t)(end - text.p) : text.n };
		struct arena inner = { 0 };

		number++;
		k->c->arena = &inner;
		ok = line.n == 0 || check_line(k, chain, number, line);
		arena_free(&inner);
		line.n += end != NULL;
		text = (struct slice){ text.p + line.n, text.n - line.n };
		ctl_progress(&p, "bytes checked", (int64_t)(whole - text.n), (int64_t)whole);
	}
	ctl_progress_end(&p);
	k->c->arena = outer;
	return ok;
}

bool ctl_audit_verify(struct ctl *k)
{
	struct chain chain = { .wanted = ctl_option(k, "contains") };
	struct slice text = { 0 };

	if (!ctl_read(k, k->arg[0], EXPORT_MAX, &text) || !check_all(k, text, &chain))
		return false;
	if (chain.wanted)
		return error(k->c, ERR_CONFLICT,
			     "no record has the hash %.64s: the trail was cut off before it or"
			     " rewritten, or is another one",
			     chain.wanted);
	if (k->json)
		printf("{\"records\":%" PRId64 ",\"hash\":\"%s\"}\n", chain.seq, chain.hash);
	else
		printf("%" PRId64 " records, unbroken, ending in %s\n", chain.seq, chain.hash);
	return true;
}
