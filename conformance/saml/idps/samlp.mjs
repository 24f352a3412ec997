// Auth0's samlp as an identity provider: its own middleware for metadata, sign-in and logout.
import { randomUUID } from "node:crypto";
import samlp from "samlp";
import { app, base, cert, key, listen, personOf, trusted } from "./common.mjs";

const issuer = `${base}/metadata`;
const participantsOf = new Map(); // by the visitor's session here: the sessions it led to
const states = new Map();
const binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const store = {
	save: (req, state, done) => { const id = randomUUID(); states.set(id, state); done(null, id); },
	load: (req, id, options, done) => (done ?? options)(null, states.get(id)),
	update: (req, id, state, done) => { states.set(id, state); done(); },
};

const participantsIn = (req) => {
	const id = /sid=(\w+)/.exec(req.headers.cookie ?? "")?.[1];
	if (!participantsOf.has(id))
		participantsOf.set(id, []);
	return participantsOf.get(id);
};

const respond = (sp, person, more) => (req, res, next) => {
	const sessionIndex = `_${randomUUID()}`;
	participantsIn(req).push({
		serviceProviderId: sp.entity_id, nameId: person.id, sessionIndex, binding, cert: sp.certificate,
		nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", serviceProviderLogoutURL: sp.slo_url,
	});
	samlp.auth({
		issuer, key, cert, deflate: true, audience: sp.entity_id, recipient: sp.acs_url, destination: sp.acs_url,
		getPostURL: (audience, dom, req_, done) => done(null, sp.acs_url), sessionIndex,
		getUserFromRequest: () => ({
			id: person.id, displayName: `${person.first} ${person.last}`, emails: [{ value: person.email }],
			name: { givenName: person.first, familyName: person.last }, groups: person.groups,
		}),
		nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", ...sp.options, ...more,
		...(sp.options?.encrypt ? { encryptionCert: sp.certificate, encryptionPublicKey: sp.public_key } : {}),
	})(req, res, next);
};

app.get("/metadata", samlp.metadata({
	issuer, cert, redirectEndpointPath: "/sso", postEndpointPath: "/sso", logoutEndpointPaths: { redirect: "/slo" },
}));
app.all("/sso", (req, res, next) => samlp.parseRequest(req, { deflate: req.method === "GET" }, (err, data) => {
	const sp = !err && trusted.get(data.issuer);
	if (!sp)
		return next(err || new Error(`nobody here knows ${data.issuer}`));
	respond(sp, personOf(req), { signingCert: sp.certificate, deflate: req.method === "GET" })(req, res, next);
}));
app.get("/start", (req, res, next) => respond(trusted.get(req.query.sp), personOf(req), {})(req, res, next));
app.all("/slo", (req, res, next) => {
	const participants = participantsIn(req);
	const at = (sp, index) => participants.findIndex((p) => p.serviceProviderId === sp && [index].flat().includes(p.sessionIndex));

	samlp.logout({
		issuer, key, cert, deflate: true, protocolBinding: binding, store,
		sessionParticipants: {
			hasElements: () => participants.length > 0,
			get: (sp, indices, name, done) => done(null, participants[at(sp, indices)]),
			getFirst: (done) => done(null, participants[0]),
			remove: (sp, index, name, done) => {
				const found = at(sp, index);
				done(null, found < 0 ? undefined : participants.splice(found, 1)[0]);
			},
		},
	})(req, res, next);
});
listen();
