// walk.test.mjs - the smaller things of each screen, each used once, its effect looked up in the API.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { quiet, settled, show, World } from "./world.mjs";

let world, owner, made, page;

before(async () => {
	world = await World.start();
	owner = await world.order("owned");
	made = await world.order("fill", { org: owner.org });
	page = await world.page(owner.cookie);
});
after(() => world.end());

const api = (path) => world.order("get", { org: owner.org, path });
const rows = () => page.locator("main tbody tr");
const confirm = (name) => page.getByRole("dialog").getByRole("button", { name }).click();

async function narrowed(to) {
	await page.waitForFunction((n) => document.querySelectorAll("main tbody tr").length === n, to);
}

test("people are found by name, state, role and source", async () => {
	await show(page, "/people");
	const everybody = await rows().count();
	for (const [label, value, path] of [["State", "pending", "state=pending"], ["Role", "RE", "role=RE"], ["Source", "manual", "source=manual"]]) {
		await page.getByLabel(label, { exact: true }).selectOption(value);
		const { total } = await api("/users?" + path);
		assert.ok(total > 0 && total < everybody, path);
		await narrowed(total);
		await page.getByLabel(label, { exact: true }).selectOption("");
		await narrowed(everybody);
	}
	await page.getByRole("searchbox").fill("ada");
	await narrowed(1);
	quiet(page, "people");
});

test("a session is ended, an account activated again, another deleted", async () => {
	await show(page, "/people/" + made.people.ada);
	await page.getByRole("button", { name: "End", exact: true }).click();
	await page.getByText("Not signed in anywhere").waitFor();
	assert.equal((await api("/sessions?user=" + made.people.ada)).items.length, 0);
	await page.getByRole("link", { name: "What was changed, and by whom" }).click();
	await page.getByRole("row", { name: /Session ended/ }).waitFor();

	await world.order("patch", { org: owner.org, path: "/users/" + made.people.mary, body: { state: "deactivated" } });
	await show(page, "/people/" + made.people.mary);
	await page.getByRole("button", { name: "Activate" }).click();
	await page.getByText("Activated", { exact: true }).waitFor();
	assert.notEqual((await api("/users/" + made.people.mary)).state, "deactivated");

	await show(page, "/people/" + made.people.vint);
	await page.getByRole("button", { name: "Delete" }).click();
	await confirm("Delete");
	await page.getByText("Account deleted").waitFor();
	assert.equal((await api("/users?q=vint")).total, 0);
	quiet(page, "accounts");
});

test("groups show members, the rules that use them, and what was never seen", async () => {
	await show(page, "/groups");
	await page.getByText("1 rule names a group that was never seen").waitFor();
	await page.getByText("LS-Contractors-2026").waitFor();
	await page.getByRole("link", { name: "ls-speech-qa" }).click();
	await page.getByText("3 people").first().waitFor();
	await page.getByText("Project Dialects").waitFor();
	await page.getByRole("link", { name: "Okta" }).waitFor();
	quiet(page, "groups");
});

test("a workspace named after each group that fits is planned", async () => {
	await show(page, "/rules");
	await page.getByRole("button", { name: "Add rule" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Group", { exact: true }).selectOption("glob");
	await dialog.getByLabel("Name, id or pattern").fill("* Team");
	await dialog.getByText("Meets Vision Team, Language Team").waitFor();
	await dialog.getByLabel("Where").selectOption("named");
	await dialog.getByRole("textbox", { name: "Title" }).fill("{group} room");
	await dialog.getByLabel("Role").selectOption("manager");
	await dialog.getByRole("button", { name: "Add rule" }).click();
	await page.getByRole("button", { name: "See what it would do" }).click();
	await page.getByRole("heading", { level: 1, name: "What it would do" }).waitFor();
	await page.getByText("Language Team room, Vision Team room").or(page.getByText("Vision Team room, Language Team room")).waitFor();
	quiet(page, "named");
});

test("metadata comes as a file, keys are rotated, an identity provider is switched off", async () => {
	const { metadata } = await world.order("sso", { org: owner.org });
	await show(page, "/connections/new/saml/keycloak");
	assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Keycloak");
	await page.getByRole("button", { name: "Create and go on" }).click();
	await page.getByText("The metadata comes first.").waitFor();
	await page.getByLabel("or a file").setInputFiles({ name: "idp.xml", mimeType: "text/xml", buffer: Buffer.from(metadata) });
	await page.getByRole("button", { name: "Read metadata" }).click();
	await page.getByText("It shows what arrives").waitFor();
	const id = page.url().match(/saml\/([^?]+)/)[1];
	const states = async () => (await api(`/connections/saml/${id}/keys`)).items.map((k) => k.state).sort().join();
	await page.getByRole("button", { name: "Make the next key" }).click();
	await confirm("Make the next key");
	await page.getByRole("button", { name: "Take the next key into use" }).waitFor();
	assert.equal(await states(), "current,next");
	await page.getByRole("button", { name: "Take the next key into use" }).click();
	await confirm("Take the next key into use");
	await page.getByText("former", { exact: true }).waitFor();
	assert.equal(await states(), "current,previous");
	await page.getByText("Names of attributes").click();
	await page.getByLabel("Groups are sent as").selectOption("id");
	await page.getByLabel("Switched on").uncheck();
	await page.getByRole("button", { name: "Save" }).click();
	await page.locator(".chips").getByText("switched off").waitFor();
	const saml = await api("/connections/saml/" + id);
	assert.deepEqual([saml.enabled, saml.groups_by], [false, "id"]);
	await page.getByRole("button", { name: "See what would go" }).click();
	await page.getByRole("dialog").getByLabel(/Type/).fill("Keycloak");
	await confirm("Remove connection");
	await page.getByText("Removed", { exact: true }).waitFor();
	assert.ok((await api("/connections/saml")).items.every((c) => c.id !== id));
	quiet(page, "SAML");
});

test("a second token overlaps the first, which is then revoked", async () => {
	await show(page, "/connections/scim/" + made.scim);
	await page.getByRole("button", { name: "New token" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("Okta, next");
	await confirm("Create");
	await page.getByRole("button", { name: "I have it" }).click();
	const live = async () => (await api("/tokens")).items.filter((x) => x.connection === made.scim && !x.revoked).map((x) => x.name);
	assert.deepEqual((await live()).sort(), ["Okta, next", "Okta, production"]);
	await page.getByRole("button", { name: "Revoke Okta, production" }).click();
	await confirm("Revoke");
	await page.getByText("Token revoked").waitFor();
	assert.deepEqual(await live(), ["Okta, next"]);
	quiet(page, "tokens");
});

test("an invitation gets a new link, and the one before dies", async () => {
	await show(page, "/people/invitations");
	const link = async () => {
		await page.getByRole("button", { name: "New link for lea@acme.example" }).click();
		const text = await page.getByRole("group", { name: "Link of the invitation" }).textContent();
		await page.getByRole("button", { name: "I have it" }).click();
		return text;
	};
	const first = await link(), second = await link();
	assert.deepEqual([(await page.request.get(first)).status(), (await page.request.get(second)).status()], [404, 200]);
	quiet(page, "invitations");
});

test("places are renamed and deleted, a role is given by hand and taken back", async () => {
	const { Speech } = made.workspaces;
	await show(page, "/places/project/" + made.projects.Dialects);
	await page.getByRole("button", { name: "Delete" }).click();
	await confirm("Delete");
	await page.getByText("Removed", { exact: true }).waitFor();
	await show(page, "/places/" + Speech);
	await page.getByRole("button", { name: "Rename" }).click();
	await page.getByRole("dialog").getByLabel("Title").fill("Hearing");
	await confirm("Save");
	await page.getByRole("heading", { level: 1, name: "Hearing" }).waitFor();

	await show(page, "/people/" + made.people.joan);
	await page.getByRole("button", { name: "Give", exact: true }).click();
	await page.getByRole("dialog").getByLabel("Where").selectOption("workspace");
	await settled(page);
	await page.getByRole("dialog").getByLabel("Workspace").selectOption(Speech);
	await confirm("Give the role");
	await page.getByRole("row", { name: /Workspace Hearing.*given by hand/ }).waitFor();
	await page.getByRole("button", { name: "Take back Member" }).click();
	await page.getByText("Taken back").waitFor();
	assert.equal((await api("/grants?user=" + made.people.joan)).items.length, 0);
	await show(page, "/places/" + Speech);
	await page.getByRole("button", { name: "Delete" }).click();
	await confirm("Delete");
	await page.getByText("Removed", { exact: true }).waitFor();
	assert.ok((await api("/workspaces")).items.every((w) => w.id !== Speech));
	quiet(page, "places");
});

test("requests and records are filtered, a hold is rejected, an endpoint gets another secret", async () => {
	await show(page, "/requests");
	await page.getByLabel("Outcome").selectOption("refused");
	await narrowed((await api("/requests?outcome=refused")).total);
	await page.getByLabel("Kind").selectOption("saml.login");
	await page.getByText("Nothing here").waitFor();

	await show(page, "/holds/" + made.hold);
	await page.getByRole("button", { name: "Keep them" }).click();
	await page.getByRole("dialog").getByLabel(/Reason/).fill("the provider was misconfigured");
	await confirm("Keep them");
	await page.locator(".chips").getByText("rejected").waitFor();
	await page.getByText("the provider was misconfigured").waitFor();
	await show(page, "/audit");
	await page.getByLabel("What", { exact: true }).selectOption("token.");
	await page.getByRole("row", { name: /Token revoked/ }).waitFor();
	assert.equal(await page.getByRole("row", { name: /Group added/ }).count(), 0);

	await show(page, "/webhooks/" + made.webhook);
	await page.getByRole("button", { name: "New secret" }).click();
	await confirm("New secret");
	const secret = await page.getByRole("group", { name: "Secret for checking signatures" }).textContent();
	assert.match(secret, /^whsec_/);
	await page.getByRole("button", { name: "I have it" }).click();
	await page.getByText("Former secret until").waitFor();
	quiet(page, "records");
});
