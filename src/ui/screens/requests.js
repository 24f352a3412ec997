// requests.js - what identity providers asked of us lately, and why it was refused.
import { html } from "../html.js";
import { all, query, useLoad, usePages } from "../api.js";
import { Chip, Empty, Field, Listing, Page, Panel, Search, Select, Time, Value } from "../all.js";
import { ask, route } from "../route.js";
import { hint, t, word } from "../text.js";

export const outcomes = { accepted: "ok", refused: "bad", test: "info" };

export function Exchanges({ of, names }) {
	return html`<${Listing} of=${of} caption=${t("screen.requests")} columns=${[
		{ title: t("requests.what"), cell: (x) => html`${word("exchange", x.kind)}<span class="under">${names?.[x.connection] || ""}</span>` },
		{ title: t("requests.outcome"), cell: (x) => html`<${Chip} kind=${outcomes[x.outcome]}>${word("outcome", x.outcome)}<//>` },
		{ title: t("requests.why"), cell: (x) => html`${x.reason || (x.code ? word("page", x.code) : "–")}${x.code && html`<span class="under"><span lang=${x.detail?.remedy ? "en" : null}>${x.detail?.remedy || hint("fix", x.code)}</span> <code>${x.code}</code></span>`}
			${x.detail && html`<details><summary>${t("requests.detail")}</summary><${Value} of=${x.detail} /></details>`}` },
		{ title: t("requests.reference"), kind: "opt", cell: (x) => html`<code>${x.reference || "–"}</code>` },
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
