// deeds.js - a line of the audit trail in words, with who and whom by name.
import { html, signal, useEffect } from "./html.js";
import { get, id } from "./api.js";
import { Link } from "./route.js";
import { t, word } from "./text.js";
import { Time } from "./parts.js";

const names = signal({}); // user id -> name, or null while it is looked up

/** The name of a user by id; the id as long as, or if, there is none. */
export function useName(userId) {
	useEffect(() => {
		if (!userId || userId in names.value)
			return;
		names.value = { ...names.value, [userId]: null };
		get("/users/" + id(userId)).then(
			(u) => { names.value = { ...names.value, [userId]: u.displayName || u.userName }; },
			() => {},
		);
	}, [userId]);
	return names.value[userId] || userId;
}

export function UserName({ of }) {
	const name = useName(of);
	return html`<${Link} to=${"/people/" + of}>${name === of ? of.slice(0, 13) + "…" : name}<//>`;
}

/** "user:ID", "token:ID", "rosterctl" */
export function Actor({ of }) {
	const [kind, ref] = String(of || "").split(":");
	if (kind === "user" && ref)
		return html`<${UserName} of=${ref} />`;
	return html`${word("actor", kind)}`;
}

const places = { user: "people", group: "groups", workspace: "places", project: "places/project" };

export function Target({ kind, of }) {
	if (!of)
		return html`<span class="mute">–</span>`;
	if (kind === "user")
		return html`<${UserName} of=${of} />`;
	if (places[kind])
		return html`<${Link} to=${`/${places[kind]}/${of}`}>${word("target", kind)}<//>`;
	return html`${word("target", kind)}`;
}

export const action = (name) => word("deed", name);

export function Deed({ of }) {
	return html`<div>${action(of.action)}: <${Target} kind=${of.target_kind} of=${of.target} />
		<span class="under">${t("deed.by")} <${Actor} of=${of.actor} />${of.reason && html` · ${of.reason}`}</span></div><${Time} at=${of.at} />`;
}
