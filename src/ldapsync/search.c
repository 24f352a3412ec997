/*
 * search.c - one search that knows whether its answer may be believed.
 *
 * Complete is what ended with code 0, with the page control and an empty cookie in it, and
 * without a part that is said to be elsewhere.  Nothing is ever resumed: cookies are good
 * for one connection, and some servers start again at the first page with a strange one.
 */
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "reader.h"

enum { STALE_PAGES_MAX = 3, CONTROLS_MAX = 2 };

static const int scopes[] = { [DIR_SUBTREE] = LDAP_SCOPE_SUBTREE,
			      [DIR_ONE] = LDAP_SCOPE_ONELEVEL,
			      [DIR_BASE] = LDAP_SCOPE_BASE };

/* Parts that AD keeps apart; every domain's root refers to them. */
static bool is_usual_reference(const char *url)
{
	static const char *const usual[] = { "DC=DomainDnsZones,", "DC=ForestDnsZones,",
					     "CN=Configuration,DC=" };
	const char *scheme = strstr(url, "://"), *dn = scheme ? strchr(scheme + 3, '/') : NULL;

	for (size_t i = 0; dn && i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strncasecmp(dn + 1, usual[i], strlen(usual[i])) == 0)
			return true;
	return false;
}

static void note_reference(struct search *s, LDAPMessage *m)
{
	char **urls = NULL;
	bool usual = false;

	if (ldap_parse_reference(s->reader->link.ld, m, &urls, NULL, 0) == LDAP_SUCCESS && urls)
		for (int i = 0; urls[i]; i++)
			usual = usual || is_usual_reference(urls[i]);
	s->refs += !usual;
	ldap_memvfree((void **)urls);
}

static void free_controls(void *controls)
{
	ldap_controls_free(controls);
}

/* The result of one page: code, message, cookie.  False: the search ends here. */
static bool read_result(struct search *s, LDAPMessage *m, struct berval *cookie, bool *paged)
{
	LDAP *ld = s->reader->link.ld;
	char *diag = NULL;
	int code = LDAP_OTHER, rc;
	ber_int_t estimate;
	LDAPControl *page;

	rc = ldap_parse_result(ld, m, &code, NULL, &diag, NULL, &s->controls, 0);
	code = rc == LDAP_SUCCESS ? code : rc;
	arena_defer(&s->reader->work, free_controls, s->controls);
	if (code != LDAP_SUCCESS)
		end_code(&s->reader->work, &s->end, code, diag, s->seen > 0);
	ldap_memfree(diag);
	s->pages++;
	page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, s->controls, NULL);
	*paged = page && ldap_parse_pageresponse_control(ld, page, &estimate, cookie) == 0;
	return code == LDAP_SUCCESS;
}

/* What broke the connection or never came. */
static void lost(struct search *s, int rc, int id)
{
	LDAP *ld = s->reader->link.ld;
	int code = LDAP_SERVER_DOWN;

	if (rc == 0)
		ldap_abandon_ext(ld, id, NULL, NULL);
	else
		ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
	if (code == LDAP_SUCCESS)
		code = LDAP_SERVER_DOWN;
	end_code(&s->reader->work, &s->end, rc == 0 ? LDAP_TIMEOUT : code, NULL, s->seen > 0);
}

/* Messages of one request until its result. */
static bool read_page(struct search *s, int id, struct berval *cookie, bool *paged)
{
	LDAP *ld = s->reader->link.ld;
	int answer = s->reader->config.answer_ms;

	for (;;) {
		struct timeval wait = { answer / 1000, (answer % 1000) * 1000 };
		LDAPMessage *m = NULL;
		int rc = ldap_result(ld, id, LDAP_MSG_ONE, &wait, &m);
		bool good = true;

		if (rc <= 0) {
			lost(s, rc, id);
			return false;
		}
		if (rc == LDAP_RES_SEARCH_ENTRY) {
			s->seen++;
			good = s->fn(s, m);
		} else if (rc == LDAP_RES_SEARCH_REFERENCE) {
			note_reference(s, m);
		} else if (rc == LDAP_RES_SEARCH_RESULT) {
			good = read_result(s, m, cookie, paged);
			ldap_msgfree(m);
			return good;
		}
		ldap_msgfree(m);
		if (!good) {
			ldap_abandon_ext(ld, id, NULL, NULL);
			return false;
		}
	}
}

static bool ask_page(struct search *s, struct berval *cookie, int *id)
{
	LDAP *ld = s->reader->link.ld;
	LDAPControl *page = NULL, *controls[CONTROLS_MAX + 1] = { 0 };
	int n = 0, code = LDAP_SUCCESS;

	if (s->page_size > 0)
		code = ldap_create_page_control(ld, s->page_size, cookie, 1, &page);
	if (page)
		controls[n++] = page;
	if (s->control)
		controls[n++] = s->control;
	if (code == LDAP_SUCCESS)
		code = ldap_search_ext(ld, s->base, s->scope, s->filter, s->attrs, 0, controls,
				       NULL, NULL, s->size_limit, id);
	if (page)
		ldap_control_free(page);
	if (code != LDAP_SUCCESS)
		end_code(&s->reader->work, &s->end, code, NULL, s->seen > 0);
	return code == LDAP_SUCCESS;
}

static void seal(struct search *s)
{
	if (s->refs)
		end_with(&s->end, DIR_PARTIAL, DIR_CODE_REFERRED,
			 "a part of the tree is on another server, which is not asked; choose a "
			 "base that is all on this one");
	else
		end_good(&s->end);
}

/* What is known to be new, or else all that came. */
static int64_t news(const struct search *s)
{
	return s->fresh < 0 ? s->seen : s->fresh;
}

/* Pages that bring nothing new again and again. */
static bool goes_round(struct search *s, int64_t before, int *stale)
{
	*stale = news(s) == before ? *stale + 1 : 0;
	if (*stale < STALE_PAGES_MAX)
		return false;
	end_with(&s->end, s->seen ? DIR_PARTIAL : DIR_FAILED, DIR_CODE_LOOP,
		 "the server goes round in circles: pages bring what came before");
	return true;
}

void search_run(struct search *s)
{
	struct berval cookie = { 0 };
	int stale = 0, id;
	bool paged, more = true;

	/* what stands if the one who takes the entries wants no more of them */
	end_with(&s->end, DIR_FAILED, DIR_CODE_LIMIT, "the server sent more than it was asked for");
	while (more) {
		int64_t before = news(s);

		more = ask_page(s, &cookie, &id);
		ber_memfree(cookie.bv_val);
		cookie = (struct berval){ 0 };
		more = more && read_page(s, id, &cookie, &paged);
		if (more && s->page_size > 0 && !paged) {
			end_with(&s->end, DIR_PARTIAL, DIR_CODE_NO_PAGES,
				 "the server does not say whether this is all; set page_size to 0 "
				 "if it does not know pages");
			more = false;
		} else if (more && (s->page_size == 0 || cookie.bv_len == 0)) {
			seal(s);
			more = false;
		} else if (more) {
			more = !goes_round(s, before, &stale);
		}
	}
	ber_memfree(cookie.bv_val);
}

/* Of several reasons the first stands, but for a size limit: that may be our own wish. */
static void join(struct search *all, const struct search *one)
{
	struct dir_end *end = &all->end;

	all->seen += one->seen;
	all->pages += one->pages;
	all->refs += one->refs;
	if (one->end.state != DIR_SEALED &&
	    (end->state == DIR_SEALED || end->code == DIR_CODE_SIZE_LIMIT))
		*end = one->end;
	if (end->state != DIR_SEALED)
		end->state = all->seen ? DIR_PARTIAL : DIR_FAILED;
}

/* Nothing more can come, whatever the base. */
static bool is_over(const struct search *s)
{
	return s->end.code == LDAP_SERVER_DOWN || s->end.code == LDAP_TIMEOUT ||
	       s->end.code == DIR_CODE_LIMIT;
}

void search_bases(struct search *s, const struct dir_query *q)
{
	struct search all = *s, one;
	bool over = false;

	end_with(&all.end, DIR_FAILED, DIR_CODE_REFUSED, "no base is set");
	for (int i = 0; i < dir_bases(q) && !over; i++) {
		one = *s;
		one.base = q->bases[i];
		one.scope = scopes[q->scope];
		search_run(&one);
		over = is_over(&one);
		if (one.end.why && dir_bases(q) > 1)
			one.end.why =
				arena_printf(&s->reader->work, "%s: %s", one.base, one.end.why);
		if (i == 0)
			all = one;
		else
			join(&all, &one);
	}
	*s = all;
}
