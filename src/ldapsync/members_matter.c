/* members_matter.c - which groups rules know: to lose one of those is to lose something. */
#include "access/rule.h"
#include "base/org.h"
#include "members.h"
#include "roster/group.h"

/* A group that is gone is not named by the directory any more, but rules may know it. */
static bool name_of(struct run *r, int g, const char **out)
{
	struct group *stored;

	*out = r->group[g].name ? r->group[g].name : "";
	if (r->group[g].name || !r->group[g].known)
		return true;
	if (!group_find(r->c, r->source->id, r->group[g].group_id, &stored))
		return false;
	*out = stored ? stored->display_name : "";
	return true;
}

bool members_matter(struct run *r)
{
	const struct rule_set *rules;
	struct scratch s;
	bool good;

	scratch_begin(r->c, &s);
	good = rule_set_compiled(r->c, r->c->org->rules_revision, &rules);
	for (int g = 0; good && g < r->group_table.count; g++) {
		struct rule_group as_seen = { .id = r->group[g].group_id,
					      .source_id = r->source->id,
					      .source_name = r->source->name };
		char id[37];

		table_uuid(r->group_table.entry[g].id, id);
		as_seen.external_id = id;
		good = name_of(r, g, &as_seen.name);
		as_seen.key = text_fold(s.c->arena, as_seen.name);
		for (int i = 0; good && i < rules->count && !r->group[g].matters; i++)
			r->group[g].matters = rule_matches(&rules->rule[i], &as_seen);
	}
	scratch_end(&s);
	return good;
}
