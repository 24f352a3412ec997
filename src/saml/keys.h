/* keys.h - certificates and key pairs (OpenSSL).  Private to src/saml. */
#pragma once

#include "base/ctx.h"
#include "base/text.h"

/* Base64 of a certificate, as in metadata: *pem if its key is strong enough, whatever
 * else it says (MDIOP: certificates are mere holders of keys). */
bool key_check_certificate(struct ctx *c, const char *base64, const char **pem) MUST;
/* RSA with 3072 bits and a certificate for it, both PEM. */
bool key_pair_make(struct ctx *c, const char *name, const char **private_key,
		   const char **certificate) MUST;
/* The base64 lines between the BEGIN and the END of PEM text, without breaks. */
const char *pem_body(struct ctx *c, const char *pem);
/* RSA-SHA256 over text, as base64. */
bool key_sign(struct ctx *c, const char *private_key, const char *text, const char **out) MUST;
/* Base64 (RFC 4648, section 4), and back (NULL if it is none; blanks are passed over). */
const char *base64_put(struct ctx *c, const void *p, size_t n);
bool base64_get(struct ctx *c, const char *text, struct slice *out);
/* Percent-encoded but for letters, digits and "-._~" (RFC 3986, section 2.3). */
const char *percent_put(struct ctx *c, const char *s);
