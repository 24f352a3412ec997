/*
 * page.h - the few pages the server writes itself: no JavaScript, a strict policy, one
 * style sheet, English texts in one table, readable by a screen reader.
 */
#pragma once

#include "http/http.h"

/*
 * A page that only says something, by its name in the table of page.c: "waiting",
 * "no_seat", "deactivated", "signed_out", "error", "expired", ...  Shows the reference
 * (c->trace).  Always true, so that a handler can return it.
 */
bool page_say(struct ctx *c, struct http_resp *p, int status, const char *name);

/* A page under construction: title and heading by its name, then parts, then the end. */
struct page {
	struct ctx *c;
	struct buf html;
};
struct page page_begin(struct ctx *c, const char *name);
void page_text(struct page *g, const char *text);  /* a paragraph                    */
void page_alert(struct page *g, const char *text); /* one read out at once; NULL: none */
void page_code(struct page *g, const char *label, const char *text); /* to be copied */
void page_link(struct page *g, const char *url, const char *text);
/* A table of two columns: label, value. */
void page_row_begin(struct page *g);
void page_row(struct page *g, const char *label, const char *value);
void page_row_end(struct page *g);
/* A form that is sent by POST to path; hidden fields, inputs with labels, a button. */
void page_form(struct page *g, const char *path);
void page_hidden(struct page *g, const char *name, const char *value); /* NULL: left out */
/* type "email", "password", "text"; autocomplete as HTML names it. */
void page_input(struct page *g, const char *name, const char *label, const char *type,
		const char *autocomplete, const char *value);
void page_button(struct page *g, const char *text);
bool page_end(struct page *g, struct http_resp *p, int status);

/* A form that posts itself to another site with one press of a button: for messages by
 * the POST binding.  Only action may be posted to; fields are name, value, ..., NULL. */
bool page_post(struct ctx *c, struct http_resp *p, const char *action, const char *const *fields);

/* An error at a door for people: the page "error" with what c->err says, if that is for
 * the caller to read. */
void page_error(struct ctx *c, struct http_resp *p);

/* /assets/page.css */
bool page_style(struct ctx *c, const struct http_req *q, struct http_resp *p);
