// invite.js - invitations: by address, or the link that everybody may share.
import { html, useState } from "../html.js";
import { all, drop, id, post, useAct, useLoad, usePages } from "../api.js";
import { Ask, Button, Check, Chip, Copy, Dialog, Empty, Field, Form, Link, Listing, Load, Page, Panel, RoleChip, Select, Time, Trouble, useSignalOf } from "../all.js";
import { number, t, word } from "../text.js";

const roles = ["NO", "AN", "RE", "MA", "AD"];
const colours = { open: "info", used: "ok", revoked: "", expired: "warn" };
const who = (v) => (v.shared ? t("invite.shared") : v.email || t("invite.erased"));

function New({ open, done }) {
	const [draft, set] = useState({ email: "", role: "NO", workspaces: [], days: "" });
	const places = useLoad(() => all("/workspaces"), [open.value]);
	const put = (k) => (v) => set({ ...draft, [k]: v });
	const shared = !draft.email.trim();
	const flip = (one) => (on) => put("workspaces")(on ? [...draft.workspaces, one] : draft.workspaces.filter((w) => w !== one));
	const make = async () => {
		const made = await post("/invitations", {
			...(shared ? {} : { email: draft.email.trim() }), role: draft.role, workspaces: draft.workspaces,
			...(draft.days ? { expires_days: Number(draft.days) } : {}),
		});
		set({ email: "", role: "NO", workspaces: [], days: "" });
		open.value = false;
		done(made);
	};
	return html`<${Dialog} open=${open} title=${t("invite.new")}><p class="mute">${t("invite.means")}</p>
		<${Form} act=${make} button=${t("invite.make")} extra=${html`<${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//>`}>
			<${Field} label=${t("mail")} hint=${t("invite.mail.hint")} type="email" value=${draft.email} onInput=${put("email")} />
			<${Select} label=${t("role")} value=${draft.role} onInput=${put("role")} options=${roles.filter((r) => !shared || r !== "AD").map((r) => [r, r === "NO" ? t("invite.pending") : word("role", r)])} />
			<${Load} of=${places}>${(l) => l.filter((w) => !w.personal).length > 0 && html`<fieldset><legend>${t("workspaces")}</legend>${l.filter((w) => !w.personal).map((w) => html`<${Check} key=${w.id} label=${w.title} value=${draft.workspaces.includes(w.id)} onInput=${flip(w.id)} />`)}</fieldset>`}<//>
			<${Field} label=${t("invite.days")} hint=${t("invite.days.hint")} type="number" min="1" max="90" value=${draft.days} onInput=${put("days")} /><//><//>`;
}

export function Invitations() {
	const list = usePages("/invitations?limit=50");
	const places = useLoad(() => all("/workspaces"));
	const title = (one) => places.data?.find((w) => w.id === one)?.title || t("workspace");
	const open = useSignalOf(false), shown = useSignalOf(false), revoke = useSignalOf(false);
	const [link, setLink] = useState(null);
	const [which, setWhich] = useState(null);
	const show = (made) => { setLink(made.link); shown.value = true; list.reload(); };
	const reset = useAct(async (v) => show(await post(`/invitations/${id(v.id)}/reset`, {})));
	const acts = (v) => v.state === "open" && html`<span class="row">
		<${Button} kind="quiet" busy=${reset.busy} onClick=${() => reset.run(v)} aria-label=${t("invite.reset.what", { who: who(v) })}>${t("invite.reset")}<//>
		<${Button} kind="quiet risk" onClick=${() => { setWhich(v); revoke.value = true; }} aria-label=${t("invite.revoke.what", { who: who(v) })}>${t("tokens.revoke")}<//></span>`;
	return html`<${Page} title=${t("invite.title")} lead=${t("invite.lead")} back=${html`<${Link} class="back" to="/people">← ${t("screen.people")}<//>`}
		actions=${html`<${Button} kind="main" onClick=${() => { open.value = true; }}>${t("invite.new")}<//>`}>
		<${Trouble} problem=${reset.problem} />
		<${Panel}><${Listing} of=${list} caption=${t("invite.title")} empty=${html`<${Empty} title=${t("invite.none")}><p>${t("invite.none.text")}</p><//>`} columns=${[
			{ title: t("invite.who"), cell: (v) => html`${who(v)}${v.shared && html`<span class="under">${t("invite.joined")} ${number(v.joined)}</span>`}` },
			{ title: t("role"), cell: (v) => html`<${RoleChip} role=${v.role} />${v.workspaces.length > 0 && html`<span class="under">${v.workspaces.map(title).join(", ")}</span>`}` },
			{ title: t("state"), cell: (v) => html`<${Chip} kind=${colours[v.state]}>${word("invitation", v.state)}<//>` },
			{ title: t("tokens.ends"), kind: "opt time", cell: (v) => html`<${Time} at=${v.expires} />` },
			{ title: t("invite.acts"), hidden: true, cell: acts },
		]} /><//>
		<${New} open=${open} done=${show} />
		<${Dialog} open=${shown} title=${t("invite.link")}><p>${t("tokens.once")}</p>${link && html`<${Copy} label=${t("invite.link")} value=${link} secret />`}
			<div class="buttons"><${Button} kind="main" onClick=${() => { shown.value = false; setLink(null); }}>${t("tokens.have")}<//></div><//>
		<${Ask} open=${revoke} title=${t("invite.revoke.ask")} button=${t("tokens.revoke")} done=${t("invite.revoked")}
			act=${async () => { await drop("/invitations/" + id(which.id)); list.reload(); }}><p>${which && who(which)}</p><//>
	<//>`;
}
