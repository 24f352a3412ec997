// settings.js - policies of the organization, how people sign in, domains, tokens of programs.
import { html, useState } from "../html.js";
import { drop, get, id, patch, post, useAct, useLoad } from "../api.js";
import { Ask, Button, Check, Chip, Copy, Dialog, Empty, Field, Form, Link, Load, Page, Panel, Select, Table, Time, Trouble, say, useSignalOf } from "../all.js";
import { date, t, word } from "../text.js";

const choose = (kind, words) => words.map((w) => [w, word(kind, w)]);
const tabs = ["org", "signin", "domains", "tokens"];

/** A form over some members of what the API has: only what was changed is sent. */
function useDraft(of) {
	const [draft, set] = useState({});
	return { value: (k) => (k in draft ? draft[k] : of[k]), put: (k) => (v) => set((d) => ({ ...d, [k]: v })), changed: draft, clear: () => set({}) };
}

function Org() {
	const of = useLoad(() => get("/org"));
	return html`<${Load} of=${of}>${(o) => html`<${OrgForm} of=${o} reload=${of.reload} />`}<//>`;
}

function OrgForm({ of, reload }) {
	const d = useDraft({ ...of, limited: of.seat_limit !== null, seats: of.seat_limit ?? "" });
	const save = async () => {
		const { limited, seats, ...rest } = d.changed;
		const body = { ...rest };
		if (limited !== undefined || seats !== undefined)
			body.seat_limit = d.value("limited") ? Number(d.value("seats")) || 0 : null;
		for (const k of ["hold_people", "hold_percent"])
			if (k in body)
				body[k] = Number(body[k]);
		await patch("/org", body);
		d.clear();
		reload();
	};
	const scopes = ["org", "workspace", "project"];
	return html`<${Form} act=${save} button=${t("save")} done=${t("saved")}>
		<div class="grid">
			<${Panel} title=${t("settings.org")}><${Field} label=${t("name")} value=${d.value("name")} onInput=${d.put("name")} required />
				<${Check} label=${t("settings.limited")} value=${d.value("limited")} onInput=${d.put("limited")} />
				${d.value("limited") && html`<${Field} label=${t("seats.limit")} type="number" min="0" value=${d.value("seats")} onInput=${d.put("seats")} />
				<${Select} label=${t("settings.full")} value=${d.value("seat_policy")} onInput=${d.put("seat_policy")} options=${choose("policy", ["queue", "refuse"])} />`}<//>
			<${Panel} title=${t("settings.roles")}>
				<${Select} label=${t("settings.default")} value=${d.value("default_role")} onInput=${d.put("default_role")} options=${choose("role", ["NO", "AN", "RE", "MA", "AD"])} hint=${t("settings.default.hint")} />
				<${Select} label=${t("settings.never")} value=${d.value("never_matched")} onInput=${d.put("never_matched")} options=${choose("unmatched", ["default_role", "pending", "deactivate"])} />
				<${Select} label=${t("settings.lost")} value=${d.value("lost_match")} onInput=${d.put("lost_match")} options=${choose("unmatched", ["default_role", "pending", "deactivate"])} /><//>
			<${Panel} title=${t("settings.authority")} lead=${t("settings.authority.text")}>
				${scopes.map((s) => html`<${Select} key=${s} label=${word("scope", s)} value=${d.value("authority")[s]} onInput=${(v) => d.put("authority")({ ...d.value("authority"), [s]: v })} options=${choose("authority", ["both", "directory", "manual"])} />`)}<//>
			<${Panel} title=${t("settings.holds")} lead=${t("settings.holds.text")}><div class="two">
				<${Field} label=${t("settings.hold.people")} type="number" min="0" value=${d.value("hold_people")} onInput=${d.put("hold_people")} />
				<${Field} label=${t("settings.hold.percent")} type="number" min="0" max="100" value=${d.value("hold_percent")} onInput=${d.put("hold_percent")} /></div>
				<${Check} label=${t("settings.relink")} hint=${t("settings.relink.text")} value=${d.value("relink_former")} onInput=${d.put("relink_former")} /><//>
		</div>
	<//>`;
}

function SignIn() {
	const of = useLoad(() => get("/signin"));
	return html`<${Load} of=${of}>${(s) => html`<${SignInForm} of=${s} reload=${of.reload} />`}<//>`;
}

function SignInForm({ of, reload }) {
	const d = useDraft({ ...of, targets: of.return_targets.join("\n") });
	const save = async () => {
		const { targets, ...body } = d.changed;
		for (const k of ["idle_minutes", "absolute_minutes"])
			if (k in body)
				body[k] = Number(body[k]);
		if (targets !== undefined)
			body.return_targets = targets.split(/\s+/).filter(Boolean);
		await patch("/signin", body);
		d.clear();
		reload();
	};
	return html`<${Panel} title=${t("settings.signin")}><${Form} act=${save} button=${t("save")} done=${t("saved")}>
		<div class="two"><${Field} label=${t("settings.idle")} type="number" min="1" value=${d.value("idle_minutes")} onInput=${d.put("idle_minutes")} />
			<${Field} label=${t("settings.absolute")} type="number" min="1" value=${d.value("absolute_minutes")} onInput=${d.put("absolute_minutes")} /></div>
		<${Check} label=${t("settings.sso")} hint=${t("settings.sso.text")} value=${d.value("sso_only")} onInput=${d.put("sso_only")} />
		<${Field} rows="3" label=${t("settings.targets")} hint=${t("settings.targets.text")} value=${d.value("targets")} onInput=${d.put("targets")} />
	<//><//>`;
}

const domainKinds = { verified: "ok", operator: "ok", pending: "warn" };

function Domains() {
	const of = useLoad(() => get("/domains"));
	const [name, setName] = useState("");
	const look = useAct(async (d) => { const seen = await post(`/domains/${id(d)}/verify`); say(word("domain", seen.state)); of.reload(); });
	const go = useAct(async (d) => { await drop("/domains/" + id(d)); say(t("deleted")); of.reload(); });
	return html`<${Panel} title=${t("settings.domains")} lead=${t("settings.domains.text")}>
		<${Trouble} problem=${look.problem} /><${Trouble} problem=${go.problem} />
		<${Load} of=${of}>${(l) => html`<${Table} caption=${t("settings.domains")} rows=${l.items.map((x) => ({ ...x, id: x.domain }))} empty=${html`<${Empty} title=${t("settings.no.domains")} />`} columns=${[
			{ title: t("settings.domain"), cell: (x) => x.domain },
			{ title: t("state"), cell: (x) => html`<${Chip} kind=${domainKinds[x.state]}>${word("domain", x.state)}<//>` },
			{ title: t("settings.txt"), cell: (x) => (x.state === "pending" ? html`<${Copy} label=${t("settings.txt.name")} value=${x.txt_name} /><${Copy} label=${t("settings.txt.value")} value=${x.txt_value} />` : html`<span class="mute">–</span>`) },
			{ title: t("actions"), hidden: true, kind: "act", cell: (x) => html`${x.state === "pending" && html`<${Button} busy=${look.busy} onClick=${() => look.run(x.domain)}>${t("settings.look")}<//>`}<${Button} kind="quiet risk" busy=${go.busy} onClick=${() => go.run(x.domain)} aria-label=${t("settings.domain.remove", { domain: x.domain })}>${t("remove")}<//>` },
		]} />`}<//>
		<${Form} button=${t("settings.add.domain")} act=${async () => { await post("/domains", { domain: name }); setName(""); of.reload(); }}>
			<${Field} label=${t("settings.domain")} placeholder="acme.example" value=${name} onInput=${setName} required /><//>
	<//>`;
}

/** Tokens of a kind, or of a connection; a new one is shown once. */
export function Tokens({ title, lead, kinds, connection, onUse }) {
	const of = useLoad(() => get("/tokens?limit=1000"));
	const open = useSignalOf(false), ask = useSignalOf(false);
	const [made, setMade] = useState(null);
	const [gone, setGone] = useState(null);
	const [name, setName] = useState("");
	const [kind, setKind] = useState(kinds[0]);
	const make = async () => {
		setMade(await post("/tokens", { kind, name: name || undefined, connection }));
		setName("");
		of.reload();
		onUse?.();
	};
	const mine = (l) => l.items.filter((x) => kinds.includes(x.kind) && (!connection || x.connection === connection) && !x.revoked);
	return html`<${Panel} title=${title} lead=${lead} actions=${html`<${Button} kind="main" onClick=${() => { setMade(null); open.value = true; }}>${t("tokens.new")}<//>`}>
		<${Load} of=${of}>${(l) => html`<${Table} caption=${title} rows=${mine(l)} empty=${html`<${Empty} title=${t("tokens.none")} />`} columns=${[
			{ title: t("name"), cell: (x) => x.name || html`<span class="mute">${t("tokens.nameless")}</span>` },
			!connection && { title: t("tokens.kind"), cell: (x) => html`<${Chip}>${word("token", x.kind)}<//>` },
			{ title: t("created"), kind: "opt time", cell: (x) => html`<${Time} at=${x.created} />` },
			{ title: t("tokens.used"), kind: "time", cell: (x) => (x.last_used ? html`<${Time} at=${x.last_used} />` : html`<span class="mute">${t("tokens.unused")}</span>`) },
			{ title: t("tokens.ends"), kind: "opt", cell: (x) => (x.expires ? date(x.expires) : html`<span class="mute">–</span>`) },
			{ title: t("actions"), hidden: true, kind: "act", cell: (x) => html`<${Button} kind="quiet risk" onClick=${() => { setGone(x); ask.value = true; }} aria-label=${t("tokens.revoke.what", { name: x.name || x.id })}>${t("tokens.revoke")}<//>` },
		].filter(Boolean)} />`}<//>
		<${Dialog} open=${open} title=${t("tokens.new")}>${made
			? html`<p>${t("tokens.once")}</p><${Copy} label=${t("token")} value=${made.token} secret /><div class="buttons"><${Button} kind="main" onClick=${() => { open.value = false; setMade(null); }}>${t("tokens.have")}<//></div>`
			: html`<${Form} act=${make} button=${t("create")} extra=${html`<${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//>`}>
				${kinds.length > 1 && html`<${Select} label=${t("tokens.kind")} value=${kind} onInput=${setKind} options=${choose("token", kinds)} />`}
				<${Field} label=${t("name")} hint=${t("tokens.name.hint")} value=${name} onInput=${setName} maxlength="100" /><//>`}<//>
		<${Ask} open=${ask} title=${t("tokens.revoke.ask")} button=${t("tokens.revoke")} done=${t("tokens.revoked")} act=${async () => { await drop("/tokens/" + id(gone.id)); of.reload(); }}><p>${t("tokens.revoke.text")}</p><//>
	<//>`;
}

const views = { org: Org, signin: SignIn, domains: Domains, tokens: () => html`<${Tokens} title=${t("tokens.title")} lead=${t("tokens.lead")} kinds=${["admin", "platform"]} />` };

function Settings({ args }) {
	const here = args[0] || "org";
	const View = views[here];
	return html`<${Page} title=${t("screen.settings")}>
		<nav class="tabs" aria-label=${t("screen.settings")}>${tabs.map((k) => html`<${Link} key=${k} to=${k === "org" ? "/settings" : "/settings/" + k} aria-current=${k === here ? "page" : null}>${t("settings.tab." + k)}<//>`)}</nav>
		<${View} />
	<//>`;
}

export default { name: "settings", group: "record", icon: "settings", view: (rest) => (rest.length < 2 && views[rest[0] || "org"] ? Settings : null) };
