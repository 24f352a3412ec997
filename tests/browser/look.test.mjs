// look.test.mjs - every screen, in every look: nothing for axe to find, nothing too wide, no errors.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { play, scenesOf } from "./scenes.mjs";
import { check, fits, quiet, screensOf, settled, show, World } from "./world.mjs";

// colours and widths do not depend on each other: light and wide, dark and narrow see all of both
const looks = { light: {}, "dark, narrow": { scheme: "dark", width: 320, height: 700 }, "German, narrow": { width: 320, height: 700, locale: "de-DE" } };
let world, owner, made;

before(async () => {
	world = await World.start();
	owner = await world.order("owned");
	made = await world.order("fill", { org: owner.org });
});
after(() => world.end());

for (const [look, options] of Object.entries(looks))
	test(`every screen is for everybody: ${look}`, async () => {
		const page = await world.page(owner.cookie, options);
		const wrong = [];
		for (const [name, path] of Object.entries(screensOf(made))) {
			await show(page, path);
			for (const one of options.locale ? [fits] : [check, fits])
				await one(page, `${name}, ${look}`).catch((e) => wrong.push(e.message.split("+ actual")[0]));
		}
		assert.deepEqual(wrong, [], wrong.join("\n"));
		quiet(page, look);
		await page.context().close();
	});

for (const [look, options] of Object.entries(looks).slice(0, 2)) // what is to be pressed is found by its English name
	test(`dialogs, steps and tabs are for everybody, and give the focus back: ${look}`, async () => {
		const page = await world.page(owner.cookie, options);
		const wrong = [];
		for (const scene of scenesOf(made)) {
			const [name, , { opener }] = scene;
			await play(page, scene);
			for (const one of [check, fits])
				await one(page, `${name}, ${look}`).catch((e) => wrong.push(e.message.split("+ actual")[0]));
			if (!opener)
				continue;
			await page.keyboard.press("Escape");
			await page.getByRole("dialog").waitFor({ state: "hidden" });
			const focus = await page.evaluate(() => document.activeElement.ariaLabel || document.activeElement.textContent);
			if (focus !== opener)
				wrong.push(`${name}: the focus came back to ${focus}, not ${opener}`);
		}
		assert.deepEqual(wrong, [], wrong.join("\n"));
		quiet(page, look);
		await page.context().close();
	});

test("names without a place to break fit as well", async () => {
	const own = await world.order("owned");
	const one = await world.order("fill", { org: own.org });
	const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
	const admin = (method, path, body) => world.order("admin", { org: own.org, method, path, body });
	await admin("PATCH", "/org", { name: long });
	await admin("PATCH", "/workspaces/" + one.workspaces.Vision, { title: long + long });
	await admin("PATCH", "/connections/scim/" + one.scim, { name: long });
	const { rules } = await admin("GET", "/rules");
	await admin("PUT", "/rules", { rules: [...rules, { id: "long", match: { group: long + long }, grant: { workspace: one.workspaces.Vision } }] });
	const page = await world.page(own.cookie, { width: 320, height: 700 });
	const screens = screensOf(one);
	for (const name of ["overview", "person", "groups", "group", "workspaces", "workspace", "rules", "connections", "scim", "hold", "requests"]) {
		await show(page, screens[name]);
		await fits(page, name);
	}
	await page.context().close();
});

test("the narrow menu opens, by keyboard as well", async () => {
	const page = await world.page(owner.cookie, { width: 320, height: 700 });
	await show(page, "/");
	await page.keyboard.press("Tab");
	await page.getByText("Skip to content").waitFor();
	await page.getByRole("button", { name: "Menu" }).focus();
	await page.keyboard.press("Enter");
	await check(page, "open menu");
	await page.getByRole("link", { name: "People", exact: true }).focus();
	await page.keyboard.press("Enter");
	await settled(page);
	await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
	if (await page.evaluate(() => document.activeElement.tagName) !== "H1")
		throw new Error("the heading of the new screen has no focus");
	await page.context().close();
});

/** Goes on by Tab until the focus is on what has this name. */
async function reach(page, name) {
	for (let n = 0; n < 150; n++) {
		await page.keyboard.press("Tab");
		const here = await page.evaluate(() => {
			const e = document.activeElement;
			return e.ariaLabel || e.labels?.[0]?.textContent || e.textContent;
		});
		if (here === name)
			return;
	}
	throw new Error("no way by Tab to " + name);
}

test("a rule is made, applied and undone by the keyboard alone", async () => {
	const own = await world.order("owned");
	await world.order("fill", { org: own.org });
	const page = await world.page(own.cookie);
	const press = async (name) => { await reach(page, name); await page.keyboard.press("Enter"); };
	await show(page, "/");
	await press("Rules");
	await page.getByRole("heading", { level: 1, name: "Rules" }).waitFor();
	await settled(page);
	await press("Add rule");
	await reach(page, "Name, id or pattern");
	await page.keyboard.type("All staff");
	await reach(page, "Where");
	await page.keyboard.type("Workspace");
	await press("Add rule");
	await page.getByRole("dialog").waitFor({ state: "hidden" });
	for (const [button, heading] of [["See what it would do", "Revision 3 is active"], ["Undo", "Revision 4 is active"]]) {
		await press(button);
		await page.getByRole("heading", { level: 1, name: "What it would do" }).waitFor();
		await page.getByRole("button", { name: "Apply" }).waitFor();
		await press("Apply");
		await page.getByText(heading).first().waitFor();
	}
	quiet(page, "keyboard");
	await page.context().close();
});

test("Managers get a small console, others a friendly refusal", async () => {
	const manager = await world.order("someone", { org: owner.org, role: "MA", workspace: made.workspaces.Vision });
	const page = await world.page(manager.cookie);
	await show(page, "/");
	await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
	await page.getByText("People of your own workspaces.").waitFor();
	for (const path of ["/people", "/people/" + made.people.alan, "/places", "/places/" + made.workspaces.Vision]) {
		await show(page, path);
		await check(page, "Manager: " + path);
	}
	const menu = await page.getByRole("navigation", { name: "Main" }).getByRole("link").allTextContents();
	if (menu.join() !== "People,Workspaces")
		throw new Error("the menu of a Manager: " + menu);
	await show(page, "/rules");
	await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
	quiet(page, "Manager");

	const annotator = await world.order("someone", { org: owner.org, role: "AN" });
	const other = await world.page(annotator.cookie);
	await other.goto("/console/people");
	await other.getByRole("heading", { name: "This console is for administrators" }).waitFor();
	await other.getByText("your role is Annotator").waitFor();
	await check(other, "refusal");
});

test("the language can be changed, and stays", async () => {
	const page = await world.page(owner.cookie, { locale: "fr-FR" });
	await show(page, "/people");
	await page.getByLabel("Language").selectOption("de");
	await page.getByRole("heading", { level: 1, name: "Personen" }).waitFor();
	await show(page, "/settings");
	await page.getByRole("heading", { level: 1, name: "Einstellungen" }).waitFor();
	if (await page.evaluate(() => document.documentElement.lang) !== "de")
		throw new Error("the document does not say that it is German");
	await page.context().close();
});
