/*
 * metadata.h - what an identity provider's metadata says, as far as we use it.
 *
 * SAML 2.0 Metadata.  Only public keys are taken, never the trust that a
 * certificate may claim; only endpoints with https (http on loopback, for
 * tests); nothing is fetched, and the signature of the metadata is not judged.
 */
#pragma once

#include <stdint.h>

#include "base/ctx.h"
#include "base/text.h"

struct idp_key {
	const char *pem;         /* certificate, or public key where there is none */
	const char *fingerprint; /* SHA-256 of its DER, hex with colons            */
	const char *subject;     /* NULL for a bare key                            */
	int64_t not_after;       /* ms; 0 for a bare key                           */
};

struct idp_endpoint {
	const char *binding;           /* "redirect", "post", "soap", "artifact"   */
	const char *location;          /* absolute URL                             */
	const char *response_location; /* where answers go; location if not said */
	int64_t index;                 /* of an ArtifactResolutionService          */
};

struct idp_metadata {
	const char *entity_id;
	const char *name;    /* OrganizationDisplayName or mdui:DisplayName; NULL */
	int64_t valid_until; /* ms; 0: not said */
	bool want_requests_signed;
	struct idp_key *signing; /* at least one; each RSA >= 2048 or P-256, P-384, P-521 */
	struct idp_endpoint *sso, *slo, *artifact;
	int n_signing, n_sso, n_slo, n_artifact;
};

/*
 * Reads an EntityDescriptor, or the one entity of an EntitiesDescriptor: the
 * named one, or with entity_id NULL the only one that is an IdP.  ERR_VALUE with
 * what is wrong and what to do for anything else: no IDPSSODescriptor, no usable
 * signing key, expired, DTD, over 2 MB.
 */
bool saml_metadata_read(struct ctx *c, struct slice xml, const char *entity_id,
			struct idp_metadata *out) MUST;
