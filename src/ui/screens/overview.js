// overview.js - how things stand: seats, connections, what waits, what changed today.
import { html } from "../html.js";
import { all, get, query, useLoad } from "../api.js";
import { Chip, Empty, Load, Notice, Page, Panel, Time } from "../parts.js";
import { Link } from "../route.js";
import { t, tn, word } from "../text.js";
import { Seats } from "../draw.js";
import { Deed } from "../deeds.js";
import { RunState } from "./runs.js";
import { asks, Remedy } from "./requests.js";

function today() {
	const d = new Date();
	d.setHours(0, 0, 0, 0);
	return d.toISOString();
}

/** Days until the last of the certificates ends; null if there is none. */
export function daysLeft(keys) {
	const ends = (keys || []).map((k) => Date.parse(k.not_after)).filter(Boolean);
	return ends.length ? Math.floor((Math.max(...ends) - Date.now()) / 86400000) : null;
}

async function loadConnections() {
	const [scim, saml, ldap, tokens] = await Promise.all([all("/connections/scim"), all("/connections/saml"), all("/connections/ldap"), all("/tokens")]);
	const last = (id) => tokens.filter((k) => k.connection === id && k.last_used).map((k) => k.last_used).sort().at(-1) || null;
	const rows = [
		...scim.map((c) => ({ ...c, kind: "scim", last: last(c.id) })),
		...await Promise.all(saml.map(async (c) => ({
			...c, kind: "saml", last: (await get(query("/requests", { connection: c.id, limit: 1 }))).items[0]?.at,
		}))),
		...ldap.map((c) => ({ ...c, kind: "ldap", last: c.last_run && (c.last_run.ended || c.last_run.created) })),
	];
	return { rows };
}

function Connections({ of }) {
	return html`<${Panel} title=${t("overview.connections")} actions=${html`<${Link} class="button" to="/connections">${t("overview.all")}<//>`}>
		${of.rows.length === 0 && html`<${Empty} title=${t("connections.none")}><p><${Link} class="button main" to="/connections/new">${t("connections.add")}<//></p><//>`}
		<ul class="rows">${of.rows.map((c) => {
			const days = c.kind === "saml" ? daysLeft(c.idp.keys) : null;
			return html`<li key=${c.id}><div><${Link} to=${`/connections/${c.kind}/${c.id}`}>${c.name}<//>
				<span class="under">${word("kind", c.kind)} · ${c.last ? html`${t("overview.last")} <${Time} at=${c.last} />` : t("overview.silent")}</span></div>
				<span class="row">${days !== null && html`<${Chip} kind=${days < 0 ? "bad" : days < 30 ? "warn" : "ok"}>${days < 0 ? t("certificate.over") : tn("certificate.days", days)}<//>`}
				${c.kind === "saml" && !c.tested && html`<${Chip} kind="warn">${t("connections.untested")}<//>`}
				${c.enabled === false && html`<${Chip}>${t("connections.off")}<//>`}${c.last_run && html`<${RunState} of=${c.last_run} />`}</span></li>`;
		})}</ul>
	<//>`;
}

/** What is left to do before the first people arrive. */
function Start({ connections, rules, people }) {
	const steps = [
		["connect", connections.rows.some((c) => c.kind === "scim"), "/connections/new"],
		["push", people > 1, "/requests"],
		["rules", rules.rules.length > 0, "/rules"],
		["signin", connections.rows.some((c) => c.kind === "saml" && c.tested), "/connections/new"],
	];
	if (steps.every(([, done]) => done))
		return null;
	return html`<${Panel} wide title=${t("start.title")} lead=${t("start.lead")}>
		<ol class="steps across">${steps.map(([key, done, to]) => html`<li key=${key} class=${done ? "done" : ""}><div>
			<p><${Link} to=${to}>${t(`start.${key}`)}<//>${done && html`<span class="unseen"> (${t("done")})</span>`}</p><p class="mute small">${t(`start.${key}.text`)}</p></div></li>`)}</ol>
	<//>`;
}

function Overview() {
	const seats = useLoad(() => get("/seats"));
	const connections = useLoad(loadConnections);
	const rules = useLoad(() => get("/rules"));
	const people = useLoad(() => get("/users?limit=1"));
	const waiting = useLoad(() => get("/users?state=pending&limit=6"));
	const refused = useLoad(() => get("/requests?outcome=refused&limit=5"));
	const changed = useLoad(() => get(query("/audit", { from: today(), limit: 8 })));
	const holds = useLoad(() => get("/holds?state=open&limit=1"));
	const ready = connections.data && rules.data && people.data;
	return html`<${Page} title=${t("screen.overview")}>
		<div class="grid">
			${holds.data?.total > 0 && html`<div class="wide"><${Notice} kind="warn" title=${tn("holds.waiting", holds.data.total)} action=${html`<${Link} class="button" to="/holds">${t("overview.all")}<//>`}>${t("holds.lead")}<//></div>`}
			${ready && html`<${Start} connections=${connections.data} rules=${rules.data} people=${people.data.total} />`}
			<div class="stack">
			<${Panel} title=${t("overview.seats")}><${Load} of=${seats}>${(s) => html`
				${s.limit !== null && s.waiting > 0 && html`<${Notice} kind="warn">${tn("seats.queue", s.waiting)}<//>`}<${Seats} of=${s} />`}<//><//>
			<${Panel} title=${t("overview.waiting")} actions=${html`<${Link} class="button" to="/people?state=pending">${t("overview.all")}<//>`}><${Load} of=${waiting}>${(w) => html`
				${w.items.length === 0 && html`<${Empty} title=${t("overview.nobody")} />`}
				<ul class="rows">${w.items.map((u) => html`<li key=${u.id}><div><${Link} to=${"/people/" + u.id}>${u.displayName || u.userName}<//><span class="under">${u.userName}</span></div>
					<${Chip} kind="warn">${t(u.waiting_since ? "waiting.seat" : "waiting.role")}<//></li>`)}</ul>`}<//><//>
			</div><div class="stack">
			<${Load} of=${connections}>${(of) => html`<${Connections} of=${of} />`}<//>
			<${Panel} title=${t("overview.refused")} actions=${html`<${Link} class="button" to="/requests?outcome=refused">${t("overview.all")}<//>`}><${Load} of=${refused}>${(r) => html`
				${r.items.length === 0 && html`<${Empty} title=${t("overview.no.refusals")} />`}
				<ul class="rows">${r.items.map((x) => html`<li key=${x.id}><div>${asks(x)}<span class="under">${x.kind === "scim" ? html`<${Remedy} of=${x} />` : x.reason}</span></div><${Time} at=${x.at} /></li>`)}</ul>`}<//><//>
			</div>
			<${Panel} wide title=${t("overview.today")} actions=${html`<${Link} class="button" to="/audit">${t("overview.all")}<//>`}><${Load} of=${changed}>${(a) => html`
				${a.items.length === 0 && html`<${Empty} title=${t("overview.quiet")} />`}
				<ul class="rows">${a.items.map((d) => html`<li key=${d.id}><${Deed} of=${d} /></li>`)}</ul>`}<//><//>
		</div>
	<//>`;
}

export default { name: "overview", group: "", icon: "overview", view: (rest) => (rest.length ? null : Overview) };
