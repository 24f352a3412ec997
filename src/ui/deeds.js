// deeds.js - a line of the audit trail in words, with who and whom by name.
import { html, signal, useEffect } from "./html.js";
import { all, get, id } from "./api.js";
import { Link } from "./route.js";
import { t, word } from "./text.js";
import { Time } from "./parts.js";

const names = signal({}); // path -> name, or null while it is looked up
const tries = { user: ["/users/", (u) => u.displayName || u.userName], group: ["/groups/", (g) => g.displayName],
	workspace: ["/workspaces/", (w) => w.title], project: ["/projects/", (p) => p.title] };

/** The name of a thing by its kind and id; null as long as, or if, there is none. */
function useName(kind, ref) {
	const [path, name] = tries[kind], key = path + ref;
	useEffect(() => {
		if (key in names.value)
			return;
		names.value = { ...names.value, [key]: null };
		get(path + id(ref) + (kind === "group" ? "?limit=1" : "")).then(
			(thing) => { names.value = { ...names.value, [key]: name(thing) }; },
			() => {},
		);
	}, [key]);
	return names.value[key] || null;
}

const places = { user: "/people/", group: "/groups/", workspace: "/places/", project: "/places/project/" };
const pages = { hold: "/holds/", webhook: "/webhooks/" };

export function Named({ kind, of }) {
	const name = useName(kind, of);
	return html`<${Link} to=${places[kind] + of}>${name || `${word("target", kind)} ${of.slice(0, 8)}…`}<//>`;
}

const tokens = signal(null); // id -> token, once somebody asks

/** A program by the name of its token. */
function Program({ of }) {
	useEffect(() => {
		if (tokens.value)
			return;
		tokens.value = new Map();
		all("/tokens").then((list) => { tokens.value = new Map(list.map((x) => [x.id, x])); }, () => {});
	}, []);
	const token = tokens.value?.get(of);
	return html`${token ? token.name || t("actor.program", { kind: word("token", token.kind) }) : word("actor", "token")}`;
}

/** "user:ID", "token:ID", "rosterctl" */
export function Actor({ of }) {
	const [kind, ref] = String(of || "").split(":");
	if (kind === "user" && ref)
		return html`<${Named} kind="user" of=${ref} />`;
	if (kind === "token" && ref)
		return html`<${Program} of=${ref} />`;
	return html`${word("actor", kind)}`;
}

/** The name in the record itself, of what cannot be asked for one. */
function nameIn({ target_kind: kind, target, before, after }) {
	const said = { ...before, ...after };
	return kind === "domain" ? target : said.name || said.email || said.url;
}

/** What a record is about. */
export function Target({ of }) {
	const { target_kind: kind, target } = of, name = nameIn(of) || (kind && word("target", kind));
	if (target && places[kind])
		return html`<${Named} kind=${kind} of=${target} />`;
	if (target && pages[kind])
		return html`<${Link} to=${pages[kind] + id(target)}>${name}<//>`;
	return nameIn(of) ? html`${name}` : html`<span class="mute">${name || "–"}</span>`;
}

export const action = (name) => word("deed", name);

export function Deed({ of }) {
	const tells = of.target && (places[of.target_kind] || pages[of.target_kind] || nameIn(of));
	return html`<div>${action(of.action)}${tells && html`: <${Target} of=${of} />`}
		<span class="under">${t("deed.by")} <${Actor} of=${of.actor} />${of.reason && html` · ${of.reason}`}</span></div><${Time} at=${of.at} />`;
}
