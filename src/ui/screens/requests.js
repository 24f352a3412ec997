// requests.js - what identity providers asked of us lately, and why it was refused.
import { html } from "../html.js";
import { all, query, useLoad, usePages } from "../api.js";
import { Chip, Empty, Facts, Listing, Page, Panel, Search, Select, Time, Value } from "../all.js";
import { ask, route } from "../route.js";
import { hint, t, word } from "../text.js";

const outcomes = { accepted: "ok", refused: "bad", failed: "bad", test: "info" };

/** What was asked, in words: "Adds a person", "SAML sign-in". */
export function asks(x) {
	const { method, path } = x.detail || {};
	return path ? word("asks", `${method} ${path.replace("/scim/v2", "")}`) : word("exchange", x.kind);
}

/** What to do about it: SAML's remedies are the server's, the others ours. */
export const Remedy = ({ of }) => of.detail?.remedy ? html`<span lang="en">${of.detail.remedy}</span>` : hint("fix", of.code);

function Why({ of }) {
	const names = of.detail?.attributes || [];
	return html`${of.outcome === "refused" || of.outcome === "failed"
		? html`${of.kind === "scim" ? html`<${Remedy} of=${of} />` : html`${of.reason}<span class="under"><${Remedy} of=${of} /></span>`} <code>${of.code}</code>`
		: of.reason || (of.code && word("page", of.code))}
		${names.length > 0 && html`<span class="under">${t("requests.with", { names: names.join(", ") })}</span>`}
		${of.detail && html`<details><summary>${t("requests.detail")}</summary><${Facts} of=${Object.entries({ reference: of.reference, ...of.detail })
			.filter(([k]) => k !== "remedy").map(([k, v]) => [word("detail", k), html`<${Value} of=${v} />`])} /></details>`}`;
}

export function Exchanges({ of, names }) {
	return html`<${Listing} of=${of} caption=${t("screen.requests")} columns=${[
		{ title: t("requests.what"), cell: (x) => html`${asks(x)}${names && html`<span class="under">${names[x.connection] || word("exchange", x.kind)}</span>`}` },
		{ title: t("requests.outcome"), cell: (x) => html`<${Chip} kind=${outcomes[x.outcome]}>${word("outcome", x.outcome)}<//>` },
		{ title: t("requests.why"), cell: (x) => html`<${Why} of=${x} />` },
		{ title: t("when"), kind: "time", cell: (x) => html`<${Time} at=${x.at} />` },
	]} empty=${html`<${Empty} title=${t("requests.none")}><p>${t("requests.none.text")}</p><//>`} />`;
}

function Requests() {
	const asked = Object.fromEntries(["kind", "outcome", "connection", "reference"].map((k) => [k, route.value.query.get(k) || ""]));
	const list = usePages(query("/requests", { ...asked, limit: 50 }));
	const sources = useLoad(async () => [...await all("/connections/scim"), ...await all("/connections/saml")]);
	const names = Object.fromEntries((sources.data || []).map((c) => [c.id, c.name]));
	const pick = (key, words, any) => html`<${Select} label=${t("requests." + key)} hidden value=${asked[key]} onInput=${(v) => ask(key, v)} options=${[["", any], ...words]} />`;
	return html`<${Page} title=${t("screen.requests")} lead=${t("requests.lead")}>
		<${Panel}>
			<div class="filters" role="search">
				<${Search} label=${t("requests.search")} value=${asked.reference} onSearch=${(v) => ask("reference", v)} />
				${pick("kind", ["scim", "saml.login", "saml.logout"].map((k) => [k, word("exchange", k)]), t("requests.any.kind"))}
				${pick("outcome", Object.keys(outcomes).map((k) => [k, word("outcome", k)]), t("requests.any.outcome"))}
				${pick("connection", Object.entries(names), t("requests.any.connection"))}
			</div>
			<${Exchanges} of=${list} names=${names} />
		<//>
	<//>`;
}

export default { name: "requests", group: "signin", icon: "requests", view: (rest) => (rest.length ? null : Requests) };
