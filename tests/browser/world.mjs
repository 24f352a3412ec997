// world.mjs - the server under test, a browser, and looking at what it shows.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import assert from "node:assert/strict";

const modules = process.env.ROSTERD_BROWSER_MODULES || new URL("../../build-ui/browser", import.meta.url).pathname;
const require = createRequire(modules + "/x.js");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Chromium as Debian has it. */
function browserPath() {
	const found = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
	assert.ok(found, "no Chromium: install Debian's package chromium");
	return found;
}

export class World {
	static async start() {
		const world = new World();
		world.asked = new Set();
		world.process = spawn("/usr/bin/python3", [new URL("world.py", import.meta.url).pathname], { stdio: ["pipe", "pipe", "inherit"] });
		world.lines = createInterface({ input: world.process.stdout })[Symbol.asyncIterator]();
		world.base = (await world.answer()).base;
		world.browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
		return world;
	}

	async answer() {
		const { value, done } = await this.lines.next();
		assert.ok(!done, "the server of the tests ended");
		const out = JSON.parse(value);
		assert.ok(!out.error, out.error);
		return out;
	}

	order(what, more = {}) {
		this.process.stdin.write(JSON.stringify({ do: what, ...more }) + "\n");
		return this.answer();
	}

	/** A page in a browser of its own; what goes wrong in it is kept in page.troubles. */
	async page(cookie, { scheme = "light", width = 1280, height = 900, locale = "en-US" } = {}) {
		const context = await this.browser.newContext({ colorScheme: scheme, viewport: { width, height }, locale, baseURL: this.base });
		context.setDefaultTimeout(15000);
		if (cookie)
			await context.addCookies([{ name: "rosterd", value: cookie, url: this.base }]);
		const page = await context.newPage();
		page.troubles = [];
		page.on("request", (r) => this.note(r));
		page.on("pageerror", (e) => page.troubles.push(String(e)));
		page.on("console", (m) => { if (m.type() === "error" && !/Failed to load resource/.test(m.text())) page.troubles.push(m.text()); });
		return page;
	}

	/** What was asked of the API. */
	note(request) {
		const { pathname } = new URL(request.url());
		if (pathname.startsWith("/api/"))
			this.asked.add(`${request.method()} ${pathname}`);
	}

	/** The console lives on the API that is described, and on nothing else. */
	async checkAsked() {
		const { paths } = await (await fetch(this.base + "/api/v1/openapi.json", { headers: { Authorization: "Bearer " + (await this.order("token")).token } })).json();
		const known = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((m) =>
			new RegExp(`^${m.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`)));
		const foreign = [...this.asked].filter((one) => !known.some((k) => k.test(one)));
		assert.deepEqual(foreign, [], "not in openapi.json");
	}

	async end() {
		if (this.asked.size)
			await this.checkAsked();
		await this.browser?.close();
		this.process.stdin.end(JSON.stringify({ do: "end" }) + "\n");
		await new Promise((resolve) => this.process.on("exit", resolve));
	}
}

/** Opens a screen and waits until nothing is loading any more. */
export async function show(page, path) {
	const answer = await page.goto("/console" + path);
	assert.equal(answer.status(), 200, path);
	await page.locator("#app").waitFor({ state: "attached" });
	await settled(page);
}

export async function settled(page) {
	await page.locator("h1").first().waitFor();
	await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

/** Everything axe finds against WCAG 2.2 AA and its best practices. */
export async function check(page, where) {
	await page.evaluate(axe); // as the debugger: the page's own policy forbids it
	const found = await page.evaluate(() => window.axe.run(document, {
		resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	}));
	const told = found.violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map((n) => "    " + n.html.slice(0, 200) + "\n    " + n.any.concat(n.all, n.none).map((x) => x.message).join("; ")).join("\n")}`);
	assert.deepEqual(told, [], `${where}:\n${told.join("\n")}`);
}

/** Nothing sticks out sideways. */
export async function fits(page, where) {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.ok(over <= 0, `${where}: ${over} px too wide`);
}

export function quiet(page, where) {
	assert.deepEqual(page.troubles, [], where);
}

/** Every screen there is, with one of each thing; the ids come from fill. */
export function screensOf(made) {
	const someone = made.people.ada || made.people[0], group = Object.values(made.groups)[0];
	const workspace = made.workspace || Object.values(made.workspaces)[0], project = made.project || Object.values(made.projects)[0];
	return {
		overview: "/", people: "/people", person: "/people/" + someone, groups: "/groups", group: "/groups/" + group,
		workspaces: "/places", workspace: "/places/" + workspace, project: "/places/project/" + project,
		rules: "/rules", revisions: "/rules/revisions", revision: "/rules/revisions/1",
		connections: "/connections", "connection-new": "/connections/new", "connection-begin": "/connections/new/saml/okta",
		scim: "/connections/scim/" + made.scim, saml: "/connections/saml/" + made.saml,
		requests: "/requests", audit: "/audit", policies: "/settings", signin: "/settings/signin", domains: "/settings/domains",
		tokens: "/settings/tokens", missing: "/nothing/here",
		...(made.plan ? {
			plan: "/rules/plan/" + made.plan, "people-plan": "/people/plan/" + made.people_plan, hold: "/holds/" + made.hold,
			webhook: "/webhooks/" + made.webhook, ldap: "/connections/ldap/" + made.ldap,
		} : {}),
		invitations: "/people/invitations", holds: "/holds", webhooks: "/webhooks", reports: "/reports",
		"ldap-begin": "/connections/new/ldap/openldap", runs: "/runs",
	};
}
