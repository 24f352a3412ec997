// runs.js - synchronizing with LDAP directories: what runs, how far it is, what came of it.
import { html, useEffect } from "../html.js";
import { all, get, id, post, query, useAct, useLoad, usePages } from "../api.js";
import { Button, Chip, Empty, Facts, Link, Listing, Load, Notice, Page, Panel, Table, Time, Trouble, Value, say } from "../all.js";
import { hint, number, t, word } from "../text.js";
import { Actor } from "../deeds.js";

const kinds = { queued: "", reading: "info", comparing: "info", applying: "info", held: "warn", done: "ok", failed: "bad" };
const going = (run) => run && ["queued", "reading", "comparing", "applying"].includes(run.state);

export const RunState = ({ of }) => html`<${Chip} kind=${kinds[of.state]}>${word("run", of.state)}<//>`;

/** How far a run is; total is what the last full list had, and may be unknown. */
export function Progress({ of }) {
	const whole = Math.max(of.total || 0, of.read, 1);
	return html`<div class="form"><progress max=${whole} value=${going(of) ? of.read : whole} aria-label=${t("runs.progress")}></progress>
		<p class="small mute" aria-live="polite">${t("runs.counts", { read: number(of.read), compared: number(of.compared), changed: number(of.changed), applied: number(of.applied) })}</p></div>`;
}

/** Reloads while a run is under way. */
export function useWatch(of, run) {
	useEffect(() => {
		if (!going(run))
			return undefined;
		const timer = setTimeout(of.reload, 1000);
		return () => clearTimeout(timer);
	}, [of.data]);
}

const columns = (of) => [
	{ title: t("runs.started"), cell: (r) => html`<${Link} to=${`/runs/${of(r)}/${r.id}`}><${Time} at=${r.started || r.created} exact /><//><span class="under">${r.name || ""}</span>` },
	{ title: t("state"), cell: (r) => html`<${RunState} of=${r} />${r.dry_run && html` <${Chip}>${t("runs.dry")}<//>`}` },
	{ title: t("runs.kind"), kind: "opt", cell: (r) => (r.kind ? word("runkind", r.kind) : "–") },
	{ title: t("runs.read"), kind: "num opt", cell: (r) => number(r.read) },
	{ title: t("runs.changed"), kind: "num", cell: (r) => number(r.changed) },
	{ title: t("runs.error"), cell: (r) => r.error || "–" },
];

export function RunList({ connection, list }) {
	return html`<${Listing} of=${list} caption=${t("screen.runs")} columns=${columns(() => connection)} empty=${html`<${Empty} title=${t("runs.none")} />`} />`;
}

function Runs() {
	const of = useLoad(async () => {
		const found = await all("/connections/ldap");
		const pages = await Promise.all(found.map(async (c) => (await get(query(`/connections/ldap/${id(c.id)}/runs`, { limit: 20 }))).items.map((r) => ({ ...r, name: c.name, connection: c.id }))));
		return pages.flat().sort((a, b) => (a.created < b.created ? 1 : -1));
	});
	useWatch(of, of.data?.find(going));
	return html`<${Page} title=${t("screen.runs")} lead=${t("runs.lead")}><${Panel}><${Load} of=${of}>${(rows) => html`<${Table} caption=${t("screen.runs")} rows=${rows} columns=${columns((r) => r.connection)} empty=${html`<${Empty} title=${t("runs.none")}><p>${t("runs.none.text")}</p><//>`} />`}<//><//><//>`;
}

function Run({ args }) {
	const path = `/connections/ldap/${id(args[0])}/runs/${id(args[1])}`;
	const of = useLoad(() => get(path));
	const changes = usePages(path + "/changes?limit=100", [path, of.data?.state]);
	useWatch(of, of.data);
	// a line about memberships has the entry's id alone, another line may have its name
	const named = new Map(changes.items.filter((c) => c.userName || c.group).map((c) => [c.entry, c.userName || c.group]));
	return html`<${Page} title=${t("runs.one")} back=${html`<${Link} class="back" to="/runs">← ${t("screen.runs")}<//>`} chips=${of.data && html`<${RunState} of=${of.data} />${of.data.dry_run && html`<${Chip}>${t("runs.dry")}<//>`}`}>
		<${Load} of=${of}>${(r) => html`<div class="grid split"><div class="stack">
			<${Panel} title=${t("runs.progress")}><${Progress} of=${r} />
				${r.error && html`<${Notice} kind="bad" title=${t("runs.failed")}>${r.error}<//>`}
				${r.hold && html`<${Notice} kind="warn" action=${html`<${Link} class="button" to=${"/holds/" + r.hold}>${t("screen.holds")}<//>`}>${t("runs.held")}<//>`}
				${r.would_hold && !r.hold && html`<${Notice} kind="warn">${t("runs.would.hold")}<//>`}<//>
			<${Panel} title=${t("runs.changes")}><${Listing} of=${changes} caption=${t("runs.changes")} columns=${[
				{ title: t("runs.entry"), cell: (c) => named.get(c.entry) || html`<code>${c.entry}</code>` },
				{ title: t("holds.what"), cell: (c) => html`${word("staged", c.what)}<span class="under">${hint("staged.why", c.why)}</span>` },
				{ title: t("runs.error"), cell: (c) => c.error || "–" },
			]} empty=${html`<${Empty} title=${t("runs.no.changes")} />`} /><//></div>
			<div class="stack"><${Panel} title=${t("person.about")}><${Facts} of=${[
				[t("runs.kind"), r.kind ? word("runkind", r.kind) : "–"], [t("audit.actor"), html`<${Actor} of=${r.asked_by} />`], [t("created"), html`<${Time} at=${r.created} exact />`],
				[t("runs.started"), html`<${Time} at=${r.started} exact />`], [t("runs.ended"), html`<${Time} at=${r.ended} exact />`],
			]} />${r.counts && html`<${Facts} of=${Object.entries(r.counts).filter(([, n]) => n).map(([k, n]) => [word("count", k), html`<${Value} of=${n} />`])} />`}<//></div></div>`}<//>
	<//>`;
}

export default { name: "runs", group: "signin", icon: "runs", view: (rest) => [Runs, null, Run][rest.length] };
