/* ctl_requests.c - rosterctl requests: recent exchanges with identity providers. */
#include "ctl.h"

bool ctl_requests_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "AT", "at" },     { "KIND", "kind" },     { "OUTCOME", "outcome" },
		{ "CODE", "code" }, { "REASON", "reason" }, { "REFERENCE", "reference" },
		{ NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, api_query(k, "/requests", "kind outcome connection code reference"),
		      &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}
