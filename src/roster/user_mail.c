/* user_mail.c - whom an e-mail address names. */
#include "base/org.h"
#include "base/text.h"
#include "roster/user.h"

bool user_find_by_mail(struct ctx *c, const char *mail, struct user **out)
{
	const char *key = text_fold(c->arena, mail);
	struct rows r;

	if (!user_find_by_name(c, mail, out))
		return false;
	if (*out)
		return true;
	if (!db_run(c, &r,
		    "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
		    " AND u.id IN (SELECT v.user_id FROM person_values v WHERE v.org_id = $1"
		    " AND v.path = 'emails.value' AND v.key_hash = $3 AND v.value_key = $2) LIMIT "
		    "2",
		    DB_ARGS(db_text(c->org->id), db_text(key), db_int(text_hash(key)))))
		return false;
	*out = r.count == 1 ? user_from_row(c, &r, 0) : NULL;
	return true;
}
