// deeds.js - a line of the audit trail in words, with who and whom by name.
import { html, signal, useEffect } from "./html.js";
import { get, id } from "./api.js";
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

export function Named({ kind, of }) {
	const name = useName(kind, of);
	return html`<${Link} to=${places[kind] + of}>${name || `${word("target", kind)} ${of.slice(0, 8)}…`}<//>`;
}

/** "user:ID", "token:ID", "rosterctl" */
export function Actor({ of }) {
	const [kind, ref] = String(of || "").split(":");
	if (kind === "user" && ref)
		return html`<${Named} kind="user" of=${ref} />`;
	return html`${word("actor", kind)}`;
}

export function Target({ kind, of }) {
	if (of && places[kind])
		return html`<${Named} kind=${kind} of=${of} />`;
	if (of && kind === "domain")
		return of;
	return html`<span class="mute">${kind ? word("target", kind) : "–"}</span>`;
}

export const action = (name) => word("deed", name);

export function Deed({ of }) {
	const tells = of.target && (places[of.target_kind] || of.target_kind === "domain");
	return html`<div>${action(of.action)}${tells && html`: <${Target} kind=${of.target_kind} of=${of.target} />`}
		<span class="under">${t("deed.by")} <${Actor} of=${of.actor} />${of.reason && html` · ${of.reason}`}</span></div><${Time} at=${of.at} />`;
}
