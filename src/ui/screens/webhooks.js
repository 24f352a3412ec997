// webhooks.js - endpoints that are told what happens, and what they have not taken.
import { html, useState } from "../html.js";
import { drop, get, id, patch, post, query, useAct, useLoad, usePages } from "../api.js";
import { Ask, Button, Check, Chip, Copy, Dialog, Empty, Facts, Field, Form, Link, Listing, Load, Notice, Page, Panel, Select, Table, Time, Trouble, say, useSignalOf } from "../all.js";
import { ask, go, route } from "../route.js";
import { number, t, word } from "../text.js";

function State({ of }) {
	if (of.paused)
		return html`<${Chip} kind="warn">${t("webhooks.paused")}<//>`;
	if (of.failures > 0)
		return html`<${Chip} kind="bad">${t("webhooks.failing")}<//>`;
	return html`<${Chip} kind="ok">${t("webhooks.good")}<//>`;
}

/** A secret that is shown once. */
function Secret({ open, of }) {
	return html`<${Dialog} open=${open} title=${t("webhooks.secret")}><p>${t("tokens.once")}</p>${of && html`<${Copy} label=${t("webhooks.secret")} value=${of} secret />`}
		<div class="buttons"><${Button} kind="main" onClick=${() => { open.value = false; }}>${t("tokens.have")}<//></div><//>`;
}

function Webhooks() {
	const of = useLoad(() => get("/webhooks"));
	const open = useSignalOf(false), shown = useSignalOf(false);
	const [draft, set] = useState({ name: "", url: "", events: "*" });
	const [secret, setSecret] = useState(null);
	const make = async () => {
		const made = await post("/webhooks", { name: draft.name, url: draft.url, events: draft.events.split(/[\s,]+/).filter(Boolean) });
		open.value = false;
		setSecret(made.secret);
		shown.value = true;
		of.reload();
	};
	const put = (k) => (v) => set({ ...draft, [k]: v });
	return html`<${Page} title=${t("screen.webhooks")} lead=${t("webhooks.lead")} actions=${html`<${Button} kind="main" onClick=${() => { open.value = true; }}>${t("webhooks.new")}<//>`}>
		<${Panel}><${Load} of=${of}>${(l) => html`<${Table} caption=${t("screen.webhooks")} rows=${l.items} empty=${html`<${Empty} title=${t("webhooks.none")}><p>${t("webhooks.none.text")}</p><//>`} columns=${[
			{ title: t("name"), cell: (w) => html`<${Link} to=${"/webhooks/" + w.id}>${w.name || w.url}<//><span class="under">${w.url}</span>` },
			{ title: t("state"), cell: (w) => html`<${State} of=${w} />` },
			{ title: t("webhooks.waiting"), kind: "num opt", cell: (w) => number(w.waiting) },
			{ title: t("webhooks.dead"), kind: "num", cell: (w) => (w.dead ? html`<${Chip} kind="bad">${number(w.dead)}<//>` : "0") },
			{ title: t("webhooks.delivered"), kind: "opt time", cell: (w) => html`<${Time} at=${w.delivered} />` },
		]} />`}<//><//>
		<${Dialog} open=${open} title=${t("webhooks.new")}><${Form} act=${make} button=${t("create")} extra=${html`<${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//>`}>
			<${Field} label=${t("name")} value=${draft.name} onInput=${put("name")} required />
			<${Field} label=${t("webhooks.url")} type="url" placeholder="https://" value=${draft.url} onInput=${put("url")} required />
			<${Field} label=${t("webhooks.events")} hint=${t("webhooks.events.hint")} value=${draft.events} onInput=${put("events")} /><//><//>
		<${Secret} open=${shown} of=${secret} />
	<//>`;
}

function Deliveries({ of, reload }) {
	const which = route.value.query.get("delivery") || "";
	const list = usePages(query(`/webhooks/${id(of.id)}/deliveries`, { delivery: which, limit: 50 }), [of.id, which, of.dead, of.waiting]);
	const again = useAct(async (one) => { await post(`/webhooks/${id(of.id)}/redeliver`, one ? { delivery: one } : {}); say(t("webhooks.sent")); list.reload(); reload(); });
	return html`<${Panel} title=${t("webhooks.deliveries")} actions=${of.dead > 0 && html`<${Button} busy=${again.busy} onClick=${() => again.run()}>${t("webhooks.again.all")}<//>`}>
		<div class="filters"><${Select} label=${t("state")} hidden value=${which} onInput=${(v) => ask("delivery", v)} options=${[["", t("state.any")], ["waiting", word("delivery", "waiting")], ["dead", word("delivery", "dead")]]} /></div>
		<${Trouble} problem=${again.problem} />
		<${Listing} of=${list} caption=${t("webhooks.deliveries")} columns=${[
			{ title: t("webhooks.event"), cell: (d) => html`${d.type}<span class="under">${d.error || ""}</span>` },
			{ title: t("state"), cell: (d) => html`<${Chip} kind=${d.state === "dead" ? "bad" : "warn"}>${word("delivery", d.state)}<//>` },
			{ title: t("webhooks.tries"), kind: "num", cell: (d) => number(d.tries) },
			{ title: t("webhooks.next"), kind: "opt time", cell: (d) => html`<${Time} at=${d.next} />` },
			{ title: t("actions"), hidden: true, kind: "act", cell: (d) => d.state === "dead" && html`<${Button} kind="quiet" busy=${again.busy} onClick=${() => again.run(d.id)}>${t("webhooks.again")}<//>` },
		]} empty=${html`<${Empty} title=${t("webhooks.all.taken")}><p>${t("webhooks.all.taken.text")}</p><//>`} /><//>`;
}

function Edit({ of, reload }) {
	const [draft, set] = useState({ name: of.name, url: of.url, events: of.events.join(" "), paused: of.paused });
	const put = (k) => (v) => set({ ...draft, [k]: v });
	return html`<${Panel} title=${t("connections.settings")}><${Form} button=${t("save")} done=${t("saved")} act=${async () => { await patch("/webhooks/" + id(of.id), { ...draft, events: draft.events.split(/[\s,]+/).filter(Boolean) }); reload(); }}>
		<${Field} label=${t("name")} value=${draft.name} onInput=${put("name")} required /><${Field} label=${t("webhooks.url")} type="url" value=${draft.url} onInput=${put("url")} required />
		<${Field} label=${t("webhooks.events")} hint=${t("webhooks.events.hint")} value=${draft.events} onInput=${put("events")} /><${Check} label=${t("webhooks.pause")} value=${draft.paused} onInput=${put("paused")} /><//><//>`;
}

function Webhook({ args }) {
	const path = "/webhooks/" + id(args[0]);
	const of = useLoad(() => get(path));
	const shown = useSignalOf(false), turn = useSignalOf(false), gone = useSignalOf(false);
	const [secret, setSecret] = useState(null);
	const test = useAct(async () => { await post(path + "/test"); say(t("webhooks.sent")); of.reload(); });
	const w = of.data;
	return html`<${Page} title=${w?.name || w?.url || t("screen.webhooks")} lead=${w?.url} back=${html`<${Link} class="back" to="/webhooks">← ${t("screen.webhooks")}<//>`} chips=${w && html`<${State} of=${w} />`}
		actions=${w && html`<${Button} busy=${test.busy} onClick=${() => test.run()}>${t("webhooks.test")}<//><${Button} onClick=${() => { turn.value = true; }}>${t("webhooks.rotate")}<//><${Button} kind="risk" onClick=${() => { gone.value = true; }}>${t("delete")}<//>`}>
		<${Trouble} problem=${test.problem} />
		<${Load} of=${of}>${(x) => html`${x.paused_reason && html`<${Notice} kind="warn">${x.paused_reason}<//>`}${x.last_error && html`<${Notice} kind="bad" title=${t("webhooks.last.error")}>${x.last_error}<//>`}
			<div class="grid split"><div class="stack"><${Deliveries} of=${x} reload=${of.reload} /></div>
			<div class="stack"><${Panel} title=${t("person.about")}><${Facts} of=${[[t("webhooks.waiting"), number(x.waiting)], [t("webhooks.dead"), number(x.dead)], [t("webhooks.delivered"), html`<${Time} at=${x.delivered} />`], x.old_secret_until && [t("webhooks.old"), html`<${Time} at=${x.old_secret_until} />`], [t("created"), html`<${Time} at=${x.created} exact />`]]} /><//>
				<${Edit} key=${x.changed} of=${x} reload=${of.reload} /></div></div>`}<//>
		<${Ask} open=${turn} kind="main" title=${t("webhooks.rotate")} button=${t("webhooks.rotate")} act=${async () => { setSecret((await post(path + "/rotate")).secret); shown.value = true; of.reload(); }}><p>${t("webhooks.rotate.text")}</p><//>
		<${Ask} open=${gone} title=${t("webhooks.delete.ask")} button=${t("delete")} done=${t("deleted")} act=${async () => { await drop(path); go("/webhooks"); }}><p>${t("webhooks.delete.text")}</p><//>
		<${Secret} open=${shown} of=${secret} />
	<//>`;
}

export default { name: "webhooks", group: "record", icon: "webhooks", view: (rest) => [Webhooks, Webhook][rest.length] };
