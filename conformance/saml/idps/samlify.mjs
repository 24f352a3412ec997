// samlify as an identity provider: it reads our metadata, checks our requests and writes responses.
import { randomUUID } from "node:crypto";
import samlify from "samlify";
import { app, base, cert, form, key, listen, personOf, trusted } from "./common.mjs";

const { SamlLib, Constants } = samlify;
const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

// samlify does nothing without a schema validator; none of its own is as strict as the peer
samlify.setSchemaValidator({ validate: async () => "not checked" });

const attribute = (name, valueTag) => ({
	name, valueTag, nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", valueXsiType: "xs:string",
});
const provider = (options = {}) => samlify.IdentityProvider({
	entityID: `${base}/metadata`, signingCert: cert, privateKey: key, nameIDFormat: [persistent],
	wantAuthnRequestsSigned: true, wantLogoutRequestSigned: true, wantLogoutResponseSigned: true,
	requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	dataEncryptionAlgorithm: Constants.algorithms.encryption.data.AES_128_GCM,
	singleSignOnService: ["redirect", "post"].map((b) => ({ Binding: Constants.namespace.binding[b], Location: `${base}/sso` })),
	singleLogoutService: ["redirect", "post"].map((b) => ({ Binding: Constants.namespace.binding[b], Location: `${base}/slo` })),
	loginResponseTemplate: {
		context: SamlLib.defaultLoginResponseTemplate.context,
		attributes: [attribute("email", "email"), attribute("firstName", "first"), attribute("lastName", "last"),
			attribute("groups", "groups")],
	},
	...options,
});
const consumer = (sp) => samlify.ServiceProvider({
	metadata: sp.metadata, wantLogoutRequestSigned: true, wantLogoutResponseSigned: true, ...sp.service,
});
const url = (value) => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

// The parts that samlify leaves to its caller; groups are one value with commas between.
const fill = (idp, sp, person, asked) => (template) => {
	const id = `_${randomUUID()}`, now = new Date(), end = new Date(now.getTime() + 300000).toISOString();
	const text = asked ? template : template.replaceAll(' InResponseTo="{InResponseTo}"', "");
	const authn = `<saml:AuthnStatement AuthnInstant="${now.toISOString()}" SessionIndex="_${randomUUID()}"><saml:AuthnContext>`
		+ "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
		+ "</saml:AuthnContext></saml:AuthnStatement>";
	return { id, context: SamlLib.replaceTagsByValue(text.replace("{AuthnStatement}", authn), {
		ID: id, AssertionID: `_${randomUUID()}`, Destination: sp.acs_url, Audience: sp.entity_id, SubjectRecipient: sp.acs_url,
		Issuer: idp.entityMeta.getEntityID(), IssueInstant: now.toISOString(), StatusCode: Constants.StatusCode.Success,
		ConditionsNotBefore: now.toISOString(), ConditionsNotOnOrAfter: end, SubjectConfirmationDataNotOnOrAfter: end,
		NameIDFormat: persistent, NameID: person.id, InResponseTo: asked, attrEmail: person.email, attrFirst: person.first,
		attrLast: person.last, attrGroups: person.groups.join(","),
	}) };
};

const respond = async (res, sp, person, asked, relay) => {
	const idp = provider(sp.options);
	const { context } = await idp.createLoginResponse(consumer(sp), asked ?? {}, "post", { email: person.email },
		{ customTagReplacement: fill(idp, sp, person, asked?.extract.request.id), encryptThenSign: !!sp.encrypt_then_sign });
	res.send(form(sp.acs_url, { SAMLResponse: context, ...(relay ? { RelayState: url(relay) } : {}) }));
};

// What samlify wants to see of an HTTP request, and by which binding it came.
const request = (req) => {
	if (req.method === "POST")
		return ["post", { body: req.body, query: {} }];
	const query = req.originalUrl.split("?")[1];
	return ["redirect", { query: req.query, octetString: query.slice(0, query.indexOf("&Signature=")) }];
};
// Who asks is known only after the message is read: the one whose signature fits.
const read = async (req, parse) => {
	const [binding, asked] = request(req);
	let why = new Error("nobody is known here");
	for (const sp of [...trusted.values()].reverse()) {
		try {
			return { sp, binding, asked: await provider()[parse](consumer(sp), binding, asked) };
		} catch (e) {
			why = e;
		}
	}
	throw why;
};

const relayOf = (req) => req.query.RelayState ?? req.body?.RelayState;
app.get("/metadata", (req, res) => res.type("xml").send(provider().getMetadata()));
app.all("/sso", (req, res, next) => read(req, "parseLoginRequest")
	.then(({ sp, asked }) => respond(res, sp, personOf(req), asked, relayOf(req))).catch(next));
app.get("/start", (req, res, next) => respond(res, trusted.get(req.query.sp), personOf(req), null, req.query.relay)
	.catch(next));
app.all("/slo", (req, res, next) => {
	if (req.query.SAMLResponse)
		return read(req, "parseLogoutResponse").then(() => res.send("signed out")).catch(next);
	return read(req, "parseLogoutRequest").then(({ sp, asked }) => {
		const answer = provider().createLogoutResponse(consumer(sp), asked, "redirect", relayOf(req));
		res.redirect(answer.context);
	}).catch(next);
});
app.get("/leave", (req, res) => {
	const sp = trusted.get(req.query.sp), person = personOf(req);
	res.redirect(provider().createLogoutRequest(consumer(sp), "redirect", { logoutNameID: person.id }).context);
});
listen();
