// stories.test.mjs - what administrators do, from the first day to somebody's last.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { check, quiet, settled, show, World } from "./world.mjs";

let world;

before(async () => { world = await World.start(); });
after(() => world.end());

async function signIn(page, owner) {
	await page.getByLabel("E-mail address").fill(owner.address);
	await check(page, "the address");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password").fill(owner.password);
	await check(page, "the password");
	await page.getByLabel("Code").fill((await world.order("code", { org: owner.org })).code);
	await page.getByRole("button", { name: "Sign in" }).click();
}

test("from zero to a first push from Okta, and rules that give roles", async () => {
	const owner = await world.order("owned", { default_role: "NO" });
	const page = await world.page();
	await page.goto("/console/");
	await signIn(page, owner);
	await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
	await page.getByRole("link", { name: "Connect your identity provider" }).click();
	await page.getByRole("heading", { level: 1, name: "Add connection" }).waitFor();
	await page.getByRole("link", { name: "Okta", exact: true }).first().click();
	await page.getByLabel("Name", { exact: true }).fill("Okta");
	await page.getByRole("button", { name: "Create and go on" }).click();
	await page.getByText("Listening.").waitFor();
	const base = await page.getByRole("group", { name: "Base URL" }).textContent();
	assert.equal(base, world.base + "/scim/v2");

	// the token is shown once
	await page.getByRole("button", { name: "New token" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("Okta");
	await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
	const token = await page.getByRole("group", { name: "Token", exact: true }).textContent();
	await page.getByRole("button", { name: "I have it" }).click();
	assert.ok(!(await page.content()).includes(token), "the token is still on the page");

	// Okta pushes, and the page hears it
	const pushed = await world.order("replay", { token, session: "demo/okta-1-join.session" });
	assert.equal(pushed.code, 0, pushed.said);
	await page.getByText("The identity provider talks to us").waitFor();
	await page.getByText(/Person added|Group added|Members joined/).first().waitFor();
	await page.getByRole("link", { name: "People", exact: true }).click();
	await page.getByRole("link", { name: "Ada Byron" }).waitFor();
	await page.getByRole("row", { name: /Ada Byron/ }).getByText("No role").waitFor();

	// a rule with a group that was seen
	await show(page, "/rules");
	await page.getByRole("button", { name: "Add rule" }).first().click();
	const dialog = page.getByRole("dialog");
	const groups = await dialog.locator("datalist option").evaluateAll((all) => all.map((o) => o.value));
	assert.ok(groups.length > 1, "no groups are offered");
	await dialog.getByLabel("Name, id or pattern").fill(groups[0].toUpperCase());
	await dialog.getByText(`Meets ${groups[0]}`).waitFor();
	await dialog.getByRole("combobox", { name: "Role" }).selectOption({ label: "Reviewer" });
	await dialog.getByRole("button", { name: "Add rule" }).click();
	await page.getByText("You have changes that are not active yet").waitFor();
	await page.getByRole("button", { name: "Add rule" }).first().click();
	assert.equal(await dialog.getByLabel("Name, id or pattern").inputValue(), "", "the next rule begins empty");
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await page.getByRole("button", { name: "Edit rule" }).first().click();
	assert.equal(await dialog.getByLabel("Name, id or pattern").inputValue(), groups[0].toUpperCase());
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await page.getByRole("button", { name: "See what it would do" }).click();
	await page.getByRole("heading", { level: 1, name: "What it would do" }).waitFor();
	await check(page, "review");
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("Revision 1 is active").first().waitFor();
	const applied = page.url();
	await show(page, "/people?role=RE");
	const reviewers = await page.locator("tbody tr").count();
	assert.ok(reviewers > 0, "the rule gave nobody a role");

	// undo: before, there were no rules; then the first again
	await page.goto(applied);
	await page.getByRole("button", { name: "Undo" }).click();
	await page.waitForURL((url) => /rules\/plan/.test(url) && String(url) !== applied);
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("Revision 2 is active").first().waitFor();
	await show(page, "/rules/revisions/1");
	await page.getByRole("button", { name: "Make active again" }).click();
	await page.getByRole("heading", { level: 1, name: "What it would do" }).waitFor();
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("Revision 3 is active").first().waitFor();
	await show(page, "/people?role=RE");
	assert.equal(await page.locator("tbody tr").count(), reviewers);
	quiet(page, "first push");
});

test("a leaver frees a seat for who waits, and keeps the history", async () => {
	const owner = await world.order("owned");
	const made = await world.order("fill", { org: owner.org });
	const page = await world.page(owner.cookie);
	await show(page, "/");
	await page.getByText("3 people wait for a seat").waitFor();
	await show(page, "/people/" + made.people.joan);
	const picture = await page.getByRole("img", { name: /annotations in/ }).getAttribute("aria-label");
	await page.getByRole("button", { name: "Deactivate" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
	await page.getByText("Deactivated, and the seat is free").waitFor();
	await page.locator(".chips").getByText("deactivated", { exact: true }).waitFor();
	assert.equal(await page.getByRole("img", { name: /annotations in/ }).getAttribute("aria-label"), picture);
	await show(page, "/people/" + made.people.robin);
	await page.getByText("holds a seat").waitFor();
	await show(page, "/");
	await page.getByText("2 people wait for a seat").waitFor();

	// erased: the name goes, the work stays
	await show(page, "/people/" + made.people.joan);
	await page.getByRole("button", { name: "Erase" }).click();
	const erase = page.getByRole("dialog").getByRole("button", { name: "Erase" });
	assert.equal(await erase.getAttribute("aria-disabled"), "true");
	await page.getByRole("dialog").getByLabel(/Type/).fill("joan@acme.example");
	await erase.click();
	await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
	const work = await world.order("get", { org: owner.org, path: "/annotations/report?user=" + made.people.joan });
	assert.ok(work.items.length > 0 && work.items.every((w) => w.user_state === "erased" && !w.userName.includes("joan")));
	quiet(page, "leaver");
});

test("the way to a SAML test sign-in, with SimpleSAMLphp", async () => {
	const owner = await world.order("owned");
	const page = await world.page(owner.cookie);
	const idp = await world.order("sso", { org: owner.org });
	await show(page, "/connections/new");
	await page.getByRole("link", { name: "SimpleSAMLphp" }).click();
	await page.getByLabel("Name", { exact: true }).fill("Company sign-in");
	await page.getByLabel("Mail domains").fill("acme.example");
	await page.getByRole("button", { name: "Create and go on" }).click();
	await page.getByRole("heading", { level: 1, name: "Company sign-in" }).waitFor();
	await settled(page);
	const id = page.url().match(/saml\/([^?]+)/)[1];
	assert.equal(await page.getByRole("group", { name: "Entity ID (Audience)" }).textContent(), `${world.base}/saml/${id}/metadata`);
	await page.getByText("The metadata comes first.").waitFor();

	// rubbish first: what is wrong is said
	await page.getByLabel("or its text").fill("<no>metadata</no>");
	await page.getByRole("button", { name: "Read metadata" }).click();
	await page.getByRole("alert").waitFor();
	await page.getByLabel("or its text").fill("");
	await page.getByLabel("Address of the metadata").fill(idp.metadata_url);
	await page.getByRole("button", { name: "Read metadata" }).click();
	await page.getByText("It shows what arrives").waitFor();
	await world.order("trust", { org: owner.org, id });

	await page.getByRole("button", { name: "Prepare a test sign-in" }).click();
	const opened = page.context().waitForEvent("page");
	await page.getByRole("link", { name: "Open the test sign-in in a new tab" }).click();
	const tab = await opened;
	await tab.locator("input[name=username]").fill("alice");
	await tab.locator("input[name=password]").fill("alice-pw");
	await tab.locator("form").first().evaluate((form) => form.submit());
	await tab.getByRole("heading", { name: "What arrived" }).waitFor({ timeout: 30000 });
	await tab.getByText("LS-Admins").first().waitFor();
	await check(tab, "what arrived");
	await tab.close();
	await page.getByText("The test sign-in worked").waitFor();
	const users = await world.order("get", { org: owner.org, path: "/users" });
	assert.equal(users.items.length, 1, "a test makes nobody");
	await page.locator(".chips").getByText("tested").waitFor();
	await check(page, "SAML, tested");
	quiet(page, "SAML");
});

test("secrets want a fresh sign-in, and after it things go on", async () => {
	const owner = await world.order("owned");
	const page = await world.page(owner.cookie);
	await world.order("stale", { org: owner.org });
	await show(page, "/settings/tokens");
	await page.getByRole("button", { name: "New token" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
	await page.getByRole("heading", { name: "Show that it is you" }).waitFor();
	await check(page, "step up");
	await page.getByRole("button", { name: "Sign in again" }).click();
	await page.waitForURL(/\/login\?again=1/);
	await signIn(page, owner);
	await page.waitForURL(/\/console\/settings\/tokens/);
	await settled(page);
	await page.getByRole("button", { name: "New token" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
	await page.getByText("Copy it now.").waitFor();
	quiet(page, "step up");
});

test("policies, domains and places are changed where they are shown", async () => {
	const owner = await world.order("owned");
	const page = await world.page(owner.cookie);
	await show(page, "/settings");
	await page.getByLabel("The licence has a limit of seats").check();
	await page.getByLabel("Limit", { exact: true }).fill("7");
	await page.getByLabel("When all seats are taken").selectOption("refuse");
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByText("Saved").waitFor();
	const org = await world.order("get", { org: owner.org, path: "/org" });
	assert.deepEqual([org.seat_limit, org.seat_policy], [7, "refuse"]);

	await show(page, "/settings/signin");
	await page.getByLabel("Minutes until an idle session ends").fill("45");
	await page.getByLabel("Where sign-in may lead to").fill("https://labels.acme.example/in");
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByText("Saved").waitFor();
	const signin = await world.order("get", { org: owner.org, path: "/signin" });
	assert.deepEqual([signin.idle_minutes, signin.return_targets], [45, ["https://labels.acme.example/in"]]);
	await page.getByLabel("Single sign-on only").check();
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByRole("alert").getByText("successful test sign-in").waitFor();

	await show(page, "/settings/domains");
	await page.getByRole("textbox", { name: "Domain" }).fill("acme-of-tests.example");
	await page.getByRole("button", { name: "Add domain" }).click();
	await page.getByRole("group", { name: "Value of the record" }).waitFor();

	await show(page, "/places");
	await page.getByRole("button", { name: "New workspace" }).click();
	await page.getByRole("dialog").getByLabel("Title").fill("Vision");
	await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
	await page.getByRole("heading", { level: 1, name: "Vision" }).waitFor();
	await page.getByRole("button", { name: "New project" }).click();
	await page.getByRole("dialog").getByLabel("Title").fill("Street signs");
	await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
	await page.getByRole("link", { name: "Street signs" }).waitFor();

	await show(page, "/audit");
	await page.getByLabel("What", { exact: true }).selectOption("project.");
	await page.getByRole("row", { name: /Project made/ }).waitFor();
	const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export JSON lines" }).click()]);
	assert.match(file.suggestedFilename(), /audit\.jsonl/);
	const saved = readFileSync(await file.path(), "utf8").trim().split("\n");
	assert.equal(saved.at(-1) && JSON.parse(saved.at(-1)).seq, saved.length);
	await page.getByRole("button", { name: "Check here" }).click();
	await page.getByText(/\d+ records, unbroken/).waitFor();
	await world.order("forge", { org: owner.org });
	await page.getByRole("button", { name: "Check here" }).click();
	await page.getByText("Record 2 is not what was sealed").waitFor();
	quiet(page, "settings");
});

test("somebody is invited, and several people get a role after it was seen what that does", async () => {
	const owner = await world.order("owned");
	const made = await world.order("fill", { org: owner.org });
	const page = await world.page(owner.cookie);
	await show(page, "/people");
	await page.getByRole("link", { name: "Invite", exact: true }).click();
	await page.getByRole("button", { name: "New invitation" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("E-mail").fill("nina@acme.example");
	await dialog.getByLabel("Role").selectOption("RE");
	await dialog.getByLabel("Vision").check();
	await settled(page);
	await check(page, "new invitation");
	await dialog.getByRole("button", { name: "Make the link" }).click();
	const link = await page.getByRole("group", { name: "Link of the invitation" }).textContent();
	await page.getByRole("button", { name: "I have it" }).click();
	assert.ok(!(await page.content()).includes(link), "the link is still on the page");
	const row = page.getByRole("row", { name: /nina@acme.example/ });
	await row.getByText("Reviewer").waitFor();
	const guest = await world.page();
	await guest.goto(link);
	await guest.getByText("nina@acme.example").waitFor();
	await check(guest, "the invitation's page");
	await row.getByRole("button", { name: "Revoke the invitation" }).click();
	await dialog.getByRole("button", { name: "Revoke" }).click();
	await row.getByText("revoked").waitFor();
	assert.equal((await guest.goto(link)).status(), 404);

	await show(page, "/people");
	for (const who of ["Joan", "Alan"])
		await page.getByRole("checkbox", { name: new RegExp("^Pick " + who) }).check();
	await page.getByText("2 picked").waitFor();
	await check(page, "people picked");
	await page.getByLabel("What to do").selectOption({ label: "Give the role Manager" });
	await page.getByRole("button", { name: "See what it would do" }).click();
	await page.getByRole("heading", { level: 1, name: "What it would do" }).waitFor();
	await settled(page);
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("Done for all of them").first().waitFor();
	const joan = await world.order("get", { org: owner.org, path: "/users/" + made.people.joan });
	assert.equal(joan.role, "MA");
	quiet(page, "invitations");
});
