// draw.js - pictures of numbers, each with the numbers in words beside it.
import { html } from "./html.js";
import { date, number, t, tn } from "./text.js";
import { Table } from "./parts.js";

/** Seats: used, waiting, and the month's peak against the limit. */
export function Seats({ of }) {
	const { limit, used, waiting, peak_this_month: peak } = of;
	const most = Math.max(used + waiting, peak, 1);
	const whole = limit === null ? 1.25 * most : Math.max(limit, most); // without a limit there is no full bar
	const share = (n) => `${(100 * n) / whole}%`;
	return html`
		<dl class="figures">
			<div><dt>${t("seats.used")}</dt><dd>${number(used)}</dd></div>
			<div><dt>${t("seats.limit")}</dt><dd>${limit === null ? t("seats.unlimited") : number(limit)}</dd></div>
			<div><dt>${t("seats.waiting")}</dt><dd>${number(waiting)}</dd></div>
			<div><dt>${t("seats.peak")}</dt><dd>${number(peak)}</dd></div>
		</dl>
		<div class="bar" aria-hidden="true">
			<i style=${{ width: share(used) }}></i><i class="wait" style=${{ width: share(waiting) }}></i>
			<i class="peak" style=${{ left: `calc(${share(peak)} - 2px)` }}></i>
		</div>
		<p class="legend" aria-hidden="true"><span>${t("seats.used")}</span><span class="wait">${t("seats.waiting")}</span><span class="peak">${t("seats.peak")}</span></p>`;
}

const week = 7 * 86400000;

/** Weeks from the first to the last that has anything, the gaps included; no more than most. */
function filled(items, most) {
	if (!items.length)
		return [];
	const at = new Map(items.map((w) => [Date.parse(w.week), w]));
	const end = Math.max(...at.keys());
	const start = Math.max(Math.min(...at.keys()), end - (most - 1) * week);
	const out = [];
	for (let time = start; time <= end; time += week)
		out.push(at.get(time) || { week: new Date(time).toISOString(), annotations: 0, lead_time_ms: 0 });
	return out;
}

/** How much was annotated in each week, as bars and as a table. */
export function Weeks({ items }) {
	const weeks = filled(items, 52);
	const top = Math.max(1, ...weeks.map((w) => w.annotations));
	const width = 720, height = 130, floor = 108;
	const step = width / Math.max(weeks.length, 12);
	const sum = weeks.reduce((n, w) => n + w.annotations, 0);
	return html`<figure>
		<svg class="weeks" viewBox=${`0 0 ${width} ${height}`} role="img" preserveAspectRatio="none"
			aria-label=${t("weeks.picture", { n: number(sum), weeks: tn("weeks.count", weeks.length) })}>
			<line x1="0" y1=${floor} x2=${width} y2=${floor} />
			${weeks.map((w, i) => {
				const tall = (w.annotations / top) * (floor - 8);
				return html`<rect key=${w.week} x=${i * step + 1} y=${floor - tall} width=${Math.max(1, step - 2)} height=${tall} rx="2"><title>${date(w.week)}: ${number(w.annotations)}</title></rect>`;
			})}
		</svg>
		<figcaption class="row small mute">${weeks.length > 0 && html`<span>${date(weeks[0].week)}</span><span>–</span><span>${date(weeks.at(-1).week)}</span><span>· ${t("weeks.top", { n: number(top) })}</span>`}</figcaption>
		<details><summary>${t("weeks.table")}</summary>
			<${Table} caption=${t("weeks.table")} rows=${weeks.filter((w) => w.annotations).reverse()} columns=${[
				{ title: t("weeks.week"), cell: (w) => date(w.week) },
				{ title: t("weeks.annotations"), kind: "num", cell: (w) => number(w.annotations) },
				{ title: t("weeks.hours"), kind: "num", cell: (w) => number(Math.round(w.lead_time_ms / 360000) / 10) },
			]} /></details>
	</figure>`;
}
