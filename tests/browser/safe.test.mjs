// safe.test.mjs - markup in every text that others choose stays text; the policy holds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { quiet, screensOf, settled, show, World } from "./world.mjs";

let world, owner, made;

before(async () => {
	world = await World.start();
	owner = await world.order("owned");
	made = await world.order("fill", { org: owner.org, markup: true });
});
after(() => world.end());

test("markup in names, groups, attributes and user agents stays text", async () => {
	const page = await world.page(owner.cookie);
	const screens = { ...screensOf(made), run: `/runs/${made.ldap}/${made.run}` };
	made.people.forEach((id, i) => { screens["person " + i] = "/people/" + id; });
	made.groups.forEach((id, i) => { screens["group " + i] = "/groups/" + id; });
	const silent = [];
	for (const [name, path] of Object.entries(screens)) {
		await show(page, path);
		for (const summary of await page.locator("main summary").all())
			await summary.click();
		const found = await page.evaluate(() => ({
			pwned: window.pwned,
			foreign: document.querySelectorAll("main img, main script, main iframe, main [onerror], main [onload], a[href^='javascript:']").length,
			markup: document.querySelector("main").innerText.includes("window.pwned=1"),
		}));
		assert.equal(found.pwned, undefined, name);
		assert.equal(found.foreign, 0, name);
		if (!found.markup)
			silent.push(name);
	}
	const ours = ["revisions", "connection-new", "connection-begin", "policies", "signin", "domains", "missing", "ldap-begin", "run"];
	assert.deepEqual(silent, ours, "screens but those with our own words alone show markup, or nothing was proven");
	quiet(page, "markup");
});

test("markup in dialogs and messages stays text", async () => {
	const page = await world.page(owner.cookie);
	await show(page, "/people/" + made.people[0]);
	await page.getByRole("button", { name: "Deactivate" }).click();
	await page.getByRole("heading", { name: "Deactivate <img" }).waitFor();
	await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
	await page.getByText("Deactivated, and the seat is free").waitFor();
	await show(page, "/rules");
	await page.getByRole("button", { name: "Edit rule r0" }).click();
	await page.getByText("Meets <img").waitFor();
	await show(page, "/audit?action=group.created");
	await page.getByRole("button", { name: /^Show: Group added/ }).last().click();
	await page.getByRole("dialog").getByText("window.pwned=1").first().waitFor();
	assert.equal(await page.evaluate(() => window.pwned), undefined);
	quiet(page, "dialogs");
});

test("the page allows itself nothing but its own files", async () => {
	const page = await world.page(owner.cookie);
	const answer = await page.goto("/console/people");
	const policy = answer.headers()["content-security-policy"];
	for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
		assert.ok(policy.includes(part), part);
	assert.ok(!policy.includes("unsafe"));
	await settled(page);
	const asked = [];
	page.on("request", (r) => asked.push(new URL(r.url()).pathname));
	await show(page, "/");
	assert.ok(asked.length > 3 && asked.every((p) => p.startsWith("/console") || p.startsWith("/api/v1/")), asked.join(" "));
	const refused = await page.evaluate(() => {
		try {
			document.createElement("div").innerHTML = "<b>x</b>";
			return "not refused";
		} catch (e) {
			return e.name;
		}
	});
	assert.equal(refused, "TypeError");
});

test("files are kept for ever, the page is asked for each time", async () => {
	const page = await world.page();
	const html = await (await page.request.get("/console/")).text();
	const script = html.match(/src="([^"]+)"/)[1];
	const file = await page.request.get(script);
	assert.match(file.headers()["cache-control"], /immutable/);
	const again = await page.request.get("/console/", { headers: { "If-None-Match": file.headers().etag } });
	assert.equal(again.status(), 304);
	assert.equal((await page.request.get(script.replace(/assets\/\w+/, "assets/0000"))).status(), 404);
	assert.equal((await page.request.get(script.replace("app.js", "none.js"))).status(), 404);
	assert.match(await (await page.request.get(script.replace("app.js", "lib/licences.txt"))).text(), /Permission is hereby granted[\s\S]*Apache License/);
	assert.doesNotMatch(html, /<script(?![^>]*src=)|<style|style=|onclick/i);
});

test("who is not signed in is taken to sign in, and comes back", async () => {
	const page = await world.page();
	await page.goto("/console/people?state=pending");
	await page.waitForURL(/\/login\?next=/);
	assert.equal(new URL(page.url()).searchParams.get("next"), "/console/people?state=pending");
});
