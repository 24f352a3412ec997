// places.js - workspaces, and the projects in them.
import { html, useState } from "../html.js";
import { all, drop, get, id, me, patch, post, query, useLoad, usePages } from "../api.js";
import { Ask, Button, Check, Chip, Dialog, Empty, Facts, Field, Form, Link, Listing, Load, Page, Panel, RoleChip, Time, useSignalOf } from "../all.js";
import { go } from "../route.js";
import { t, tn, word } from "../text.js";

const whole = () => me.value.sees === "organization";

function Make({ open, title, save, more }) {
	const [text, setText] = useState("");
	return html`<${Dialog} open=${open} title=${title}>
		<${Form} button=${t("create")} act=${async () => { await save(text); open.value = false; setText(""); }} extra=${html`<${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//>`}>
			<${Field} label=${t("title")} value=${text} onInput=${setText} required maxlength="200" />${more}
		<//><//>`;
}

function Places() {
	const open = useSignalOf(false);
	const [personal, setPersonal] = useState(false);
	const list = usePages("/workspaces?limit=50");
	const projects = useLoad(() => all("/projects"));
	const of = (w) => (projects.data || []).filter((p) => p.workspace === w.id).length;
	return html`<${Page} title=${t("screen.places")} lead=${t("places.lead")} actions=${whole() && html`<${Button} kind="main" onClick=${() => { open.value = true; }}>${t("places.new")}<//>`}>
		<${Panel}><${Listing} of=${list} caption=${t("workspaces")} unit="places.count" columns=${[
			{ title: t("title"), cell: (w) => html`<${Link} to=${"/places/" + w.id}>${w.title}<//>${w.personal && html` <${Chip}>${t("places.personal")}<//>`}` },
			{ title: t("projects"), kind: "num", cell: (w) => (projects.data ? of(w) : "…") },
			{ title: t("created"), kind: "opt time", cell: (w) => html`<${Time} at=${w.created} />` },
			{ title: t("id"), kind: "opt", cell: (w) => html`<code class="mute">${w.id}</code>` },
		]} empty=${html`<${Empty} title=${t("places.none")}><p>${t("places.none.text")}</p><//>`} /><//>
		<${Make} open=${open} title=${t("places.new")} save=${async (title) => { const made = await post("/workspaces", { title, personal }); go("/places/" + made.id); }}
			more=${html`<${Check} label=${t("places.personal")} hint=${t("places.personal.text")} value=${personal} onInput=${setPersonal} />`} />
	<//>`;
}

function Members({ kind, of }) {
	const list = usePages(query("/users", { [kind]: of.id, limit: 50 }));
	const role = (u) => (kind === "workspace" ? u.workspaces : u.projects).find((p) => p.id === of.id)?.role;
	return html`<${Panel} title=${t("members")}><${Listing} of=${list} caption=${t("members")} unit="people.count" columns=${[
		{ title: t("name"), cell: (u) => html`<${Link} to=${"/people/" + u.id}>${u.displayName || u.userName}<//><span class="under">${u.userName}</span>` },
		{ title: t("places.role"), cell: (u) => (role(u) ? html`<${Chip}>${word("role", role(u))}<//>` : html`<span class="mute">–</span>`) },
		{ title: t("role"), kind: "opt", cell: (u) => html`<${RoleChip} role=${u.role} />` },
	]} empty=${html`<${Empty} title=${t("places.empty")}><p>${t("places.empty.text")}</p><//>`} /><//>`;
}

function Edit({ path, of, reload, back }) {
	const rename = useSignalOf(false), gone = useSignalOf(false);
	const [title, setTitle] = useState(of.title);
	return html`<div class="actions"><${Button} onClick=${() => { rename.value = true; }}>${t("rename")}<//><${Button} kind="risk" onClick=${() => { gone.value = true; }}>${t("delete")}<//></div>
		<${Dialog} open=${rename} title=${t("rename")}><${Form} button=${t("save")} done=${t("saved")} act=${async () => { await patch(path, { title }); rename.value = false; reload(); }}>
			<${Field} label=${t("title")} value=${title} onInput=${setTitle} required /><//><//>
		<${Ask} open=${gone} title=${t("places.delete.ask", { title: of.title })} button=${t("delete")} done=${t("deleted")} act=${async () => { await drop(path); go(back); }}><p>${t("places.delete.text")}</p><//>`;
}

function Workspace({ args }) {
	const path = "/workspaces/" + id(args[0]);
	const of = useLoad(() => get(path));
	const projects = usePages(query("/projects", { workspace: args[0], limit: 50 }));
	const open = useSignalOf(false);
	return html`<${Page} title=${of.data?.title || t("screen.places")} back=${html`<${Link} class="back" to="/places">← ${t("screen.places")}<//>`}
		actions=${whole() && of.data && html`<${Edit} path=${path} of=${of.data} reload=${of.reload} back="/places" />`}>
		<${Load} of=${of}>${(w) => html`<div class="grid split"><div class="stack">
			<${Panel} title=${t("projects")} actions=${whole() && html`<${Button} onClick=${() => { open.value = true; }}>${t("places.new.project")}<//>`}>
				<${Listing} of=${projects} caption=${t("projects")} columns=${[
					{ title: t("title"), cell: (p) => html`<${Link} to=${"/places/project/" + p.id}>${p.title}<//>` },
					{ title: t("created"), kind: "time", cell: (p) => html`<${Time} at=${p.created} />` },
				]} empty=${html`<${Empty} title=${t("places.no.projects")} />`} /><//>
			<${Members} kind="workspace" of=${w} /></div>
			<div class="stack"><${Panel} title=${t("person.about")}><${Facts} of=${[[t("created"), html`<${Time} at=${w.created} exact />`], [t("changed"), html`<${Time} at=${w.changed} exact />`], [t("places.personal"), t(w.personal ? "yes" : "no")], [t("id"), html`<code>${w.id}</code>`]]} /><//></div></div>
			<${Make} open=${open} title=${t("places.new.project")} save=${async (title) => { await post("/projects", { title, workspace: w.id }); projects.reload(); }} />`}<//>
	<//>`;
}

function Project({ args }) {
	const path = "/projects/" + id(args[1]);
	const of = useLoad(() => get(path));
	const back = of.data ? "/places/" + of.data.workspace : "/places";
	return html`<${Page} title=${of.data?.title || t("project")} back=${html`<${Link} class="back" to=${back}>← ${t("workspace")}<//>`}
		actions=${whole() && of.data && html`<${Edit} path=${path} of=${of.data} reload=${of.reload} back=${back} />`}>
		<${Load} of=${of}>${(p) => html`<div class="grid split"><div class="stack"><${Members} kind="project" of=${p} /></div>
			<div class="stack"><${Panel} title=${t("person.about")}><${Facts} of=${[[t("created"), html`<${Time} at=${p.created} exact />`], [t("changed"), html`<${Time} at=${p.changed} exact />`], [t("id"), html`<code>${p.id}</code>`]]} /><//></div></div>`}<//>
	<//>`;
}

export default {
	name: "places", group: "directory", icon: "places", managers: true,
	view: (rest) => (rest[0] === "project" ? rest.length === 2 && Project : [Places, Workspace][rest.length]),
};
