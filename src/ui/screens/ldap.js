// ldap.js - connecting an LDAP directory: its address, a try with sample people, the first run.
import { html, useState } from "../html.js";
import { get, id, patch, post, useAct, useLoad, usePages } from "../api.js";
import { Button, Check, Chip, Empty, Facts, Field, Form, Link, Load, Notice, Page, Panel, Select, Table, Trouble, Value, say } from "../all.js";
import { go } from "../route.js";
import { t, word } from "../text.js";
import { guideOf, Steps, useTitles } from "../guide.js";
import { Progress, RunList, RunState, useWatch } from "./runs.js";

const lines = (text) => text.split(/\s+/).filter(Boolean);

/** Base DNs, one in a line: in a draft they stay the text that was typed. */
const baseText = (base) => [].concat(base || []).join("\n");
const baseOf = (text) => {
	const all = baseText(text).split("\n").map((dn) => dn.trim()).filter(Boolean);
	return all.length > 1 ? all : all[0] || "";
};

function Fields({ d }) {
	const mode = d.value("tls").mode || "ldaps";
	const within = (key, name) => (v) => d.put(key)({ ...d.value(key), [name]: v });
	return html`
		<${Field} label=${t("ldap.uris")} hint=${t("ldap.uris.hint")} placeholder="ldaps://dc1.acme.example" value=${d.value("uris").join(" ")} onInput=${(v) => d.put("uris")(lines(v))} required />
		<div class="two"><${Select} label=${t("ldap.tls")} value=${mode} onInput=${within("tls", "mode")} options=${["ldaps", "starttls", "none"].map((m) => [m, word("tls", m)])} />
			<${Select} label=${t("ldap.method")} value=${d.value("bind").method || "simple"} onInput=${within("bind", "method")} options=${["simple", "external", "gssapi"].map((m) => [m, word("bind", m)])} /></div>
		${mode !== "none" && html`<details><summary>${t("ldap.ca")}</summary><${Field} rows="4" label=${t("ldap.ca.pem")} hint=${t("ldap.ca.hint")} value=${d.value("tls").ca_pem || ""} onInput=${within("tls", "ca_pem")} /></details>`}
		${(d.value("bind").method || "simple") === "simple" && html`<div class="two"><${Field} label=${t("ldap.dn")} value=${d.value("bind").dn || ""} onInput=${within("bind", "dn")} autocomplete="off" />
			<${Field} label=${t("ldap.password")} type="password" autocomplete="new-password" hint=${t("ldap.password.hint")} value=${d.value("bind").password || ""} onInput=${within("bind", "password")} /></div>`}
		<div class="two"><${Field} rows="2" label=${t("ldap.users")} hint=${t("ldap.base.hint")} placeholder="ou=people,dc=acme,dc=example" value=${baseText(d.value("users").base)} onInput=${within("users", "base")} required />
			<${Field} rows="2" label=${t("ldap.groups")} hint=${t("ldap.base.hint")} placeholder="ou=groups,dc=acme,dc=example" value=${baseText(d.value("groups").base)} onInput=${within("groups", "base")} /></div>
		<details><summary>${t("ldap.filters")}</summary><div class="form">
			<${Field} label=${t("ldap.users.filter")} value=${d.value("users").filter || ""} onInput=${within("users", "filter")} />
			<${Field} label=${t("ldap.groups.filter")} value=${d.value("groups").filter || ""} onInput=${within("groups", "filter")} />
			<${Field} label=${t("ldap.member_of")} hint=${t("ldap.member_of.hint")} placeholder="memberOf" value=${d.value("groups").member_of || ""} onInput=${(v) => within("groups", "member_of")(v.trim() || null)} />
			<${Field} label=${t("ldap.schedule")} type="number" min="0" hint=${t("ldap.schedule.hint")} value=${d.value("schedule_minutes")} onInput=${(v) => d.put("schedule_minutes")(Number(v))} /></div></details>`;
}

function useDraft(of) {
	const [draft, set] = useState({});
	return { value: (k) => (k in draft ? draft[k] : of[k]), put: (k) => (v) => set((d) => ({ ...d, [k]: v })), changed: draft, clear: () => set({}) };
}

/** What of an object of settings was typed in; empty texts say nothing. */
const told = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== ""));

function body(changed) {
	const out = { ...changed };
	for (const k of ["tls", "bind", "users", "groups"])
		if (out[k])
			out[k] = told("base" in out[k] ? { ...out[k], base: baseOf(out[k].base) } : out[k]);
	if (out.signin)
		out.signin = { ...out.signin, domains: [].concat(out.signin.domains).join(" ").split(/[\s,]+/).filter(Boolean) };
	return out;
}

export function BeginLdap({ args }) {
	const preset = args[2];
	const presets = useLoad(() => get("/presets"));
	const known = presets.data?.items.find((p) => p.kind === "ldap" && p.preset === preset)?.document?.settings || {};
	const title = useTitles()(preset), guide = guideOf(preset);
	const d = useDraft({ name: preset === "other" ? "" : title, uris: [], tls: {}, bind: {}, users: {}, groups: {}, schedule_minutes: 60 });
	const make = async () => {
		const values = { uris: d.value("uris"), tls: d.value("tls"), bind: d.value("bind"), users: d.value("users"), groups: d.value("groups"), schedule_minutes: d.value("schedule_minutes") };
		const made = await post("/connections/ldap", body({ name: d.value("name"), enabled: false, ...(preset === "other" ? {} : { preset }), ...values }));
		go(`/connections/ldap/${made.id}`);
	};
	return html`<${Page} title=${t("connections.new", { kind: "LDAP" })} lead=${t("ldap.begin")} back=${html`<${Link} class="back" to="/connections/new">← ${t("connections.add")}<//>`}>
		${guide.steps.length > 0 && html`<${Panel} title=${t("ldap.prepare", { title })}><ol class="steps"><${Steps} of=${guide} /></ol><//>`}
		<${Panel}><${Form} act=${make} button=${t("connections.create")}>
			<${Field} label=${t("name")} hint=${t("connections.name.hint")} value=${d.value("name")} onInput=${d.put("name")} required />
			<${Fields} d=${d} />
			${known.users?.filter && html`<p class="hint">${t("ldap.preset")} <code>${known.users.filter}</code></p>`}
		<//><//>
	<//>`;
}

function Try({ of }) {
	const [seen, setSeen] = useState(null);
	const look = useAct(async () => setSeen(await post(`/connections/ldap/${id(of.id)}/test`)));
	const people = seen?.users?.sample || seen?.users?.items || [], groups = seen?.groups?.sample || seen?.groups?.items || [];
	return html`<div class="actions"><${Button} kind="main" busy=${look.busy} onClick=${() => look.run()}>${t(look.busy ? "loading" : "ldap.try")}<//></div>
		<p class="hint">${t("ldap.try.text")}</p><${Trouble} problem=${look.problem} />
		<div aria-live="polite">${seen && (seen.error
			? html`<${Notice} kind="bad" title=${html`<span lang="en">${seen.error}</span>`}>${seen.said}<//>`
			: html`<${Notice} kind="ok" title=${t("ldap.reached")}>${seen.whoami || seen.uri}<//>`)}</div>
		${(seen?.warnings || []).map((w) => html`<${Notice} key=${w} kind="warn"><span lang="en">${w}</span><//>`)}
		${people.length > 0 && html`<${Table} caption=${t("ldap.sample")} rows=${people.map((p) => ({ ...p, id: p.dn }))} columns=${[
			{ title: t("name"), cell: (p) => html`${p.displayName || p.userName || "–"}<span class="under">${p.dn}</span>` },
			{ title: t("user"), cell: (p) => p.userName || "–" },
			{ title: t("state"), cell: (p) => (p.problem ? html`<${Chip} kind="warn">${p.problem}<//>` : html`<${Chip} kind=${p.active ? "ok" : ""}>${word("state", p.active ? "active" : "deactivated")}<//>`) }]} />`}
		${groups.length > 0 && html`<${Table} caption=${t("groups")} rows=${groups.map((g) => ({ ...g, id: g.dn }))} columns=${[
			{ title: t("groups"), cell: (g) => html`${g.name || "–"}<span class="under">${g.dn}</span>` },
			{ title: t("members"), kind: "num", cell: (g) => g.members ?? "–" }]} />`}
		${seen && html`<details><summary>${t("requests.detail")}</summary><${Value} of=${{ server: seen.server, certificate: seen.certificate, state: seen.state }} /></details>`}`;
}

function Sync({ of, reload }) {
	const run = useAct(async (how) => { await post(`/connections/ldap/${id(of.id)}/sync`, how); say(t("runs.asked")); reload(); });
	const on = useAct(async () => { await patch("/connections/ldap/" + id(of.id), { enabled: true }); say(t("saved")); reload(); });
	return html`<${Trouble} problem=${run.problem} /><${Trouble} problem=${on.problem} />
		${of.last_run && html`<p class="row"><${RunState} of=${of.last_run} /><${Link} to=${`/runs/${of.id}/${of.last_run.id}`}>${t("runs.one")}<//></p><${Progress} of=${of.last_run} />`}
		<div class="actions"><${Button} busy=${run.busy} onClick=${() => run.run({ dry_run: true })}>${t("runs.try")}<//>
			<${Button} busy=${run.busy} onClick=${() => run.run({})}>${t("runs.now")}<//>
			${!of.enabled && html`<${Button} kind="main" busy=${on.busy} onClick=${() => on.run()}>${t("ldap.enable")}<//>`}</div>
		<p class="hint">${t("runs.try.text")}</p>`;
}

function Settings({ of, reload }) {
	const d = useDraft({ ...of, tls: of.tls || {}, bind: of.bind || {}, users: of.users || {}, groups: of.groups || {} });
	const signin = d.value("signin");
	const save = async () => { await patch("/connections/ldap/" + id(of.id), body(d.changed)); d.clear(); reload(); };
	return html`<${Panel} title=${t("connections.settings")}><${Form} act=${save} button=${t("save")} done=${t("saved")}>
		<${Field} label=${t("name")} value=${d.value("name")} onInput=${d.put("name")} required />
		<${Check} label=${t("saml.flag.enabled")} value=${d.value("enabled")} onInput=${d.put("enabled")} />
		<${Check} label=${t("ldap.signin")} value=${signin.enabled} onInput=${(v) => d.put("signin")({ ...signin, enabled: v })} />
		<${Field} label=${t("connections.domains")} hint=${t("connections.domains.hint")} value=${[].concat(signin.domains).join(", ")} onInput=${(v) => d.put("signin")({ ...signin, domains: v })} />
		<${Fields} d=${d} /><//><//>`;
}

export const Ldap = (Frame, Remove) => ({ args }) => {
	const of = useLoad(() => get("/connections/ldap/" + id(args[1])));
	const runs = usePages(`/connections/ldap/${id(args[1])}/runs?limit=20`, [args[1], of.data?.last_run?.state]);
	useWatch(of, of.data?.last_run);
	return html`<${Frame} of=${of} kind="ldap">${(c) => html`<div class="grid split">
		<div class="stack"><${Panel} title=${t("connections.setup")}><ol class="steps">
				<li><div><p>${t("ldap.step.try")}</p><${Try} of=${c} /></div></li>
				<li class=${c.last_run?.state === "done" ? "done" : ""}><div><p>${t("ldap.step.run")}</p><${Sync} of=${c} reload=${of.reload} /></div></li></ol><//>
			<${Panel} title=${t("screen.runs")}><${RunList} connection=${c.id} list=${runs} /><//></div>
		<div class="stack"><${Panel} title=${t("person.about")}><${Facts} of=${[[t("screen.people"), c.people], [t("groups"), c.groups_known], [t("ldap.strategy"), word("strategy", c.strategy)]]} /><//>
			<${Settings} key=${c.changed} of=${c} reload=${of.reload} /><${Remove} of=${c} kind="ldap" /></div>
	</div>`}<//>`;
};
