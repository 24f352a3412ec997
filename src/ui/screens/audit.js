// audit.js - what was done, by whom, and how it was before.
import { html, useState } from "../html.js";
import { query, useAct, usePages } from "../api.js";
import { Button, Chip, Dialog, Empty, Field, Listing, Notice, Page, Panel, Select, Table, Time, Trouble, Value, useSignalOf } from "../all.js";
import { saveTrail, verifyChain } from "../chain.js";
import { ask, route } from "../route.js";
import { number, t, word } from "../text.js";
import { action, Actor, Target } from "../deeds.js";

const kinds = ["user.", "role.", "membership.", "grant.", "group.", "seat.", "rules.", "signin.", "session.", "token.", "password.", "connection.", "domain.", "invitation.", "people.", "workspace.", "project.", "org.", "annotations."];

/** The members of an object, those of objects in it as "tls.mode". */
const flat = (v, at = "") => (v && typeof v === "object" && !Array.isArray(v)
	? Object.entries(v).flatMap(([k, x]) => flat(x, at ? `${at}.${k}` : k)) : [[at, v]]);

const blank = (v) => v === undefined || v === null || v === "" || v.length === 0;

/** Before and after, side by side; what is the same in both is left out, or empty in both. */
function Change({ open, of }) {
	const before = new Map(of?.before ? flat(of.before) : []), after = new Map(of?.after ? flat(of.after) : []);
	const rows = [...new Set([...before.keys(), ...after.keys()])].map((k) => ({ id: k, before: before.get(k), after: after.get(k) }))
		.filter((r) => !(blank(r.before) && blank(r.after)) && JSON.stringify(r.before) !== JSON.stringify(r.after));
	return html`<${Dialog} open=${open} wide title=${of ? action(of.action) : ""}>
		<${Table} caption=${t("audit.change")} rows=${rows} empty=${html`<p>${t("audit.same")}</p>`} columns=${[
			{ title: t("audit.member"), cell: (r) => html`<code>${r.id}</code>` }, of?.before && { title: t("audit.before"), cell: (r) => html`<${Value} of=${r.before} />` },
			of?.after && { title: t("audit.after"), cell: (r) => html`<${Value} of=${r.after} />` }].filter(Boolean)} />
		<div class="buttons"><${Button} onClick=${() => { open.value = false; }}>${t("close")}<//></div><//>`;
}

/** The same as rosterctl audit verify, on what the server hands out now. */
function Chain() {
	const [found, setFound] = useState(null);
	const [seen, setSeen] = useState(0);
	const check = useAct(async () => { setFound(null); setFound(await verifyChain(setSeen)); });
	return html`<${Panel} title=${t("audit.verify")} lead=${t("audit.verify.text")} actions=${crypto.subtle && html`<${Button} busy=${check.busy} onClick=${() => check.run()}>${t("audit.verify.here")}<//>`}>
		<pre><code>rosterctl audit verify audit.jsonl</code></pre>
		<div aria-live="polite">${check.busy && html`<p>${t("audit.verified", { n: number(seen) })}</p>`}
			${found && (found.broken
				? html`<${Notice} kind="bad">${t("audit.broken", { n: number(found.broken) })}<//>`
				: html`<${Notice} kind="ok">${t("audit.unbroken", { n: number(found.records) })}<//>`)}</div>
		<${Trouble} problem=${check.problem} />
	<//>`;
}

function Audit() {
	const asked = Object.fromEntries(["action", "actor", "target", "from", "until"].map((k) => [k, route.value.query.get(k) || ""]));
	const day = (text, more) => { const d = new Date(text + "T00:00:00"); d.setDate(d.getDate() + more); return isNaN(d) ? "" : d.toISOString(); };
	const list = usePages(query("/audit", { ...asked, from: asked.from && day(asked.from, 0), until: asked.until && day(asked.until, 1), limit: 50 }));
	const open = useSignalOf(false);
	const [shown, setShown] = useState(null);
	const save = useAct(saveTrail);
	return html`<${Page} title=${t("screen.audit")} lead=${t("audit.lead")} actions=${html`
		${["jsonl", "csv"].map((format) => html`<${Button} key=${format} busy=${save.busy} onClick=${() => save.run(format)}>${t("audit." + format)}<//>`)}`}>
		<${Trouble} problem=${save.problem} />
		<${Panel}>
			<div class="filters" role="search">
				<${Select} label=${t("audit.action")} value=${asked.action} onInput=${(v) => ask("action", v)} options=${[["", t("audit.any")], ...kinds.map((k) => [k, word("deeds", k)])]} />
				<${Field} label=${t("audit.from")} type="date" value=${asked.from} onInput=${(v) => ask("from", v)} />
				<${Field} label=${t("audit.until")} type="date" value=${asked.until} onInput=${(v) => ask("until", v)} />
				${["target", "actor"].map((k) => asked[k] && html`<${Button} key=${k} onClick=${() => ask(k, "")}>${t("audit.all." + k)}<//>`)}
			</div>
			<${Listing} of=${list} caption=${t("screen.audit")} columns=${[
				{ title: t("audit.deed"), cell: (a) => html`${action(a.action)}${a.reason && html`<span class="under">${a.reason}</span>`}` },
				{ title: t("audit.target"), cell: (a) => html`<${Target} of=${a} />` },
				{ title: t("audit.actor"), cell: (a) => html`<${Actor} of=${a.actor} />${a.address && html`<span class="under">${a.address}</span>`}` },
				{ title: t("audit.change"), cell: (a) => (a.before || a.after ? html`<${Button} kind="quiet" aria-label=${t("audit.show.what", { what: action(a.action) })} onClick=${() => { setShown(a); open.value = true; }}>${t("audit.show")}<//>` : html`<span class="mute">–</span>`) },
				{ title: t("audit.seal"), kind: "opt", cell: (a) => (a.hash ? html`<${Chip} kind="ok" title=${a.hash}>${"№ " + a.seq}<//>` : html`<${Chip}>${t("audit.unsealed")}<//>`) },
				{ title: t("when"), kind: "time", cell: (a) => html`<${Time} at=${a.at} exact />` },
			]} empty=${html`<${Empty} title=${t("audit.none")} />`} />
		<//>
		<${Chain} />
		<${Change} open=${open} of=${shown} />
	<//>`;
}

export default { name: "audit", group: "record", icon: "audit", view: (rest) => (rest.length ? null : Audit) };
