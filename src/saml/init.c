/* init.c - libxml2 and xmlsec for the whole process, locked down. */
#include "job.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/symbols.h>
#include <xmlsec/transforms.h>

static xmlParserInputPtr load_nothing(const char *url, const char *id, xmlParserCtxtPtr p)
{
	(void)url;
	(void)id;
	(void)p;
	return NULL;
}

static void say_nothing(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

static void log_nothing(const char *file, int line, const char *func, const char *object,
			const char *subject, int reason, const char *msg)
{
	(void)file;
	(void)line;
	(void)func;
	(void)object;
	(void)subject;
	(void)reason;
	(void)msg;
}

void saml_lock_down(void)
{
	const xmlSecTransformId allowed[] = {
		xmlSecTransformEnvelopedId,   xmlSecTransformExclC14NId,
		xmlSecTransformInclC14NId,    xmlSecTransformSha1Id,
		xmlSecTransformSha256Id,      xmlSecTransformSha384Id,
		xmlSecTransformSha512Id,      xmlSecTransformRsaSha1Id,
		xmlSecTransformRsaSha256Id,   xmlSecTransformRsaSha384Id,
		xmlSecTransformRsaSha512Id,   xmlSecTransformEcdsaSha256Id,
		xmlSecTransformEcdsaSha384Id, xmlSecTransformEcdsaSha512Id,
	};

	xmlSecPtrListEmpty(xmlSecTransformIdsGet());
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (xmlSecTransformIdsRegister(allowed[i]) < 0)
			abort(); /* the libraries are not what they were built as */
	xmlSecIOCleanupCallbacks();
	xmlSetExternalEntityLoader(load_nothing);
}

bool saml_verify_init(void)
{
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say_nothing);
	xmlSecErrorsSetCallback(log_nothing);
	if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecOpenSSLAppInit(NULL) < 0 ||
	    xmlSecOpenSSLInit() < 0)
		return false;
	xmlSecErrorsSetCallback(log_nothing);
	saml_lock_down();
	return true;
}
