/* group_json.c - a Group as SCIM JSON text (RFC 7643, section 4.2). */
#include "group_json.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "roster/attr.h"

static void put_members(struct buf *out, const struct member *m, int count)
{
	buf_puts(out, ",\"members\":[");
	for (int i = 0; i < count; i++) {
		buf_puts(out, i ? ",{\"value\":\"" : "{\"value\":\"");
		buf_puts(out, m[i].user_id);
		buf_puts(out, "\",\"$ref\":\"../Users/");
		buf_puts(out, m[i].user_id);
		buf_puts(out, "\",\"display\":");
		buf_json(out, m[i].display);
		buf_puts(out, ",\"type\":\"User\"}");
	}
	buf_puts(out, "]");
}

void group_put(struct ctx *c, struct buf *out, const struct group *g, const struct member *members,
	       int count)
{
	buf_puts(out, "{\"schemas\":[\"" SCHEMA_GROUP "\"],\"id\":\"");
	buf_puts(out, g->id);
	buf_puts(out, "\"");
	if (g->external_id) {
		buf_puts(out, ",\"externalId\":");
		buf_json(out, g->external_id);
	}
	buf_puts(out, ",\"displayName\":");
	buf_json(out, g->display_name);
	if (members)
		put_members(out, members, count);
	buf_printf(out,
		   ",\"meta\":{\"resourceType\":\"Group\",\"created\":\"%s\","
		   "\"lastModified\":\"%s\",\"location\":\"%s/scim/v2/Groups/%s\","
		   "\"version\":\"W/\\\"%" PRId64 "\\\"\"}}",
		   time_text(c->arena, g->created), time_text(c->arena, g->changed), c->base_url,
		   g->id, g->version);
}

/* Index of the first member of this group or a later one. */
static int first_from(const struct member *all, int n, const char *group_id)
{
	int low = 0, high = n;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (strcmp(all[mid].group_id, group_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct member *members_of(const struct member *all, int all_count, const char *group_id,
				int *count)
{
	int first = first_from(all, all_count, group_id), n = 0;

	while (first + n < all_count && strcmp(all[first + n].group_id, group_id) == 0)
		n++;
	*count = n;
	return all + first;
}
