// connections.js - identity providers: what is connected, and step by step how to connect one.
import { html, useEffect, useState } from "../html.js";
import { all, drop, get, id, patch, post, query, useAct, useLoad, usePages } from "../api.js";
import { Ask, Button, Check, Chip, Copy, Empty, Facts, Field, Form, Link, Load, Notice, Page, Panel, Select, Table, Time, Trouble, say, useSignalOf } from "../all.js";
import { go, route } from "../route.js";
import { date, number, t, tn, word } from "../text.js";
import { guideOf, Steps, useTitles, Words } from "../guide.js";
import { asks, Exchanges, Remedy } from "./requests.js";
import { Tokens } from "./settings.js";
import { daysLeft } from "./overview.js";
import { action, Target } from "../deeds.js";
import { BeginLdap, Ldap } from "./ldap.js";
import { RunState } from "./runs.js";

const pollEvery = 3000;

/** Loads again and again while it is shown. */
function usePoll(load, key) {
	const of = useLoad(load, key);
	useEffect(() => {
		const timer = setInterval(of.reload, pollEvery);
		return () => clearInterval(timer);
	}, key);
	return of;
}

const kinds = ["scim", "saml", "ldap"];

// ---- the list ------------------------------------------------------------------

function List() {
	const titles = useTitles();
	const of = useLoad(async () => {
		const lists = await Promise.all(kinds.map(async (kind) => (await all("/connections/" + kind)).map((c) => ({ ...c, kind }))));
		return lists.flat();
	});
	return html`<${Page} title=${t("screen.connections")} lead=${t("connections.lead")} actions=${html`<${Link} class="button main" to="/connections/new">${t("connections.add")}<//>`}>
		<${Panel}><${Load} of=${of}>${(rows) => html`<${Table} caption=${t("screen.connections")} rows=${rows}
			empty=${html`<${Empty} title=${t("connections.none")}><p>${t("connections.none.text")}</p><//>`} columns=${[
			{ title: t("name"), cell: (c) => html`<${Link} to=${`/connections/${c.kind}/${c.id}`}>${c.name}<//>` },
			{ title: t("connections.kind"), cell: (c) => html`<${Chip} kind="info">${word("kind", c.kind)}<//>` },
			{ title: t("connections.preset"), kind: "opt", cell: (c) => (c.preset ? titles(c.preset) : "–") },
			{ title: t("state"), cell: (c) => (c.kind === "saml" ? html`<${SamlState} of=${c} />` : c.kind === "ldap" ? html`<${LdapState} of=${c} />` : html`<${Chip} kind="ok">${t("connections.open")}<//>`) },
			{ title: t("created"), kind: "opt time", cell: (c) => html`<${Time} at=${c.created} />` },
		]} />`}<//><//>
	<//>`;
}

export function LdapState({ of }) {
	return html`${!of.enabled && html`<${Chip}>${t("connections.off")}<//>`} ${of.last_run ? html`<${RunState} of=${of.last_run} />` : html`<${Chip} kind="warn">${t("connections.unread")}<//>`}`;
}

function SamlState({ of }) {
	if (!of.enabled)
		return html`<${Chip}>${t("connections.off")}<//>`;
	if (!of.idp.entity_id)
		return html`<${Chip} kind="warn">${t("connections.no.metadata")}<//>`;
	return of.tested ? html`<${Chip} kind="ok">${t("connections.tested")}<//>` : html`<${Chip} kind="warn">${t("connections.untested")}<//>`;
}

// ---- a new one -----------------------------------------------------------------

function Choose() {
	const of = useLoad(() => get("/presets"));
	return html`<${Page} title=${t("connections.add")} lead=${t("connections.choose")} back=${html`<${Link} class="back" to="/connections">← ${t("screen.connections")}<//>`}>
		<${Load} of=${of}>${(l) => kinds.map((kind) => html`<${Panel} key=${kind} title=${t("connections.for." + kind)} lead=${t("connections.for." + kind + ".text")}>
			<ul class="tiles">${l.items.filter((p) => p.kind === kind).map((p) => html`<li key=${p.preset}><${Link} class="tile" to=${`/connections/new/${kind}/${p.preset}`}><strong>${p.document.title || p.preset}</strong><//></li>`)}
				${kind !== "scim" && html`<li><${Link} class="tile" to=${`/connections/new/${kind}/other`}><strong>${t("connections.other")}</strong><//></li>`}</ul><//>`)}<//>
	<//>`;
}

function Begin({ args }) {
	const [, kind, preset] = args;
	const title = useTitles()(preset);
	const [typed, setName] = useState(null);
	const name = typed ?? (["other", "generic"].includes(preset) ? "" : title);
	const [domains, setDomains] = useState("");
	const make = async () => {
		const body = { name, preset: preset === "other" ? undefined : preset };
		if (kind === "saml" && domains.trim())
			body.domains = domains.split(/[\s,]+/).filter(Boolean);
		const made = await post("/connections/" + kind, body);
		go(`/connections/${kind}/${made.id}?setup=1`);
	};
	return html`<${Page} title=${t("connections.new", { kind: word("kind", kind) })} lead=${t("connections.begin." + kind)} back=${html`<${Link} class="back" to="/connections/new">← ${t("connections.add")}<//>`}>
		<${Panel}><${Form} act=${make} button=${t("connections.create")}>
			<${Field} label=${t("name")} hint=${t("connections.name.hint")} value=${name} onInput=${setName} required maxlength="100" />
			${kind === "saml" && html`<${Field} label=${t("connections.domains")} hint=${t("connections.domains.hint")} placeholder="acme.example" value=${domains} onInput=${setDomains} />`}
		<//><//>
	<//>`;
}

// ---- SCIM ----------------------------------------------------------------------

const flags = ["create_on_no_match", "refuse_unknown_members", "keep_absent_members", "refuse_unknown_attributes", "revive_on_post", "empty_is_unset", "group_patch_returns", "bare_token"];

/** What the identity provider did since we look: its calls as they come in. */
function Live({ connection }) {
	const of = usePoll(async () => {
		const tokens = (await get("/tokens?limit=1000")).items.filter((x) => x.connection === connection.id && !x.revoked);
		const used = tokens.map((x) => x.last_used).filter(Boolean).sort().at(-1);
		const deeds = await Promise.all(tokens.slice(0, 5).map((x) => get(query("/audit", { actor: "token:" + x.id, limit: 6 }))));
		const refused = await get(query("/requests", { connection: connection.id, outcome: "refused", limit: 3 }));
		return { used, deeds: deeds.flatMap((d) => d.items).sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 6), refused: refused.items };
	}, [connection.id]);
	const d = of.data;
	return html`<div aria-live="polite">${!d || !d.used
		? html`<${Notice}>${t("scim.listening")}<//>`
		: html`<${Notice} kind="ok" title=${t("scim.heard")}><span>${t("scim.last")} <${Time} at=${d.used} /></span><//>`}</div>
		${d && d.deeds.length > 0 && html`<ul class="rows">${d.deeds.map((x) => html`<li key=${x.id}><span>${action(x.action)}: <${Target} of=${x} /></span><${Time} at=${x.at} /></li>`)}</ul>`}
		${d && d.refused.map((x) => html`<${Notice} key=${x.id} kind="bad" title=${t("requests.refused", { what: asks(x) })}><${Remedy} of=${x} /> <code>${x.code}</code><//>`)}`;
}

function ScimSetup({ of }) {
	const steps = [1, 2, 3, 4].map((n) => `scim.${of.preset}.${n}`).map((k) => [k, t(k)]).filter(([k, text]) => k !== text);
	const own = steps.length ? steps : [1, 2, 3].map((n) => [`scim.any.${n}`, t(`scim.any.${n}`)]);
	return html`<${Panel} title=${t("connections.setup")}><ol class="steps">
		<li><div><p>${t("scim.step.token")}</p><p class="mute small">${t("scim.step.token.text")}</p></div></li>
		<li><div><p>${t("scim.step.url")}</p><${Copy} label=${t("scim.url")} value=${of.base_url} /></div></li>
		${own.map(([k, text]) => html`<li key=${k}><div><p><${Words} of=${text} values=${{ base_url: of.base_url }} /></p></div></li>`)}
		<li><div><p>${t("scim.step.live")}</p><${Live} connection=${of} /></div></li>
	</ol><//>`;
}

function ScimSettings({ of, reload }) {
	const [set, put] = useState(of.settings || {});
	const [name, setName] = useState(of.name);
	return html`<${Panel} title=${t("connections.settings")}><${Form} button=${t("save")} done=${t("saved")} act=${async () => { await patch("/connections/scim/" + id(of.id), { name, settings: set }); reload(); }}>
		<${Field} label=${t("name")} value=${name} onInput=${setName} required />
		<details><summary>${t("scim.quirks")}</summary><div class="form">${flags.map((k) => html`<${Check} key=${k} label=${t("scim.flag." + k)} value=${set[k]} onInput=${(v) => put({ ...set, [k]: v })} />`)}</div></details>
	<//><//>`;
}

function Scim({ args }) {
	const of = useLoad(() => get("/connections/scim/" + id(args[1])));
	const seen = usePages(query("/requests", { connection: args[1], limit: 20 }));
	return html`<${Frame} of=${of} kind="scim">${(c) => html`<div class="grid split">
		<div class="stack"><${ScimSetup} of=${c} /><${Panel} title=${t("screen.requests")}><${Exchanges} of=${seen} /><//></div>
		<div class="stack"><${Tokens} title=${t("tokens.scim")} lead=${t("tokens.rotate")} kinds=${["scim"]} connection=${c.id} /><${ScimSettings} of=${c} reload=${of.reload} /><${Remove} of=${c} kind="scim" /></div>
	</div>`}<//>`;
}

// ---- SAML ----------------------------------------------------------------------

function Metadata({ of, reload }) {
	const [url, setUrl] = useState(of.idp.metadata_url || "");
	const [xml, setXml] = useState("");
	const [replace, setReplace] = useState(false);
	const save = async () => {
		await patch("/connections/saml/" + id(of.id), { ...(xml ? { idp_metadata_xml: xml } : { idp_metadata_url: url }), ...(replace ? { replace_idp: true } : {}) });
		setXml("");
		reload();
	};
	const file = async (e) => setXml(await e.currentTarget.files[0].text());
	return html`<${Form} act=${save} button=${t("saml.read")} done=${t("saml.have")}>
		<${Field} label=${t("saml.metadata.url")} type="url" value=${url} onInput=${setUrl} placeholder="https://" disabled=${!!xml} />
		<div class="field"><label for="metadata-file">${t("saml.metadata.file")}</label><input id="metadata-file" type="file" accept=".xml,text/xml,application/xml,application/samlmetadata+xml" onChange=${file} /></div>
		<${Field} label=${t("saml.metadata.text")} rows="4" value=${xml} onInput=${setXml} />
		${of.idp.entity_id && html`<${Check} label=${t("saml.replace")} hint=${t("saml.replace.text")} value=${replace} onInput=${setReplace} />`}
	<//>`;
}

function Test({ of, reload }) {
	const make = useAct(async () => { const made = await post(`/connections/saml/${id(of.id)}/test`); setUrl(made.url); });
	const [url, setUrl] = useState(null);
	const seen = usePoll(async () => {
		const [own, last] = await Promise.all([get("/connections/saml/" + id(of.id)), get(query("/requests", { connection: of.id, kind: "saml.login", limit: 1 }))]);
		if (own.tested !== of.tested)
			reload();
		return last.items[0];
	}, [of.id, of.tested]);
	const last = seen.data;
	return html`<div aria-live="polite">
		${of.tested && html`<${Notice} kind="ok" title=${t("saml.tested")}><span>${t("saml.tested.at")} <${Time} at=${of.tested} /></span><//>`}
		${last?.outcome === "refused" && html`<${Notice} kind="bad" title=${last.reason || last.code}>${last.detail?.remedy && html`<p lang="en">${last.detail.remedy}</p>`}<code>${last.code}</code> · <${Time} at=${last.at} /><//>`}</div>
		<${Trouble} problem=${make.problem} />
		<div class="actions"><${Button} kind="main" busy=${make.busy || !of.idp.entity_id} onClick=${() => make.run()}>${t("saml.test")}<//>
			${url && html`<a class="button" href=${url} target="_blank" rel="noopener">${t("saml.test.open")}</a>`}</div>
		<p class="hint">${t(of.idp.entity_id ? "saml.test.text" : "saml.test.first")}</p>`;
}

function SamlSetup({ of, reload }) {
	const guide = guideOf(of.preset);
	const copied = ["entity_id", "acs_url", "slo_url", "metadata_url"];
	return html`<${Panel} title=${t("connections.setup")}><ol class="steps">
		<li><div><p>${t("saml.step.values")}</p>${copied.map((k) => html`<${Copy} key=${k} label=${t("saml." + k)} value=${of[k]} />`)}</div></li>
		<${Steps} of=${guide} values=${of} />
		${guide.attributes.length > 0 && html`<li><div><p>${t("saml.step.attributes")}</p><${Table} caption=${t("saml.step.attributes")} rows=${guide.attributes.map(([a, b]) => ({ id: a, a, b }))} columns=${[
			{ title: t("saml.attribute"), cell: (r) => html`<code lang="en">${r.a}</code>` }, { title: t("saml.value"), cell: (r) => html`<span lang="en"><${Words} of=${r.b} /></span>` }]} /></div></li>`}
		<li class=${of.idp.entity_id ? "done" : ""}><div><p>${t("saml.step.metadata")}</p>${of.idp.entity_id
			? html`<p class="mute small">${t("saml.known")} <code>${of.idp.entity_id}</code></p><details><summary>${t("saml.other.metadata")}</summary><${Metadata} of=${of} reload=${reload} /></details>`
			: html`<${Metadata} of=${of} reload=${reload} />`}</div></li>
		<li class=${of.tested ? "done" : ""}><div><p>${t("saml.step.test")}</p><${Test} of=${of} reload=${reload} /></div></li>
	</ol><//>`;
}

const samlFlags = ["enabled", "jit", "link", "update_profile", "create_groups", "force_authn", "sign_requests", "want_encrypted", "allow_idp_initiated", "allow_sha1", "allow_cbc"];

function SamlSettings({ of, reload }) {
	const [draft, set] = useState({});
	const value = (k) => (k in draft ? draft[k] : of[k]);
	const list = (v) => (Array.isArray(v) ? v.join(", ") : v || "");
	const put = (k) => (v) => set({ ...draft, [k]: v });
	const names = { ...of.attributes, ...(draft.attributes || {}) };
	const split = (v) => String(v).split(/\s*,\s*/).filter(Boolean);
	const save = async () => {
		const body = { ...draft };
		if ("domains" in body)
			body.domains = split(body.domains);
		if (body.attributes)
			body.attributes = Object.fromEntries(Object.entries(body.attributes).map(([k, v]) => [k, split(v)]));
		await patch("/connections/saml/" + id(of.id), body);
		set({});
		reload();
	};
	return html`<${Panel} title=${t("connections.settings")}><${Form} act=${save} button=${t("save")} done=${t("saved")}>
		<${Field} label=${t("name")} value=${value("name")} onInput=${put("name")} required />
		<${Field} label=${t("connections.domains")} hint=${t("connections.domains.hint")} value=${list(value("domains"))} onInput=${put("domains")} />
		${samlFlags.slice(0, 6).map((k) => html`<${Check} key=${k} label=${t("saml.flag." + k)} value=${value(k)} onInput=${put(k)} />`)}
		<details><summary>${t("saml.more")}</summary><div class="form">
			<${Select} label=${t("saml.signed")} value=${value("want_signed")} onInput=${put("want_signed")} options=${["any", "response", "assertion", "both"].map((w) => [w, word("signed", w)])} />
			${samlFlags.slice(6).map((k) => html`<${Check} key=${k} label=${t("saml.flag." + k)} value=${value(k)} onInput=${put(k)} />`)}</div></details>
		<details><summary>${t("saml.attributes")}</summary><div class="form">
			<${Select} label=${t("saml.groups_by")} value=${value("groups_by")} onInput=${put("groups_by")} options=${["name", "id"].map((w) => [w, word("groups_by", w)])} />
			<${Field} label=${t("saml.group_separator")} hint=${t("saml.group_separator.hint")} value=${value("group_separator")} onInput=${put("group_separator")} />
			${["email", "first_name", "last_name", "display_name", "groups", "id"].map((k) => html`<${Field} key=${k} label=${t("saml.claim." + k)} value=${list(names[k])} onInput=${(v) => put("attributes")({ ...(draft.attributes || {}), [k]: v })} />`)}</div></details>
	<//><//>`;
}

function Keys({ of }) {
	const keys = useLoad(() => get(`/connections/saml/${id(of.id)}/keys`));
	const open = useSignalOf(false);
	const colours = { current: "ok", next: "info", previous: "" };
	const waiting = keys.data?.items.some((k) => k.state === "next");
	return html`<${Panel} title=${t("saml.keys")} lead=${t("saml.keys.text")} actions=${html`<${Button} onClick=${() => { open.value = true; }}>${t(waiting ? "saml.keys.use" : "saml.keys.next")}<//>`}>
		<${Load} of=${keys}>${(l) => html`<ul class="rows">${l.items.map((k) => html`<li key=${k.id}><div><${Chip} kind=${colours[k.state]}>${word("key", k.state)}<//> <span class="under">${t("saml.until")} ${date(k.not_after)}</span><span class="under"><code>${k.sha256.slice(0, 32)}…</code></span>
			<details><summary>${t("saml.certificate")}</summary><pre><code>${k.certificate}</code></pre></details></div></li>`)}</ul>`}<//>
		<${Ask} open=${open} kind="main" title=${t(waiting ? "saml.keys.use" : "saml.keys.next")} button=${t(waiting ? "saml.keys.use" : "saml.keys.next")} done=${t("saved")}
			act=${async () => { await post(`/connections/saml/${id(of.id)}/keys`); keys.reload(); }}><p>${t(waiting ? "saml.keys.use.text" : "saml.keys.next.text")}</p><//>
	<//>`;
}

function Provider({ of }) {
	const days = daysLeft(of.idp.keys);
	return html`<${Panel} title=${t("saml.idp")}><${Facts} of=${[
		[t("saml.idp.entity"), of.idp.entity_id && html`<code>${of.idp.entity_id}</code>`], [t("saml.metadata.url"), of.idp.metadata_url && html`<code>${of.idp.metadata_url}</code>`],
		[t("saml.fetched"), html`<${Time} at=${of.idp.fetched} />`], [t("saml.again"), html`<${Time} at=${of.idp.next_fetch} />`],
		[t("certificate"), days === null ? "–" : html`<${Chip} kind=${days < 0 ? "bad" : days < 30 ? "warn" : "ok"}>${days < 0 ? t("certificate.over") : tn("certificate.days", days)}<//>`],
	]} />${of.idp.error && html`<${Notice} kind="bad" title=${t("saml.fetch.failed")}>${of.idp.error}<//>`}<//>`;
}

function Saml({ args }) {
	const of = useLoad(() => get("/connections/saml/" + id(args[1])));
	const seen = usePages(query("/requests", { connection: args[1], limit: 20 }));
	return html`<${Frame} of=${of} kind="saml">${(c) => html`
		${c.warnings.length > 0 && html`<${Notice} kind="warn"><ul class="plain" lang="en">${c.warnings.map((w) => html`<li key=${w}>${w}</li>`)}</ul><//>`}
		<div class="grid split">
		<div class="stack"><${SamlSetup} of=${c} reload=${of.reload} /><${Panel} title=${t("screen.requests")}><${Exchanges} of=${seen} /><//></div>
		<div class="stack"><${Provider} of=${c} /><${SamlSettings} key=${c.changed} of=${c} reload=${of.reload} /><${Keys} of=${c} /><${Remove} of=${c} kind="saml" /></div>
	</div>`}<//>`;
}

// ---- both ------------------------------------------------------------------------

function Frame({ of, kind, children }) {
	const c = of.data, titles = useTitles();
	return html`<${Page} title=${c?.name || t("screen.connections")} back=${html`<${Link} class="back" to="/connections">← ${t("screen.connections")}<//>`}
		chips=${c && html`<${Chip} kind="info">${word("kind", kind)}<//>${c.preset && html`<${Chip}>${titles(c.preset)}<//>`}${kind === "saml" && html`<${SamlState} of=${c} />`}${kind === "ldap" && html`<${LdapState} of=${c} />`}`}>
		<${Load} of=${of}>${children}<//>
	<//>`;
}

/** What would go is told before anything goes. */
function Remove({ of, kind }) {
	const open = useSignalOf(false);
	const path = `/connections/${kind}/${id(of.id)}`;
	const look = useAct(async () => { setGoes(await drop(path + "?preview=true")); open.value = true; });
	const [goes, setGoes] = useState(null);
	return html`<${Panel} title=${t("connections.remove")} lead=${t("connections.remove.text")}>
		<${Trouble} problem=${look.problem} /><div class="actions"><${Button} busy=${look.busy} onClick=${() => look.run()}>${t("connections.remove.look")}<//></div>
		<${Ask} open=${open} typed=${of.name} title=${t("connections.remove.ask", { name: of.name })} button=${t("connections.remove")} done=${t("deleted")} act=${async () => { await drop(path); go("/connections"); }}>
			${goes && html`<${Facts} of=${["groups", "memberships", "pending_members", "tokens", "users"].map((k) => [t("goes." + k), number(goes[k])])} />`}<//>
	<//>`;
}

const LdapPage = Ldap(Frame, Remove);

export default {
	name: "connections", group: "signin", icon: "connections",
	view(rest) {
		if (rest[0] === "new")
			return rest.length === 1 ? Choose : rest.length === 3 && { scim: Begin, saml: Begin, ldap: BeginLdap }[rest[1]];
		return rest.length === 0 ? List : rest.length === 2 && { scim: Scim, saml: Saml, ldap: LdapPage }[rest[0]];
	},
};
