// screenshots.mjs FOLDER [NAME,...] - pictures of every screen: light, dark, narrow, German.
import { mkdirSync } from "node:fs";
import { play, scenesOf } from "./scenes.mjs";
import { screensOf, show, World } from "./world.mjs";

const [folder, wanted] = process.argv.slice(2);
const only = wanted?.split(",");
const looks = { light: {}, dark: { scheme: "dark" }, narrow: { width: 320, height: 700 }, german: { locale: "de-DE" } };

mkdirSync(folder, { recursive: true });
const world = await World.start();

async function picture(page, name, look, go, whole = true) { // a dialog is where the window is
	if (only && !only.includes(name) && !only.includes(`${name}-${look}`) && !only.includes(look))
		return;
	await go();
	await page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: whole && !await page.getByRole("dialog").count() });
	if (page.troubles.length)
		console.log(name, look, page.troubles.splice(0));
}

/** The same in each look, for whoever has this cookie. */
async function each(cookie, draw) {
	for (const [look, options] of Object.entries(looks)) {
		const page = await world.page(cookie, options);
		await draw(page, look);
		await page.context().close();
	}
}

try {
	const owner = await world.order("owned", { name: "Acme Labeling" });
	const made = await world.order("fill", { org: owner.org });
	const ran = await world.order("mirror", { org: owner.org });
	const screens = { ...screensOf(made), "ldap-ran": "/connections/ldap/" + ran.ldap, run: `/runs/${ran.ldap}/${ran.run}` };
	await each(owner.cookie, async (page, look) => {
		for (const [name, path] of Object.entries(screens))
			await picture(page, name, look, () => show(page, path));
		// what is to be pressed is found by its English name
		for (const scene of look === "german" ? [] : scenesOf(made))
			await picture(page, scene[0], look, () => play(page, scene));
	});

	await world.order("cut", { org: owner.org, done: 700, total: 2800 });
	await each(owner.cookie, (page, look) => picture(page, "rules-rollout", look, () => show(page, "/rules")));
	await world.order("resume", { org: owner.org });

	for (const [name, path, scheme] of [["overview", "/", "light"], ["person", "/people/" + made.people.ada, "dark"], ["rules", "/rules", "light"]]) {
		const page = await world.page(owner.cookie, { scheme, height: 860 });
		await picture(page, "readme", name, () => show(page, path), false);
		await page.context().close();
	}

	const first = await world.order("owned", { name: "Empty Labeling" });
	await each(first.cookie, async (page, look) => {
		for (const name of ["overview", "people", "groups", "workspaces", "rules", "connections", "holds", "invitations", "webhooks", "requests", "reports"])
			await picture(page, "empty-" + name, look, () => show(page, screens[name]));
	});

	const manager = await world.order("someone", { org: owner.org, role: "MA", workspace: made.workspaces.Vision });
	await each(manager.cookie, async (page, look) => {
		for (const [name, path] of [["people", "/people"], ["person", "/people/" + made.people.alan], ["workspace", "/places/" + made.workspaces.Vision]])
			await picture(page, "manager-" + name, look, () => show(page, path));
	});
	const annotator = await world.order("someone", { org: owner.org, role: "AN" });
	await each(annotator.cookie, (page, look) => picture(page, "refused", look, async () => {
		await page.goto("/console/");
		await page.getByRole("heading", { level: 1 }).waitFor();
	}));

	await world.order("stale", { org: owner.org });
	await each(owner.cookie, (page, look) => picture(page, "step-up", look, async () => {
		await show(page, "/settings/tokens");
		await page.getByRole("button", { name: /New token|Neues Token/ }).click();
		await page.getByRole("dialog").getByRole("button", { name: /Create|Anlegen/ }).click();
		await page.getByRole("dialog").getByRole("heading", { name: /Show that|Zeigen Sie/ }).waitFor();
	}));
} finally {
	await world.end();
}
