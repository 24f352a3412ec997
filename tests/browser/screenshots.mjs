// screenshots.mjs FOLDER - pictures of every screen: light, dark and narrow.
import { mkdirSync } from "node:fs";
import { screensOf, show, World } from "./world.mjs";

const folder = process.argv[2];
const only = process.argv[3]?.split(",");
const looks = { light: {}, dark: { scheme: "dark" }, narrow: { width: 360, height: 740 } };

mkdirSync(folder, { recursive: true });
const world = await World.start();
try {
	const owner = await world.order("owned", { name: "Acme Labeling" });
	const made = await world.order("fill", { org: owner.org });
	for (const [look, options] of Object.entries(looks)) {
		const page = await world.page(owner.cookie, options);
		for (const [name, path] of Object.entries(screensOf(made))) {
			if (only && !only.includes(name) && !only.includes(look + "/" + name))
				continue;
			await show(page, path);
			await page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: true });
			if (page.troubles.length)
				console.log(name, look, page.troubles.splice(0));
		}
		await page.context().close();
	}
	for (const [name, path, scheme] of [["overview", "/", "light"], ["person", "/people/" + made.people.ada, "dark"], ["rules", "/rules", "light"]]) {
		const page = await world.page(owner.cookie, { scheme, height: 860 });
		await show(page, path);
		await page.screenshot({ path: `${folder}/readme-${name}.png` });
		await page.context().close();
	}
} finally {
	await world.end();
}
