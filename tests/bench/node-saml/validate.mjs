// How many responses per second node-saml takes on one core: the same messages, one after
// the other, without HTTP or a database.  usage: validate.mjs FILE, a JSON object
import { readFileSync } from "node:fs";
import { SAML } from "@node-saml/node-saml";

const { certificate, entity_id, acs_url, idp, messages } = JSON.parse(readFileSync(process.argv[2]));
const saml = new SAML({
	idpCert: certificate, issuer: entity_id, audience: entity_id, callbackUrl: acs_url, idpIssuer: idp,
	wantAuthnResponseSigned: false, wantAssertionsSigned: true, acceptedClockSkewMs: 180000,
});
const validate = async (message) => {
	const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: message });
	if (!profile.nameID)
		throw new Error("no NameID");
};

const warm = messages.splice(0, 200);
for (const message of warm)
	await validate(message);
const began = process.hrtime.bigint();
for (const message of messages)
	await validate(message);
console.log(messages.length / (Number(process.hrtime.bigint() - began) / 1e9));
