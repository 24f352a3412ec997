// holds.js - removals that touch too many people, parked until somebody decides.
import { html, useState } from "../html.js";
import { get, id, post, query, usePages } from "../api.js";
import { Ask, Button, Chip, Empty, Facts, Field, Link, Listing, Load, Notice, Page, Panel, Select, Time, useSignalOf } from "../all.js";
import { ask, route } from "../route.js";
import { number, t, tn, word } from "../text.js";
import { Actor } from "../deeds.js";

const states = { open: "warn", approved: "ok", rejected: "", expired: "", superseded: "" };
const State = ({ of }) => html`<${Chip} kind=${states[of]}>${word("hold", of)}<//>`;

function Holds() {
	const state = route.value.query.get("state") || "";
	const list = usePages(query("/holds", { state, limit: 50 }));
	return html`<${Page} title=${t("screen.holds")} lead=${t("holds.lead")}>
		<${Panel}>
			<div class="filters"><${Select} label=${t("state")} hidden value=${state} onInput=${(v) => ask("state", v)} options=${[["", t("state.any")], ...Object.keys(states).map((s) => [s, word("hold", s)])]} /></div>
			<${Listing} of=${list} caption=${t("screen.holds")} columns=${[
				{ title: t("holds.what"), cell: (h) => html`<${Link} to=${"/holds/" + h.id}>${tn("holds.title", h.people)}<//><span class="under">${h.connection.name || h.source || ""} · ${word("hold.kind", h.kind)}</span>` },
				{ title: t("state"), cell: (h) => html`<${State} of=${h.state} />` },
				{ title: t("created"), kind: "opt time", cell: (h) => html`<${Time} at=${h.created} />` },
			]} empty=${html`<${Empty} title=${t("holds.none")}><p>${t("holds.none.text")}</p><//>`} />
		<//>
	<//>`;
}

/** A role, and the places that come with it. */
function Stake({ of }) {
	if (!of)
		return html`<span class="mute">–</span>`;
	const places = of.places || [];
	return html`<${Chip} kind=${of.role}>${word("role", of.role)}<//>${places.length > 0 && html`<span class="under">${places.map((p) => (typeof p === "string" ? p : p.title || p.id || p.target)).join(", ")}</span>`}`;
}

function Hold({ args }) {
	const path = "/holds/" + id(args[0]);
	const list = usePages(path + "?limit=100");
	const yes = useSignalOf(false), no = useSignalOf(false);
	const [why, setWhy] = useState("");
	const h = list.data;
	return html`<${Page} title=${h ? tn("holds.title", h.people) : t("screen.holds")} back=${html`<${Link} class="back" to="/holds">← ${t("screen.holds")}<//>`}
		chips=${h && html`<${State} of=${h.state} />`}
		actions=${h?.state === "open" && html`<${Button} onClick=${() => { no.value = true; }}>${t("holds.reject")}<//><${Button} kind="danger" onClick=${() => { yes.value = true; }}>${t("holds.approve")}<//>`}>
		<${Load} of=${list}>${(x) => html`<div class="grid split"><div class="stack"><${Panel} title=${t("holds.who")}>
			<${Listing} of=${list} caption=${t("holds.who")} columns=${[
				{ title: t("name"), cell: (p) => html`<${Link} to=${"/people/" + p.user}>${p.userName}<//>` },
				{ title: t("holds.what"), cell: (p) => html`<${Chip} kind="warn">${word("taken", p.what)}<//>` },
				{ title: t("audit.before"), cell: (p) => html`<${Stake} of=${p.before} />` },
				{ title: t("audit.after"), cell: (p) => html`<${Stake} of=${p.after} />` },
			]} empty=${html`<${Empty} title=${t("holds.nobody")} />`} /><//></div>
			<div class="stack"><${Panel} title=${t("person.about")}><${Facts} of=${[
				[t("holds.reason"), html`<span lang="en">${x.reason}</span>`], [t("source"), x.connection.name || x.source], [t("connections.kind"), word("hold.kind", x.kind)], [t("created"), html`<${Time} at=${x.created} exact />`],
				x.expires && [t("tokens.ends"), html`<${Time} at=${x.expires} exact />`], x.decided && [t("holds.decided"), html`<${Time} at=${x.decided} exact />`],
				x.decided_by && [t("audit.actor"), html`<${Actor} of=${x.decided_by} />`], x.decision && [t("holds.decision"), x.decision],
			]} /><${Notice}>${t("holds.meanwhile")}<//><//></div></div>`}<//>
		<${Ask} open=${yes} title=${t("holds.approve.ask", { n: number(h?.people ?? 0) })} button=${t("holds.approve")} done=${t("holds.approved")} typed=${h ? String(h.people) : ""}
			act=${async () => { await post(path + "/approve", { digest: h.digest }); list.reload(); }}><p>${t("holds.approve.text")}</p><//>
		<${Ask} open=${no} kind="main" title=${t("holds.reject.ask")} button=${t("holds.reject")} done=${t("holds.rejected")}
			act=${async () => { await post(path + "/reject", why ? { reason: why } : {}); list.reload(); }}><p>${t("holds.reject.text")}</p>
			<${Field} label=${t("holds.why")} value=${why} onInput=${setWhy} /><//>
	<//>`;
}

export default { name: "holds", group: "access", icon: "holds", view: (rest) => [Holds, Hold][rest.length] };
