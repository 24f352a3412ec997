// signin.test.mjs - the ways into the console, on a server of one organization: its domains need no proof.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { check, quiet, World } from "./world.mjs";

let world;

before(async () => { world = await World.start(); });
after(() => world.end());

test("administrators come in by SAML and by LDAP, each to where they wanted to go", async () => {
	const owner = await world.order("owned", { default_role: "NO" });
	const idp = await world.order("sso", { org: owner.org }), directory = await world.order("slapd");
	const admin = (method, path, body) => world.order("admin", { org: owner.org, method, path, body });
	const saml = await admin("POST", "/connections/saml", { name: "SSO", idp_metadata_xml: idp.metadata, domains: ["acme.example"],
		attributes: { email: ["email"], groups: ["groups"] } });
	await world.order("trust", { org: owner.org, id: saml.id });
	const ldap = await admin("POST", "/connections/ldap", { name: "Directory", preset: "openldap", uris: [directory.uri], tls: { mode: "none" },
		bind: { dn: directory.dn, password: directory.password }, users: { base: directory.base }, groups: { base: directory.base },
		signin: { enabled: true, domains: ["ex.example"] } });
	await admin("PUT", "/rules", { rules: [
		{ id: "sso", match: { group: "LS-Admins" }, grant: { org_role: "AD" } }, { id: "directory", match: { group: "annotators" }, grant: { org_role: "AD" } }] });
	await admin("POST", `/connections/ldap/${ldap.id}/sync`, {});
	for (let n = 0; n < 100 && (await admin("GET", "/users?source=ldap")).total < 12; n++)
		await new Promise((resolve) => setTimeout(resolve, 200));

	const comes = async (address, how) => {
		const page = await world.page();
		await page.goto("/console/audit?action=user.");
		await page.getByLabel("E-mail address").fill(address);
		await page.getByRole("button", { name: "Continue" }).click();
		await how(page);
		await page.getByRole("heading", { level: 1, name: "Audit trail" }).waitFor({ timeout: 30000 });
		assert.equal(new URL(page.url()).search, "?action=user.");
		quiet(page, address);
	};
	await comes("alice@acme.example", async (page) => {
		await page.locator("input[name=username]").fill("alice");
		await page.locator("input[name=password]").fill("alice-pw");
		await page.locator("form").first().evaluate((form) => form.submit());
	});
	await comes("p000001@ex.example", async (page) => {
		await check(page, "the directory's password");
		await page.getByLabel("User name or e-mail address").fill("p000001@ex.example");
		await page.getByLabel("Password").fill("correct horse");
		await page.getByRole("button", { name: "Sign in" }).click();
	});
});
