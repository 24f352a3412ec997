// rules.js - which group gives which role: the table of rules, and what they were before.
import { html, useEffect, useRef, useState } from "../html.js";
import { all, get, id, useAct, useLoad, usePages } from "../api.js";
import { Button, Check, Chip, Dialog, Empty, Field, Link, Listing, Load, Notice, Page, Panel, Select, Table, Time, Trouble, useSignalOf } from "../all.js";
import { go } from "../route.js";
import { matches, namesOne } from "../match.js";
import { Gives, usePlaces } from "../rule.js";
import { Actor } from "../deeds.js";
import { Plan, Rollout, plan } from "./plan.js";
import { moment, number, t, tn, word } from "../text.js";

const ways = ["name", "exact", "id", "external_id", "glob", "regex"];
const roles = { org: ["AN", "RE", "MA", "AD"], workspace: ["member", "manager"], project: ["AN", "RE", "Inherit"], named: ["member", "manager"] };
const scopeOf = (grant) => (grant.workspace_from_group !== undefined ? "named" : grant.org_role !== undefined ? "org" : grant.workspace !== undefined ? "workspace" : "project");

function Tabs({ here }) {
	return html`<nav class="tabs" aria-label=${t("screen.rules")}>
		<${Link} to="/rules" aria-current=${here === "table" ? "page" : null}>${t("rules.table")}<//>
		<${Link} to="/rules/revisions" aria-current=${here === "revisions" ? "page" : null}>${t("rules.revisions")}<//>
	</nav>`;
}

// ---- one rule ------------------------------------------------------------------

function freshId(rules, group) {
	const base = group.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40) || "rule";
	let name = base;
	for (let n = 2; rules.some((r) => r.id === name); n++)
		name = `${base}-${n}`;
	return name;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A time of the API as the field has it, in the reader's own zone. */
function local(at) {
	if (!at)
		return "";
	const d = new Date(at);
	return new Date(d - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function Editor({ open, rule, rules, known, places, save }) {
	const [of, set] = useState(rule);
	const shown = open.value;
	useEffect(() => { if (shown) set(rule); }, [shown, rule]);
	const scope = scopeOf(of.grant), by = of.match.by || "name";
	const match = (more) => set({ ...of, match: { ...of.match, ...more } });
	const grant = (next) => set({ ...of, grant: next });
	const list = (scope === "workspace" ? places.data?.workspaces.filter((w) => !w.personal) : places.data?.projects) || [];
	const choose = (s) => grant(s === "org" ? { org_role: "AN" } : s === "named" ? { workspace_from_group: "{group}", role: "member", create: true } : s === "workspace"
		? { workspace: places.data?.workspaces.find((w) => !w.personal)?.id || "", role: "member" }
		: { project: places.data?.projects[0]?.id || "", role: "AN" });
	const sources = [...new Map((known.data || []).map((g) => [g.connection.id, g.connection.name])).entries()];
	const seen = (known.data || []).filter((g) => of.match.group && matches(of, g));
	const when = (key, v) => { const { [key]: _, ...rest } = of; set(v ? { ...rest, [key]: new Date(v).toISOString().replace(/\.\d+Z/, "Z") } : rest); };
	const finish = async () => {
		const ready = { ...of, id: of.id || freshId(rules, of.match.group), match: { ...of.match } };
		if (!ready.match.source)
			delete ready.match.source;
		save(ready);
		open.value = false;
	};
	return html`<${Dialog} open=${open} wide title=${t(rule.id ? "rules.edit" : "rules.add")}>
		<form class="form" onSubmit=${(e) => { e.preventDefault(); finish(); }}>
			<fieldset><legend>${t("rules.when")}</legend><div class="two">
				<${Select} label=${t("rules.by")} value=${by} onInput=${(v) => match({ by: v })} options=${ways.map((w) => [w, word("by", w)])} />
				<${Field} label=${t("rules.group")} value=${of.match.group} required list="seen-groups" onInput=${(v) => match({ group: v })} hint=${t("rules.group.hint")} autocomplete="off" />
				<${Select} label=${t("rules.source")} value=${of.match.source || ""} onInput=${(v) => match({ source: v })} options=${[["", t("rules.any.source")], ...sources.map(([, name]) => [name, name])]} />
			</div>
			<datalist id="seen-groups">${(known.data || []).slice(0, 500).map((g) => html`<option key=${g.id} value=${by === "id" ? g.id : by === "external_id" ? g.externalId : g.displayName}>${by === "name" || by === "exact" ? tn("people.count", g.members) : g.displayName}</option>`)}</datalist>
			<p class="hint" aria-live="polite">${of.match.group && by !== "regex" && (seen.length
				? t("rules.meets", { groups: seen.slice(0, 3).map((g) => g.displayName).join(", "), people: tn("people.count", seen.reduce((n, g) => n + g.members, 0)) })
				: t("rules.meets.none"))}</p></fieldset>
			<fieldset><legend>${t("rules.then")}</legend><div class="two">
				<${Select} label=${t("scope")} value=${scope} onInput=${choose} options=${["org", "workspace", "named", "project"].map((s) => [s, s === "named" ? t("rules.named") : word("scope", s)])} />
				${["workspace", "project"].includes(scope) && html`<${Select} label=${word("scope", scope)} value=${of.grant[scope]} onInput=${(v) => grant({ ...of.grant, [scope]: v })} options=${list.map((p) => [p.id, p.title])} required />`}
				${scope === "named" && html`<${Field} label=${t("title")} hint=${t("rules.named.hint")} value=${of.grant.workspace_from_group} onInput=${(v) => grant({ ...of.grant, workspace_from_group: v })} required />`}
				<${Select} label=${t("role")} value=${scope === "org" ? of.grant.org_role : of.grant.role || roles[scope][0]} onInput=${(v) => grant(scope === "org" ? { org_role: v } : { ...of.grant, role: v })} options=${roles[scope].map((r) => [r, word("role", r)])} />
			</div>
			${scope === "named" && ["create", "adopt"].map((k) => html`<${Check} key=${k} label=${t("rules." + k)} value=${of.grant[k]} onInput=${(v) => grant({ ...of.grant, [k]: v })} />`)}
			<div class="two"><${Field} label=${t("rules.from")} type="datetime-local" value=${local(of.from)} onInput=${(v) => when("from", v)} /><${Field} label=${t("rules.until")} type="datetime-local" hint=${t("rules.until.hint", { zone })} value=${local(of.until)} onInput=${(v) => when("until", v)} /></div></fieldset>
			<div class="buttons"><${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//><button class="button main">${t(rule.id ? "rules.keep" : "rules.add")}</button></div>
		</form>
	<//>`;
}

// ---- the table -------------------------------------------------------------------

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function difference(before, after) {
	const old = new Map(before.map((r) => [r.id, r]));
	const now = new Set(after.map((r) => r.id));
	return {
		added: after.filter((r) => !old.has(r.id)),
		changed: after.filter((r) => old.has(r.id) && !same(old.get(r.id), r)),
		removed: before.filter((r) => !now.has(r.id)),
	};
}

function Then({ rule, places }) {
	const { from, until } = rule;
	return html`<${Gives} of=${rule.grant} places=${places} />${(from || until) && html`<span class="under">${from ? t("rules.since", { at: moment(from) }) : ""} ${until ? t("rules.till", { at: moment(until) }) : ""}</span>`}`;
}

function Doubts({ rule, known, places }) {
	const out = [];
	if (known.data && namesOne(rule) && !known.data.some((g) => matches(rule, g)))
		out.push(html`<${Chip} kind="warn" title=${t("rules.unseen.text")}>${t("rules.unseen")}<//>`);
	const place = rule.grant.workspace || rule.grant.project;
	if (place && places.data && ![...places.data.workspaces, ...places.data.projects].some((p) => p.id === place))
		out.push(html`<${Chip} kind="bad">${t("rules.no.place")}<//>`);
	return out;
}

function Draft({ of }) {
	const [rules, setRules] = useState(of.rules);
	const known = useLoad(() => all("/groups"));
	const places = usePlaces();
	const open = useSignalOf(false);
	const [at, setAt] = useState(-1);
	const blank = useRef({ id: "", match: { group: "", by: "name" }, grant: { org_role: "AN" } });
	const diff = difference(of.rules, rules);
	const touched = diff.added.length + diff.changed.length + diff.removed.length > 0 || !same(of.rules, rules);
	useEffect(() => {
		const ask = (e) => { if (touched) e.preventDefault(); };
		addEventListener("beforeunload", ask);
		return () => removeEventListener("beforeunload", ask);
	}, [touched]);
	const edit = (i) => { setAt(i); open.value = true; };
	const save = (rule) => setRules(at < 0 ? [...rules, rule] : rules.map((r, i) => (i === at ? rule : r)));
	const met = (r) => known.data && (r.match.by === "regex" ? null : known.data.filter((g) => matches(r, g)).reduce((n, g) => n + g.members, 0));
	const called = (r) => (r.match.by === "id" && known.data?.find((g) => g.id === r.match.group)?.displayName) || r.match.group;
	const look = useAct(() => plan({ rules, ...(of.tests ? { tests: of.tests } : {}), base_revision: of.revision }));
	return html`
		${touched && html`<${Notice} kind="warn" title=${t("rules.draft")} action=${html`<div class="actions"><${Button} onClick=${() => setRules(of.rules)}>${t("rules.discard")}<//><${Button} kind="main" busy=${look.busy} onClick=${() => look.run()}>${t("plan.make")}<//></div>`}>
			${t("rules.draft.text", { added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length })}<//>`}
		<${Trouble} problem=${look.problem} />
		<${Panel} title=${t("rules.count", { n: number(rules.length) })} actions=${html`<${Button} kind="main" onClick=${() => edit(-1)}>${t("rules.add")}<//>`}>
			<${Table} caption=${t("rules.table")} rows=${rules} empty=${html`<${Empty} title=${t("rules.none")}><p>${t("rules.none.text")}</p><//>`} columns=${[
				{ title: t("rules.when"), cell: (r) => html`<span class="row"><${Chip}>${word("by", r.match.by || "name")}<//> ${called(r)} <${Doubts} rule=${r} known=${known} places=${places} /></span>${r.match.source && html`<span class="under">${t("rules.only", { source: r.match.source })}</span>`}` },
				{ title: t("rules.then"), cell: (r) => html`<${Then} rule=${r} places=${places} />` },
				{ title: t("rules.people"), kind: "num opt", cell: (r) => { const n = met(r); return n === null ? "?" : n === undefined ? "…" : number(n); } },
				{ title: t("rules.id"), kind: "opt", cell: (r) => html`<code>${r.id}</code>` },
				{ title: t("actions"), hidden: true, kind: "act", cell: (r, i) => html`<${Button} kind="quiet" onClick=${() => edit(i)} aria-label=${t("rules.edit.what", { id: r.id })}>${t("edit")}<//><${Button} kind="quiet" onClick=${() => setRules(rules.filter((_, k) => k !== i))} aria-label=${t("rules.remove.what", { id: r.id })}>${t("remove")}<//>` },
			]} />
		<//>
		<${Editor} ...${{ open, rules, known, places, save }} rule=${at < 0 ? blank.current : rules[at] || blank.current} />`;
}

function Rules() {
	const of = useLoad(() => get("/rules"));
	return html`<${Page} title=${t("screen.rules")} lead=${t("rules.lead")} chips=${of.data?.revision > 0 && html`<${Chip}>${t("rules.revision", { n: of.data.revision })}<//>`}>
		<${Tabs} here="table" />
		<${Rollout} of=${of.data?.rollout} reload=${of.reload} />
		<${Load} of=${of}>${(r) => html`<${Draft} key=${r.revision} of=${r} />`}<//>
	<//>`;
}

function Revisions() {
	const list = usePages("/rules/revisions?limit=50");
	return html`<${Page} title=${t("rules.revisions")} lead=${t("rules.revisions.lead")}>
		<${Tabs} here="revisions" />
		<${Panel}><${Listing} of=${list} caption=${t("rules.revisions")} columns=${[
			{ title: t("rules.number"), cell: (r) => html`<${Link} to=${"/rules/revisions/" + r.revision}>${t("rules.revision", { n: r.revision })}<//>${r.active && html` <${Chip} kind="ok">${t("rules.active")}<//>`}` },
			{ title: t("rules.size"), kind: "num", cell: (r) => number(r.rules) },
			{ title: t("rules.author"), cell: (r) => html`<${Actor} of=${r.author} />` },
			{ title: t("created"), kind: "time", cell: (r) => html`<${Time} at=${r.created} />` },
		]} empty=${html`<${Empty} title=${t("rules.none")} />`} /><//>
	<//>`;
}

function Revision({ args }) {
	const of = useLoad(() => get("/rules/revisions/" + id(args[1])));
	const places = usePlaces();
	const look = useAct(() => plan({ revision: Number(args[1]) }));
	return html`<${Page} title=${t("rules.revision", { n: args[1] })} back=${html`<${Link} class="back" to="/rules/revisions">← ${t("rules.revisions")}<//>`}
		chips=${of.data?.active && html`<${Chip} kind="ok">${t("rules.active")}<//>`}
		actions=${of.data && !of.data.active && html`<${Button} kind="main" busy=${look.busy} onClick=${() => look.run()}>${t("rules.restore")}<//>`}>
		<${Trouble} problem=${look.problem} />
		<${Load} of=${of}>${(r) => html`<${Panel}><${Table} caption=${t("rules.table")} rows=${r.rules} empty=${html`<${Empty} title=${t("rules.none")} />`} columns=${[
			{ title: t("rules.when"), cell: (x) => html`<span class="row"><${Chip}>${word("by", x.match.by || "name")}<//> ${x.match.group}</span>` },
			{ title: t("rules.then"), cell: (x) => html`<${Then} rule=${x} places=${places} />` },
			{ title: t("rules.id"), kind: "opt", cell: (x) => html`<code>${x.id}</code>` },
		]} /><//>`}<//>
	<//>`;
}

export default {
	name: "rules", group: "access", icon: "rules",
	view: (rest) => (rest.length === 0 ? Rules : rest[0] === "plan" ? rest.length === 2 && Plan : rest[0] === "revisions" && [null, Revisions, Revision][rest.length]),
};
