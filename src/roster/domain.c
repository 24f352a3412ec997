/* domain.c - mail domains of an organization, and the signposts for strangers. */
#include "roster/domain.h"

#include <ctype.h>
#include <string.h>

#include "base/org.h"
#include "base/secret.h"
#include "base/text.h"
#include "roster/org.h"

enum { DOMAIN_BYTES_MAX = 253, LABEL_BYTES_MAX = 63, PROOF_BYTES = 16 };

const char *const domain_state_names[DOMAIN_STATES] = { "pending", "verified", "operator" };

/* Nobody owns these: everybody may have an address there. */
static const char *const public_services[] = {
	"gmail.com",  "googlemail.com", "outlook.com",    "hotmail.com", "live.com", "yahoo.com",
	"icloud.com", "me.com",         "proton.me",      "aol.com",     "gmx.com",  "gmx.de",
	"web.de",     "mail.ru",        "protonmail.com", "yandex.ru",   "qq.com",   "163.com",
};

static bool is_public(const char *name)
{
	for (size_t i = 0; i < sizeof(public_services) / sizeof(public_services[0]); i++)
		if (strcmp(public_services[i], name) == 0)
			return true;
	return false;
}

/* Letters, digits and hyphens in labels of 1 to 63 (RFC 1123, section 2.1). */
static bool well_formed(const char *s)
{
	size_t label = 0, dots = 0;

	for (const char *p = s; *p; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return false;
			dots++;
			label = 0;
			continue;
		}
		if (!(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '-') ||
		    (*p == '-' && label == 0) || ++label > LABEL_BYTES_MAX)
			return false;
	}
	return dots > 0 && label > 0 && strlen(s) <= DOMAIN_BYTES_MAX;
}

const char *domain_clean(struct arena *a, const char *text)
{
	char *s = arena_strdup(a, text);

	for (char *p = s; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	return well_formed(s) && !is_public(s) ? s : NULL;
}

static void fill(struct domain *d, const struct rows *r, int row)
{
	*d = (struct domain){
		.name = row_text(r, row, 0),
		.proof = row_text(r, row, 2),
		.created = row_int(r, row, 3),
		.checked = row_int(r, row, 4),
	};
	for (int i = 0; i < DOMAIN_STATES; i++)
		if (strcmp(domain_state_names[i], row_text(r, row, 1)) == 0)
			d->state = (enum domain_state)i;
}

bool domain_list(struct ctx *c, struct domain **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT d.name, d.state, d.proof, d.created, d.checked FROM domains d"
		    " WHERE d.org_id = $1 ORDER BY d.name",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = arena_array(c->arena, struct domain, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

static bool find(struct ctx *c, const char *name, struct domain **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT d.name, d.state, d.proof, d.created, d.checked FROM domains d"
		    " WHERE d.org_id = $1 AND d.name = $2",
		    DB_ARGS(db_text(c->org->id), db_text(name))))
		return false;
	*out = NULL;
	if (r.count) {
		*out = arena_new(c->arena, struct domain);
		fill(*out, &r, 0);
	}
	return true;
}

bool domain_get(struct ctx *c, const char *name, struct domain **out)
{
	const char *clean = domain_clean(c->arena, name);

	*out = NULL;
	if (clean && !find(c, clean, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no domain %.100s here", name);
}

bool domain_add(struct ctx *c, const char *text, struct domain **out)
{
	const char *name = domain_clean(c->arena, text), *owner;

	if (!name)
		return error(c, ERR_VALUE,
			     "\"%.100s\" is not a domain an organization can own; write it in"
			     " ASCII, such as acme.example",
			     text);
	if (!find(c, name, out) || *out)
		return *out != NULL;
	if (!signpost_find(c, "domain", name, &owner))
		return false;
	if (owner && strcmp(owner, c->org->id) != 0)
		return error(c, ERR_UNIQUE, "the domain %s belongs to another organization", name);
	*out = arena_new(c->arena, struct domain);
	**out = (struct domain){ .name = name,
				 .created = c->now,
				 .proof = arena_printf(c->arena, "rosterd-verification=%s",
						       secret_random(c->arena, PROOF_BYTES)) };
	return db_run(c, NULL,
		      "INSERT INTO domains (org_id, name, state, proof, created, checked)"
		      " VALUES ($1, $2, $3, $4, $5, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(name), db_text("pending"),
			      db_text((*out)->proof), db_int(c->now)));
}

bool domain_set_state(struct ctx *c, struct domain *d, enum domain_state state)
{
	bool was = domain_owned(d);

	d->state = state;
	d->checked = c->now;
	if (!db_push(c,
		     "UPDATE domains SET state = $3, checked = $4 WHERE org_id = $1 AND name = $2",
		     DB_ARGS(db_text(c->org->id), db_text(d->name),
			     db_text(domain_state_names[state]), db_int(c->now))))
		return false;
	if (domain_owned(d) == was)
		return true;
	return was ? signpost_remove(c, "domain", d->name) : signpost_put(c, "domain", d->name);
}

bool domain_delete(struct ctx *c, const struct domain *d)
{
	if (domain_owned(d) && !signpost_remove(c, "domain", d->name))
		return false;
	return db_run(c, NULL, "DELETE FROM domains WHERE org_id = $1 AND name = $2",
		      DB_ARGS(db_text(c->org->id), db_text(d->name)));
}

/* What follows the only @, cleaned; NULL if there is no such thing. */
static const char *domain_of(struct arena *a, const char *mail)
{
	const char *at = mail ? strchr(mail, '@') : NULL;

	return at && at != mail && !strchr(at + 1, '@') ? domain_clean(a, at + 1) : NULL;
}

bool domain_may_link(struct ctx *c, const char *mail, bool *out)
{
	const char *name = domain_of(c->arena, mail);
	struct domain *d;
	int n, owned = 0;

	*out = false;
	if (!domain_list(c, &d, &n))
		return false;
	for (int i = 0; i < n; i++) {
		owned += domain_owned(&d[i]);
		if (domain_owned(&d[i]) && name && strcmp(d[i].name, name) == 0)
			*out = true;
	}
	*out = *out || owned == 0;
	return true;
}

bool domain_owner(struct ctx *c, const char *mail, const char **org_id)
{
	const char *name = domain_of(c->arena, mail);

	*org_id = NULL;
	return !name || signpost_find(c, "domain", name, org_id);
}

bool domain_home(struct ctx *c, const char *mail, const char **org_id)
{
	return domain_owner(c, mail, org_id) && (*org_id || org_only(c, org_id));
}

bool signpost_find(struct ctx *c, const char *kind, const char *name, const char **org_id)
{
	struct rows r;

	/* every organization: this is how a stranger finds his */
	if (!db_run(c, &r, "SELECT s.org_id FROM signposts s WHERE s.kind = $1 AND s.name = $2",
		    DB_ARGS(db_text(kind), db_text(name))))
		return false;
	*org_id = r.count ? row_text(&r, 0, 0) : NULL;
	return true;
}

bool signpost_put(struct ctx *c, const char *kind, const char *name)
{
	struct rows r;

	if (!db_run(c, &r,
		    "INSERT INTO signposts (org_id, kind, name) VALUES ($1, $2, $3)"
		    " ON CONFLICT (kind, name) DO NOTHING RETURNING name",
		    DB_ARGS(db_text(c->org->id), db_text(kind), db_text(name))))
		return false;
	return r.count == 1 ||
	       error(c, ERR_UNIQUE, "the %s %s belongs to another organization", kind, name);
}

bool signpost_remove(struct ctx *c, const char *kind, const char *name)
{
	return db_push(c, "DELETE FROM signposts WHERE org_id = $1 AND kind = $2 AND name = $3",
		       DB_ARGS(db_text(c->org->id), db_text(kind), db_text(name)));
}
