// reports.js - seats by day, leavers, who has not come for long, who has what.
import { html, useState } from "../html.js";
import { get, query, useLoad, usePages } from "../api.js";
import { Chip, Empty, Field, Link, Listing, Load, Page, Panel, RoleChip, StateChip, Table, Time } from "../all.js";
import { number, t, word } from "../text.js";
import { Actor } from "../deeds.js";

const Csv = ({ path, what }) => html`<a class="button" href=${"/api/v1" + query(path, { format: "csv" })} download=${what}>${t("audit.csv")}</a>`;

function Seats() {
	const of = useLoad(() => get("/reports/seats"));
	return html`<${Panel} title=${t("reports.seats")} actions=${html`<${Csv} path="/reports/seats" what="seats.csv" />`}><${Load} of=${of}>${(l) => {
		const top = Math.max(1, ...l.items.map((d) => d.peak)), step = 720 / Math.max(l.items.length, 14);
		return html`<svg class="weeks" viewBox="0 0 720 120" role="img" preserveAspectRatio="none" aria-label=${t("reports.seats.picture", { n: number(top) })}><line x1="0" y1="110" x2="720" y2="110" />
			${l.items.map((d, i) => html`<rect key=${d.period} x=${i * step + 1} width=${Math.max(1, step - 2)} y=${110 - (100 * d.peak) / top} height=${(100 * d.peak) / top} rx="2"><title>${d.period}: ${number(d.peak)}</title></rect>`)}</svg>
			<p class="row small mute"><span>${l.items[0]?.period}</span><span>–</span><span>${l.items.at(-1)?.period}</span><span>· ${t("weeks.top", { n: number(top) })}</span></p>
			<details><summary>${t("weeks.table")}</summary><${Table} caption=${t("reports.seats")} rows=${[...l.items].reverse().map((d) => ({ ...d, id: d.period }))} columns=${[
				{ title: t("reports.day"), cell: (d) => d.period }, { title: t("seats.used"), kind: "num", cell: (d) => number(d.used) }, { title: t("reports.peak"), kind: "num", cell: (d) => number(d.peak) },
				{ title: t("reports.taken"), kind: "num opt", cell: (d) => number(d.taken) }, { title: t("reports.freed"), kind: "num opt", cell: (d) => number(d.freed) }]} /></details>`;
	}}<//><//>`;
}

function Leavers() {
	const list = usePages("/reports/leavers?limit=50");
	return html`<${Panel} title=${t("reports.leavers")} actions=${html`<${Csv} path="/reports/leavers" what="leavers.csv" />`}><${Listing} of=${list} caption=${t("reports.leavers")} columns=${[
		{ title: t("name"), cell: (x) => html`${x.displayName || x.userName}<span class="under">${x.userName}</span>` }, { title: t("state"), cell: (x) => html`<${StateChip} state=${x.state} />` },
		{ title: t("reports.left"), kind: "time", cell: (x) => html`<${Time} at=${x.left} />` }, { title: t("weeks.annotations"), kind: "num", cell: (x) => number(x.annotations) },
		{ title: t("projects"), kind: "num opt", cell: (x) => number(x.projects) }]} empty=${html`<${Empty} title=${t("reports.nobody")}><p>${t("reports.nobody.leavers")}</p><//>`} /><//>`;
}

function Idle() {
	const [days, setDays] = useState("90");
	const path = query("/reports/idle", { days, limit: 50 });
	const list = usePages(path);
	return html`<${Panel} title=${t("reports.idle")} actions=${html`<${Csv} path=${query("/reports/idle", { days })} what="idle.csv" />`}>
		<div class="filters"><${Field} label=${t("reports.days")} type="number" min="1" value=${days} onInput=${(v) => setDays(v || "90")} /></div>
		<${Listing} of=${list} caption=${t("reports.idle")} columns=${[
			{ title: t("name"), cell: (x) => html`<${Link} to=${"/people/" + x.user}>${x.displayName || x.userName}<//>` }, { title: t("role"), cell: (x) => html`<${RoleChip} role=${x.role} />` },
			{ title: t("reports.seat"), kind: "opt", cell: (x) => (x.seat ? html`<${Chip}>${t("seat.held")}<//>` : "–") }, { title: t("reports.signin"), kind: "time", cell: (x) => html`<${Time} at=${x.last_signin} />` }]} empty=${html`<${Empty} title=${t("reports.nobody")}><p>${t("reports.nobody.idle")}</p><//>`} /><//>`;
}

function Access() {
	const list = usePages("/reports/access?limit=50");
	return html`<${Panel} title=${t("reports.access")} lead=${t("reports.access.text")} actions=${html`<${Csv} path="/reports/access" what="access.csv" />`}><${Listing} of=${list} caption=${t("reports.access")} columns=${[
		{ title: t("name"), cell: (x) => html`<${Link} to=${"/people/" + x.user}>${x.displayName || x.userName}<//>` }, { title: t("scope"), cell: (x) => (x.scope ? html`${word("scope", x.scope)} ${x.title || ""}` : "–") },
		{ title: t("role"), cell: (x) => (x.given ? word("role", x.given) : html`<${RoleChip} role=${x.role} />`) }, { title: t("person.origin"), kind: "opt", cell: (x) => (x.rule ? html`<code>${x.rule}</code> ${x.group_name || ""}` : x.by ? html`<${Actor} of=${x.by} />` : "–") }]} empty=${html`<${Empty} title=${t("reports.nobody")}><p>${t("reports.nobody.access")}</p><//>`} /><//>`;
}

function Reports() {
	return html`<${Page} title=${t("screen.reports")} lead=${t("reports.lead")}><${Seats} /><${Leavers} /><${Idle} /><${Access} /><//>`;
}

export default { name: "reports", group: "record", icon: "reports", view: (rest) => (rest.length ? null : Reports) };
