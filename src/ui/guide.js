// guide.js - what is known of identity providers: their titles, and the steps of their guides.
import { html } from "./html.js";
import { get, useLoad } from "./api.js";
import { guides } from "./guides.js";
import { t } from "./text.js";

/** The name that people know a preset by; the preset's own until it is loaded. */
export function useTitles() {
	const of = useLoad(() => get("/presets"));
	return (preset) => of.data?.items.find((p) => p.preset === preset)?.document.title || preset;
}

/** What a guide calls by these names is an address of this connection, ... */
const stands = ["entity_id", "acs_url", "slo_url", "login_url", "metadata_url", "base_url"];
/** ... and what it calls by these is on the same page, under this text. */
const labels = {
	idp_metadata_url: "saml.metadata.url", idp_metadata_xml: "saml.step.metadata", groups_by: "saml.groups_by", force_authn: "saml.flag.force_authn",
	allow_cbc: "saml.flag.allow_cbc", "GET /connections/saml/ID/keys": "saml.keys", ca_pem: "ldap.ca",
};

function Name({ of, values }) {
	if (labels[of])
		return html`<em>${t(labels[of])}</em>`;
	return html`<code class="code-ref">${stands.includes(of) && values?.[of] ? values[of] : of}</code>`;
}

/** "**bold**", "*stress*" and "`code`" of a guide. */
export function Words({ of, values }) {
	return of.split(/(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/).map((part) => {
		if (part.startsWith("**"))
			return html`<strong>${part.slice(2, -2)}</strong>`;
		if (part.startsWith("*") && part.length > 2)
			return html`<em>${part.slice(1, -1)}</em>`;
		return part.startsWith("`") ? html`<${Name} of=${part.slice(1, -1)} values=${values} />` : part;
	});
}

const capitals = (text, values) => text.replace(/ENTITY_ID|ACS_URL|SLO_URL/g, (name) => values[name.toLowerCase()] ?? name);

export const guideOf = (preset) => guides[preset] || { steps: [], attributes: [] };

/** The steps of a guide, as items of a list; code belongs to the step before it. */
export function Steps({ of, values = {} }) {
	return of.steps.map((s, i) => (s.code ? null : html`<li key=${i}><div lang="en"><p><${Words} of=${s} values=${values} /></p>
		${of.steps[i + 1]?.code && html`<pre><code>${capitals(of.steps[i + 1].code, values)}</code></pre>`}</div></li>`));
}
