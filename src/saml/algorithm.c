/* algorithm.c - the algorithms that messages may name; there are no others. */
#include "job.h"

#include <string.h>

#define DS     "http://www.w3.org/2000/09/xmldsig#"
#define MORE   "http://www.w3.org/2001/04/xmldsig-more#"
#define XENC   "http://www.w3.org/2001/04/xmlenc#"
#define XENC11 "http://www.w3.org/2009/xmlenc11#"

/* clang-format off */
static const struct algorithm algorithms[] = {
	{ .uri = "http://www.w3.org/2001/10/xml-exc-c14n#", .use = ALG_C14N },
	{ .uri = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", .use = ALG_C14N, .inclusive = true },
	{ .uri = DS "enveloped-signature", .use = ALG_TRANSFORM },

	{ .uri = XENC "sha256", .use = ALG_DIGEST, .digest = "SHA256" },
	{ .uri = MORE "sha384", .use = ALG_DIGEST, .digest = "SHA384" },
	{ .uri = XENC "sha512", .use = ALG_DIGEST, .digest = "SHA512" },
	{ .uri = DS "sha1",     .use = ALG_DIGEST, .digest = "SHA1", .sha1 = true },

	{ .uri = MORE "rsa-sha256",   .use = ALG_SIGNATURE, .digest = "SHA256", .key = EVP_PKEY_RSA },
	{ .uri = MORE "rsa-sha384",   .use = ALG_SIGNATURE, .digest = "SHA384", .key = EVP_PKEY_RSA },
	{ .uri = MORE "rsa-sha512",   .use = ALG_SIGNATURE, .digest = "SHA512", .key = EVP_PKEY_RSA },
	{ .uri = MORE "ecdsa-sha256", .use = ALG_SIGNATURE, .digest = "SHA256", .key = EVP_PKEY_EC },
	{ .uri = MORE "ecdsa-sha384", .use = ALG_SIGNATURE, .digest = "SHA384", .key = EVP_PKEY_EC },
	{ .uri = MORE "ecdsa-sha512", .use = ALG_SIGNATURE, .digest = "SHA512", .key = EVP_PKEY_EC },
	{ .uri = DS "rsa-sha1",       .use = ALG_SIGNATURE, .digest = "SHA1", .key = EVP_PKEY_RSA, .sha1 = true },

	{ .uri = XENC11 "aes128-gcm", .use = ALG_CIPHER, .key = 16 },
	{ .uri = XENC11 "aes256-gcm", .use = ALG_CIPHER, .key = 32 },
	{ .uri = XENC "aes128-cbc",   .use = ALG_CIPHER, .key = 16, .cbc = true },
	{ .uri = XENC "aes256-cbc",   .use = ALG_CIPHER, .key = 32, .cbc = true },

	{ .uri = XENC "rsa-oaep-mgf1p", .use = ALG_KEY_TRANSPORT },
	{ .uri = XENC11 "rsa-oaep",     .use = ALG_KEY_TRANSPORT },

	{ .uri = XENC11 "mgf1sha1",   .use = ALG_MGF, .digest = "SHA1" },
	{ .uri = XENC11 "mgf1sha256", .use = ALG_MGF, .digest = "SHA256" },
	{ .uri = XENC11 "mgf1sha384", .use = ALG_MGF, .digest = "SHA384" },
	{ .uri = XENC11 "mgf1sha512", .use = ALG_MGF, .digest = "SHA512" },
};
/* clang-format on */

enum { ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0]) };

const struct algorithm *algorithm_find(const char *uri, enum algorithm_use use)
{
	for (int i = 0; uri && i < ALGORITHMS; i++)
		if (algorithms[i].use == use && strcmp(algorithms[i].uri, uri) == 0)
			return &algorithms[i];
	return NULL;
}

bool algorithm_known(const char *uri)
{
	for (int i = 0; i < ALGORITHMS; i++)
		if (strcmp(algorithms[i].uri, uri) == 0)
			return true;
	return false;
}

bool algorithm_check(struct job *j, const char *uri, enum algorithm_use use,
		     const struct algorithm **out)
{
	const struct algorithm *a = algorithm_find(uri, use);

	*out = a;
	if (!a)
		return refuse(j, SAML_ALGORITHM, "%s", uri ? uri : "none named");
	if (a->sha1 && !j->policy->allow_sha1)
		return refuse(j, SAML_SHA1, "%s", uri);
	if (a->inclusive && !j->policy->allow_inclusive_c14n)
		return refuse(j, SAML_ALGORITHM, "%s", uri);
	j->warnings |=
		(a->sha1 ? SAML_WARN_SHA1 : 0U) | (a->inclusive ? SAML_WARN_INCLUSIVE_C14N : 0U);
	return true;
}
