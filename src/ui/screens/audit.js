// audit.js - what was done, by whom, and how it was before.
import { html } from "../html.js";
import { query, usePages } from "../api.js";
import { Chip, Empty, Field, Listing, Page, Panel, Select, Time, Value } from "../all.js";
import { ask, route } from "../route.js";
import { t, word } from "../text.js";
import { action, Actor, Target } from "../deeds.js";

const kinds = ["user.", "role.", "membership.", "grant.", "group.", "seat.", "rules.", "signin.", "session.", "token.", "password.", "connection.", "domain.", "workspace.", "project.", "org.", "annotations."];

function Audit() {
	const asked = Object.fromEntries(["action", "actor", "target", "from", "until"].map((k) => [k, route.value.query.get(k) || ""]));
	const day = (text, more) => { const d = new Date(text + "T00:00:00"); d.setDate(d.getDate() + more); return isNaN(d) ? "" : d.toISOString(); };
	const list = usePages(query("/audit", { ...asked, from: asked.from && day(asked.from, 0), until: asked.until && day(asked.until, 1), limit: 50 }));
	const exported = (format) => query("/api/v1/audit/export", { format, limit: 20000 });
	return html`<${Page} title=${t("screen.audit")} lead=${t("audit.lead")} actions=${html`
		<a class="button" href=${exported("jsonl")} download="audit.jsonl">${t("audit.jsonl")}</a><a class="button" href=${exported("csv")} download="audit.csv">${t("audit.csv")}</a>`}>
		<${Panel}>
			<div class="filters" role="search">
				<${Select} label=${t("audit.action")} value=${asked.action} onInput=${(v) => ask("action", v)} options=${[["", t("audit.any")], ...kinds.map((k) => [k, word("deeds", k)])]} />
				<${Field} label=${t("audit.from")} type="date" value=${asked.from} onInput=${(v) => ask("from", v)} />
				<${Field} label=${t("audit.until")} type="date" value=${asked.until} onInput=${(v) => ask("until", v)} />
				${asked.target && html`<button type="button" class="button" onClick=${() => ask("target", "")}>${t("audit.all.targets")}</button>`}
			</div>
			<${Listing} of=${list} caption=${t("screen.audit")} columns=${[
				{ title: t("audit.deed"), cell: (a) => html`${action(a.action)}${a.reason && html`<span class="under">${a.reason}</span>`}` },
				{ title: t("audit.target"), cell: (a) => html`<${Target} kind=${a.target_kind} of=${a.target} />` },
				{ title: t("audit.actor"), cell: (a) => html`<${Actor} of=${a.actor} />${a.address && html`<span class="under">${a.address}</span>`}` },
				{ title: t("audit.change"), kind: "opt", cell: (a) => (a.before || a.after ? html`<details><summary>${t("audit.show")}</summary>
					${a.before && html`<h3>${t("audit.before")}</h3><${Value} of=${a.before} />`}${a.after && html`<h3>${t("audit.after")}</h3><${Value} of=${a.after} />`}</details>` : html`<span class="mute">–</span>`) },
				{ title: t("audit.seal"), kind: "opt", cell: (a) => (a.hash ? html`<${Chip} kind="ok" title=${a.hash}>${"№ " + a.seq}<//>` : html`<${Chip}>${t("audit.unsealed")}<//>`) },
				{ title: t("when"), kind: "time", cell: (a) => html`<${Time} at=${a.at} exact />` },
			]} empty=${html`<${Empty} title=${t("audit.none")} />`} />
		<//>
		<${Panel} title=${t("audit.verify")} lead=${t("audit.verify.text")}><pre><code>rosterctl audit verify audit.jsonl</code></pre><//>
	<//>`;
}

export default { name: "audit", group: "record", icon: "audit", view: (rest) => (rest.length ? null : Audit) };
