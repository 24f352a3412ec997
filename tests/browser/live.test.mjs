// live.test.mjs - what goes on is seen while it goes on, and what is saved is good elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { check, quiet, settled, show, World } from "./world.mjs";

let world, owner;

before(async () => {
	world = await World.start();
	owner = await world.order("owned");
});
after(() => world.end());

test("a run is seen to move, without looking again", async () => {
	const made = await world.order("mirror", { org: owner.org });
	const page = await world.page(owner.cookie);
	await show(page, "/connections/ldap/" + made.ldap);
	await world.order("still", { on: true });
	try {
		await page.getByRole("button", { name: "Run now" }).click();
		await page.getByRole("progressbar").waitFor();
		await show(page, "/runs");
		await page.getByRole("row", { name: /reading/ }).getByRole("link").click();
		await page.getByRole("heading", { level: 1, name: "Sync run" }).waitFor();
		await page.locator(".chips").getByText("reading").waitFor();
		const bar = page.getByRole("progressbar");
		assert.ok(Number(await bar.getAttribute("value")) < Number(await bar.getAttribute("max")), "it looks done");
		await page.getByText("0 read, 0 compared").waitFor();
		await settled(page);
		await check(page, "a run that runs");
	} finally {
		await world.order("still", { on: false });
	}
	await page.locator(".chips").getByText("done").waitFor({ timeout: 30000 });
	await page.getByText(/^13 read, 12 compared, 13 changed/).waitFor();
	quiet(page, "live");
});

test("an exported audit trail is verified by rosterctl, and a forged one is not", async () => {
	const page = await world.page(owner.cookie);
	const saved = async () => {
		await show(page, "/audit");
		const [file] = await Promise.all([page.waitForEvent("download"), page.getByText("Export JSON lines").click()]);
		return world.order("verify", { file: await file.path() });
	};
	let found = await saved();
	for (let n = 0; n < 50 && !/[1-9]\d* records, unbroken/.test(found.said); n++)
		found = await saved();
	assert.equal(found.code, 0, found.said);
	assert.match(found.said, /[1-9]\d* records, unbroken/);
	await world.order("forge", { org: owner.org });
	found = await saved();
	assert.equal(found.code, 1, found.said);
	assert.match(found.said, /record 2 .* is not what was sealed/);
	quiet(page, "export");
});
