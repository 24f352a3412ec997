// guard.test.mjs - looking before it happens: plans, holds, directories, webhooks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { check, quiet, settled, show, World } from "./world.mjs";

let world, owner, made;

before(async () => {
	world = await World.start();
	owner = await world.order("owned");
	made = await world.order("fill", { org: owner.org });
});
after(() => world.end());

test("see what a rule would do, apply exactly that, and undo it", async () => {
	await world.order("patch", { org: owner.org, path: "/org", body: { seat_limit: null } });
	const page = await world.page(owner.cookie);
	await show(page, "/rules");
	await page.getByRole("button", { name: "Remove rule managers" }).click();
	await page.getByRole("button", { name: "See what it would do" }).click();
	await page.getByRole("heading", { level: 1, name: "What it would do" }).waitFor();
	await settled(page);
	await check(page, "plan");
	await page.getByRole("button", { name: /^(lost|lowered) [1-9]/ }).first().click();
	const first = page.url();

	// the world moves: the plan is refused, and says so
	await world.order("push", { org: owner.org, group: made.groups["LS-Managers"], user: made.people.ken });
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("The world has moved since the plan was made").waitFor();
	await page.getByText("ken@acme.example").first().waitFor();

	await show(page, "/rules");
	await page.getByRole("button", { name: "Remove rule managers" }).click();
	await page.getByRole("button", { name: "See what it would do" }).click();
	await page.waitForURL((url) => /rules\/plan/.test(url) && String(url) !== first);
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("Revision 3 is active").first().waitFor();
	const roles = async () => (await world.order("get", { org: owner.org, path: "/users?role=MA" })).total;
	assert.equal(await roles(), 0);

	const applied = page.url();
	await page.getByRole("button", { name: "Undo" }).click();
	await page.waitForURL((url) => /rules\/plan/.test(url) && String(url) !== applied);
	await page.getByRole("button", { name: "Apply" }).click();
	await page.getByText("Revision 4 is active").first().waitFor();
	assert.equal(await roles(), 3);

	await show(page, "/people/" + made.people.ada);
	await page.getByLabel("Name or id of a group").fill("Vision Team");
	await page.getByRole("button", { name: "Show", exact: true }).click();
	await page.getByText("→").waitFor();
	quiet(page, "plan");
});

test("it shows how many people follow the rules by now", async () => {
	await world.order("cut", { org: owner.org, done: 700, total: 2800 });
	const page = await world.page(owner.cookie);
	await show(page, "/rules");
	await page.getByText("700 of 2,800 people recomputed").waitFor();
	assert.equal(await page.getByRole("progressbar").getAttribute("value"), "700");
	await check(page, "rollout");
	await world.order("resume", { org: owner.org });
	await page.getByText("people recomputed").waitFor({ state: "detached" });
	quiet(page, "rollout");
});

test("a hold is looked at and approved", async () => {
	const page = await world.page(owner.cookie);
	await show(page, "/");
	await page.getByText(/removals? waits? for your decision/).waitFor();
	await show(page, "/holds/" + made.hold);
	await check(page, "hold");
	const people = await page.locator("tbody tr").count();
	assert.ok(people > 2);
	await page.getByRole("button", { name: "Let it happen" }).click();
	await page.getByRole("dialog").getByLabel(/Type/).fill(String(people));
	await page.getByRole("dialog").getByRole("button", { name: "Let it happen" }).click();
	await page.locator(".chips").getByText("approved").waitFor();
	assert.equal((await world.order("get", { org: owner.org, path: "/users?role=RE" })).total, 0);
	quiet(page, "hold");
});

test("a directory is tried with sample people, proved, then run", async () => {
	const directory = await world.order("slapd");
	const page = await world.page(owner.cookie);
	await show(page, "/connections/new");
	await page.getByRole("link", { name: /OpenLDAP/i }).click();
	await page.getByLabel("Name", { exact: true }).fill("Directory");
	await page.getByLabel("Servers").fill(directory.uri);
	await page.getByLabel("Encryption").selectOption("none");
	await page.getByLabel("Bind DN").fill(directory.dn);
	await page.getByLabel("Password", { exact: true }).fill(directory.password);
	await page.getByLabel("People are below").fill("ou=people," + directory.base);
	const below = ["ou=groups," + directory.base, "ou=people," + directory.base];
	await page.getByLabel("Groups are below").fill(below.join("\n") + "\n");
	await page.getByRole("button", { name: "Create and go on" }).click();
	await page.getByRole("heading", { level: 1, name: "Directory" }).waitFor();
	assert.equal(await page.getByLabel("Groups are below").inputValue(), below.join("\n"));
	assert.equal(await page.getByLabel("People are below").inputValue(), "ou=people," + directory.base);
	await page.getByRole("button", { name: "Connect and show a few people" }).click();
	await page.getByText("The directory answers").waitFor();
	assert.match(await page.locator(".chips").textContent(), /OpenLDAP.*switched off.*not read yet/);
	await page.getByText("p000001@ex.example").first().waitFor();
	await check(page, "directory");
	const count = async () => (await world.order("get", { org: owner.org, path: "/users?source=ldap" })).total;
	await page.getByRole("button", { name: "Try without changing" }).click();
	await page.getByText("done", { exact: true }).first().waitFor({ timeout: 30000 });
	assert.equal(await count(), 0, "a try changes nothing");
	await page.getByRole("button", { name: "Switch on" }).click();
	await page.getByRole("button", { name: "Run now" }).click();
	for (let n = 0; n < 100 && await count() < 12; n++)
		await new Promise((resolve) => setTimeout(resolve, 200));
	assert.equal(await count(), 12);
	await page.getByLabel("People sign in with their directory password").uncheck();
	await page.getByLabel("Mail domains").fill("acme.example, labels.acme.example");
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByText("Saved").waitFor();
	const { signin } = await world.order("get", { org: owner.org, path: "/connections/ldap/" + page.url().split("/").at(-1) });
	assert.deepEqual([signin.enabled, signin.domains], [false, ["acme.example", "labels.acme.example"]]);
	await show(page, "/runs");
	await page.getByRole("row", { name: /Directory.*try/ }).getByRole("link").click();
	await page.getByRole("heading", { level: 1, name: "Sync run" }).waitFor();
	await settled(page);
	await page.getByRole("row", { name: /p000001@ex\.example.*is new in the directory/ }).waitFor();
	await check(page, "run");
	quiet(page, "directory");
});

test("an endpoint is named, its secret shown once, its state seen", async () => {
	const page = await world.page(owner.cookie);
	await show(page, "/webhooks");
	await page.getByRole("button", { name: "New endpoint" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("Platform");
	await page.getByRole("dialog").getByLabel("Address").fill("https://127.0.0.1:9/in");
	await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
	const secret = await page.getByRole("group", { name: "Secret for checking signatures" }).textContent();
	assert.ok(secret.length > 20);
	await page.getByRole("button", { name: "I have it" }).click();
	assert.ok(!(await page.content()).includes(secret));
	await page.getByRole("link", { name: "Platform" }).click();
	await page.getByRole("heading", { level: 1, name: "Platform" }).waitFor();
	await page.getByLabel("Pause").check();
	await page.getByRole("button", { name: "Save" }).click();
	await page.locator(".chips").getByText("paused").waitFor();
	await show(page, "/reports");
	await check(page, "reports");
	quiet(page, "webhooks");
});

test("what was asked, by whom and of what is said in words", async () => {
	const page = await world.page(owner.cookie);
	await show(page, "/requests?outcome=refused");
	const row = page.getByRole("row", { name: /Adds a person Okta refused The user name is taken by somebody else/ });
	await row.getByText("Details").click();
	await row.getByText("/scim/v2/Users", { exact: true }).waitFor();
	await show(page, "/");
	await page.getByRole("listitem").filter({ hasText: "Head office" }).getByText("switched off").waitFor();
	await page.getByText(/certificate: \d+ days left/).waitFor();
	await show(page, "/audit?action=hold.");
	await page.getByRole("row", { name: /Removal held/ }).getByText("Okta, production").waitFor();
	await page.getByRole("link", { name: "held removal" }).first().click();
	await page.getByRole("heading", { level: 1, name: /people would lose something/ }).waitFor();
	await show(page, "/connections/new/ldap/active-directory");
	await page.getByText("Replicating Directory Changes", { exact: true }).waitFor();
	assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Active Directory");
	quiet(page, "words");
});
