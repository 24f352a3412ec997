/* err.c - the one error of a piece of work. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *e, const char *file, int line, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (e->kind != ERR_NONE)
		return false;
	e->kind = kind;
	e->file = file;
	e->line = line;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return false;
}

bool err_take(struct err *e, enum err_kind kind)
{
	if (e->kind != kind)
		return false;
	*e = (struct err){ 0 };
	return true;
}

const char *err_name(enum err_kind kind)
{
	static const char *const names[ERR_KINDS] = {
		[ERR_NONE] = "none",
		[ERR_SYNTAX] = "syntax",
		[ERR_VALUE] = "value",
		[ERR_FILTER] = "filter",
		[ERR_PATH] = "path",
		[ERR_NO_TARGET] = "no_target",
		[ERR_MUTABILITY] = "mutability",
		[ERR_TOO_MANY] = "too_many",
		[ERR_TOO_LARGE] = "too_large",
		[ERR_MEDIA] = "media",
		[ERR_UNAUTHENTICATED] = "unauthenticated",
		[ERR_FORBIDDEN] = "forbidden",
		[ERR_STEP_UP] = "step_up",
		[ERR_BUSY] = "busy",
		[ERR_SEATS] = "seats",
		[ERR_NOT_FOUND] = "not_found",
		[ERR_GONE] = "gone",
		[ERR_METHOD] = "method",
		[ERR_UNIQUE] = "unique",
		[ERR_CONFLICT] = "conflict",
		[ERR_VERSION] = "version",
		[ERR_UNIMPLEMENTED] = "unimplemented",
		[ERR_RETRY] = "retry",
		[ERR_UNAVAILABLE] = "unavailable",
		[ERR_FULL] = "full",
		[ERR_INTERNAL] = "internal",
	};

	return kind < ERR_KINDS ? names[kind] : "?";
}
