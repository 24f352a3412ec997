// people.js - who there is, and everything about one of them.
import { html, useState } from "../html.js";
import { all, drop, get, id, me, patch, post, query, useAct, useLoad, usePages } from "../api.js";
import { Ask, Button, Chip, Copy, Dialog, Empty, Facts, Field, Form, Link, Listing, Load, Notice, Page, Panel, RoleChip, Search, Select, StateChip, Table, Time, Trouble, say, useSignalOf } from "../all.js";
import { ask, go, route } from "../route.js";
import { number, t, tn, word } from "../text.js";
import { Weeks } from "../draw.js";
import { Invitations } from "./invite.js";
import { Plan, planPeople } from "./plan.js";

const states = ["active", "pending", "deactivated"];
const roles = ["OW", "AD", "MA", "RE", "AN", "NO", "DI"];
const given = ["AN", "RE", "MA", "AD"];
const sources = ["scim", "ldap", "saml", "manual"];

const options = (kind, words, any) => [["", any], ...words.map((w) => [w, word(kind, w)])];

/** What becomes of all who are picked: seen before it is done. */
function Picked({ ids, clear, all: whole }) {
	const [what, setWhat] = useState("role:AN");
	const see = useAct(() => planPeople(ids, ...what.split(":")));
	return html`<div class="filters" role="group" aria-label=${t("people.picked")}>
		<${Chip} kind="info">${tn("people.picked", ids.length)}<//>
		<${Select} label=${t("people.change")} hidden value=${what} onInput=${setWhat} options=${[
			...given.map((r) => ["role:" + r, t("people.give", { role: word("role", r) })]), ["role:", t("people.take")],
			["state:active", t("person.activate.button")], ["state:deactivated", t("person.deactivate.button")]]} />
		<${Button} busy=${see.busy} onClick=${() => see.run()}>${t("plan.make")}<//>
		<${Button} kind="quiet" onClick=${whole}>${t("people.pick.all")}<//><${Button} kind="quiet" onClick=${clear}>${t("people.unpick")}<//>
		<${Trouble} problem=${see.problem} /></div>`;
}

function People() {
	const [picked, setPicked] = useState([]);
	const whole = me.value.sees === "organization";
	const pick = (u) => (e) => setPicked(e.currentTarget.checked ? [...picked, u.id] : picked.filter((p) => p !== u.id));
	const asked = Object.fromEntries(["q", "state", "role", "source"].map((k) => [k, route.value.query.get(k) || ""]));
	const list = usePages(query("/users", { ...asked, limit: 50 }));
	const plain = !Object.values(asked).some(Boolean);
	return html`<${Page} title=${t("screen.people")} lead=${me.value.sees === "workspaces" ? t("people.own") : null}
		actions=${whole && html`<${Link} class="button" to="/people/invitations">${t("invite.button")}<//>`}
		chips=${list.data && html`<${Chip}>${tn("people.count", list.total)}<//>`}>
		<${Panel}>
			<div class="filters" role="search">
				<${Search} label=${t("people.search")} value=${asked.q} onSearch=${(v) => ask("q", v)} />
				<${Select} label=${t("state")} hidden value=${asked.state} options=${options("state", states, t("state.any"))} onInput=${(v) => ask("state", v)} />
				<${Select} label=${t("role")} hidden value=${asked.role} options=${options("role", roles, t("role.any"))} onInput=${(v) => ask("role", v)} />
				<${Select} label=${t("source")} hidden value=${asked.source} options=${options("kind", sources, t("source.any"))} onInput=${(v) => ask("source", v)} />
			</div>
			${picked.length > 0 && html`<${Picked} ids=${picked} clear=${() => setPicked([])} all=${() => setPicked([...new Set([...picked, ...list.items.filter((u) => !u.owner).map((u) => u.id)])])} />`}
			<${Listing} of=${list} caption=${t("screen.people")} columns=${[
				{ title: t("name"), cell: (u) => html`<div class=${whole ? "picks" : ""}>${whole && !u.owner && html`<input class="pick" type="checkbox" aria-label=${t("people.pick", { who: u.displayName || u.userName })} checked=${picked.includes(u.id)} onChange=${pick(u)} />`}
					<div><${Link} to=${"/people/" + u.id}>${u.displayName || u.userName}<//>${u.displayName && html`<span class="under">${u.userName}</span>`}</div></div>` },
				{ title: t("role"), cell: (u) => html`<${RoleChip} role=${u.role} />` },
				{ title: t("state"), kind: me.value.sees === "organization" ? "opt" : "", cell: (u) => html`<${StateChip} state=${u.state} />${u.waiting_since && html` <${Chip} kind="warn">${t("waiting.seat")}<//>`}` },
				{ title: t("groups"), kind: "opt", cell: (u) => u.groups.length ? html`${u.groups.slice(0, 2).map((g) => g.name).join(", ")}${u.groups.length > 2 ? ` +${u.groups.length - 2}` : ""}` : html`<span class="mute">–</span>` },
				{ title: t("source"), kind: "opt", cell: (u) => u.source === "manual" ? word("kind", u.source) : u.connection.name },
				{ title: t("changed"), kind: "opt time", cell: (u) => html`<${Time} at=${u.changed} />` },
			]} empty=${plain
				? html`<${Empty} title=${t("people.none")}><p>${t("people.none.text")}</p><//>`
				: html`<${Empty} title=${t("people.nothing")}><p>${t("people.nothing.text")}</p><//>`} />
		<//>
	<//>`;
}

// ---- one person ----------------------------------------------------------------

function target(g, user) {
	if (g.scope === "org")
		return t("scope.org");
	const list = g.scope === "workspace" ? user.workspaces : user.projects;
	const place = list.find((p) => p.id === g.target);
	return html`${word("scope", g.scope)} <${Link} to=${(g.scope === "workspace" ? "/places/" : "/places/project/") + g.target}>${place?.title || g.target}<//>`;
}

function Origin({ of }) {
	if (of.origin === "rule")
		return html`<span class="row"><${Chip} kind="info">${t("origin.rule", { rule: of.rule })}<//>${of.group && html`<${Link} to=${"/groups/" + of.group}>${of.group_name || of.group}<//>`}${of.source_name && html`<${Chip}>${of.source_name}<//>`}</span>
			<span class="under">${t("origin.revision", { n: of.revision })}</span>`;
	return html`<${Chip}>${t("origin.manual")}<//>${of.by && html`<span class="under">${of.by}</span>`}`;
}

function Roles({ user }) {
	const why = useLoad(() => get(`/users/${id(user.id)}/explain`), [user]);
	return html`<${Panel} wide title=${t("person.roles")} lead=${why.data && html`<span lang="en">${why.data.summary.replace(/ \(hold [0-9a-f-]{36}\)/g, "")}</span>`}><${Load} of=${why}>${(x) => html`
		${x.holds.map((h) => html`<${Notice} key=${h} kind="warn" action=${html`<${Link} class="button" to=${"/holds/" + h}>${t("person.hold.look")}<//>`}>${t("person.held")}<//>`)}
		<${Table} caption=${t("person.roles")} rows=${x.grants} empty=${html`<${Empty} title=${t("person.no.grants")} />`} columns=${[
			{ title: t("scope"), cell: (g) => target(g, user) },
			{ title: t("role"), cell: (g) => html`<${Chip} kind=${g.counts ? g.role : ""}>${word("role", g.role)}<//>` },
			{ title: t("person.origin"), cell: (g) => html`<${Origin} of=${g} />` },
			{ title: t("person.counts"), cell: (g) => g.counts ? html`<${Chip} kind="ok">${t("person.counts")}<//>` : html`<span class="mute">${g.lost_to || t("person.lost")}</span>` },
			{ title: t("since"), kind: "opt time", cell: (g) => html`<${Time} at=${g.since} />` },
		]} />`}<//><//>`;
}

/** What a membership would do, said by the server, done to nobody. */
function WhatIf({ user }) {
	const [group, setGroup] = useState("");
	const [join, setJoin] = useState(null);
	const groups = useLoad(() => all("/groups"));
	return html`<${Panel} title=${t("plan.if")} lead=${t("plan.if.text")}>
		<${Form} button=${t("plan.if.show")} kind="" act=${async () => setJoin((await get(query(`/users/${id(user.id)}/explain`, { group }))).join)}>
			<${Field} label=${t("plan.if.group")} value=${group} onInput=${setGroup} required list="groups-to-join" autocomplete="off" /><//>
		<datalist id="groups-to-join">${(groups.data || []).slice(0, 500).map((g) => html`<option key=${g.id} value=${g.displayName} />`)}</datalist>
		<div aria-live="polite">${join && html`${join.waits && html`<${Notice} kind="warn">${t("plan.if.waits")}<//>`}
			${join.changes.length === 0 && html`<p class="mute">${t("plan.if.nothing")}</p>`}
			<ul class="rows">${join.changes.map((c, i) => html`<li key=${i}><span>${c.scope === "org" ? t("scope.org") : word("scope", c.scope)}</span><span>${c.before ? word("role", c.before) : "–"} → <${Chip} kind=${c.after}>${c.after ? word("role", c.after) : "–"}<//></span></li>`)}</ul>`}</div>
	<//>`;
}

function Sessions({ user }) {
	const list = useLoad(() => get(query("/sessions", { user: user.id })));
	const end = useAct(async (path) => { await drop(path); say(t("sessions.ended")); list.reload(); });
	return html`<${Panel} title=${t("person.sessions")} actions=${list.data?.items.length > 0 && html`<${Button} busy=${end.busy} onClick=${() => end.run(`/users/${id(user.id)}/sessions`)}>${t("sessions.end.all")}<//>`}>
		<${Trouble} problem=${end.problem} />
		<${Load} of=${list}>${(l) => html`${l.items.length === 0 && html`<p class="mute">${t("sessions.none")}</p>`}
			<ul class="rows">${l.items.map((s) => html`<li key=${s.id}><div>${[word("method", s.method), s.address].filter(Boolean).join(" · ")}<span class="under">${s.agent || ""}</span><span class="under">${t("sessions.seen")} <${Time} at=${s.last_seen} /></span></div>
				<${Button} kind="quiet" busy=${end.busy} onClick=${() => end.run("/sessions/" + id(s.id))}>${t("sessions.end")}<//></li>`)}</ul>`}<//>
	<//>`;
}

function History({ user }) {
	const work = useLoad(async () => {
		const [weeks, report] = await Promise.all([get(query("/annotations/weeks", { user: user.id })), get(query("/annotations/report", { user: user.id }))]);
		return { weeks: weeks.items, report: report.items };
	});
	return html`<${Panel} wide title=${t("person.history")} lead=${t("person.history.lead")}><${Load} of=${work}>${(w) => w.weeks.length === 0
		? html`<${Empty} title=${t("person.no.history")} />`
		: html`<${Weeks} items=${w.weeks} />
		<${Table} caption=${t("person.projects")} rows=${w.report.map((r) => ({ ...r, id: r.user + r.project }))} columns=${[
			{ title: t("project"), cell: (r) => r.project },
			{ title: t("weeks.annotations"), kind: "num", cell: (r) => number(r.annotations) },
			{ title: t("person.first"), kind: "opt time", cell: (r) => html`<${Time} at=${r.first} />` },
			{ title: t("person.last"), kind: "time", cell: (r) => html`<${Time} at=${r.last} />` },
		]} />`}<//><//>`;
}

function Belongs({ user }) {
	const place = (p, scope) => html`<li key=${p.id}><${Link} to=${(scope === "workspace" ? "/places/" : "/places/project/") + p.id}>${p.title || p.id}<//><${Chip}>${word("role", p.role)}<//></li>`;
	return html`<${Panel} title=${t("person.belongs")}>
		<h3>${t("groups")}</h3>
		${user.groups.length === 0 ? html`<p class="mute">${t("none")}</p>` : html`<ul class="rows">${user.groups.map((g) => html`<li key=${g.id}>${me.value.sees === "workspaces" ? g.name : html`<${Link} to=${"/groups/" + g.id}>${g.name}<//>`}<span class="mute small">${g.source}</span></li>`)}</ul>`}
		<h3>${t("workspaces")}</h3>
		${user.workspaces.length === 0 ? html`<p class="mute">${t("none")}</p>` : html`<ul class="rows">${user.workspaces.map((p) => place(p, "workspace"))}</ul>`}
		<h3>${t("projects")}</h3>
		${user.projects.length === 0 ? html`<p class="mute">${t("none")}</p>` : html`<ul class="rows">${user.projects.map((p) => place(p, "project"))}</ul>`}
	<//>`;
}

function Change({ user, open, reload }) {
	const [role, setRole] = useState("");
	const [scope, setScope] = useState("org");
	const [place, setPlace] = useState("");
	const places = useLoad(async () => scope === "org" ? [] : all(scope === "workspace" ? "/workspaces" : "/projects"), [scope, open.value]);
	const words = scope === "org" ? given : scope === "workspace" ? ["member", "manager"] : ["AN", "RE", "Inherit"];
	const save = async () => {
		const what = scope === "org" ? { org_role: role || words[0] } : { [scope]: place || places.data?.[0]?.id, role: role || words[0] };
		await post("/grants", { user: user.id, ...what });
		open.value = false;
		reload();
	};
	return html`<${Dialog} open=${open} title=${t("person.give")}><p class="mute">${t("person.give.text")}</p>
		<${Form} act=${save} button=${t("person.give.button")} done=${t("person.given")} extra=${html`<${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//>`}>
			<${Select} label=${t("scope")} value=${scope} onInput=${(v) => { setScope(v); setRole(""); setPlace(""); }} options=${["org", "workspace", "project"].map((s) => [s, word("scope", s)])} />
			${scope !== "org" && html`<${Select} label=${word("scope", scope)} value=${place} onInput=${setPlace} options=${(places.data || []).map((p) => [p.id, p.title])} />`}
			<${Select} label=${t("role")} value=${role || words[0]} onInput=${setRole} options=${words.map((w) => [w, word("role", w)])} />
		<//>
	<//>`;
}

function Given({ user, reload }) {
	const list = useLoad(() => get(query("/grants", { user: user.id })), [user.changed]);
	const take = useAct(async (g) => { await drop("/grants/" + id(g.id)); say(t("person.taken")); list.reload(); reload(); });
	const open = useSignalOf(false);
	return html`<${Panel} title=${t("person.manual")} actions=${html`<${Button} onClick=${() => { open.value = true; }}>${t("person.give.short")}<//>`}>
		<${Trouble} problem=${take.problem} />
		<${Load} of=${list}>${(l) => html`${l.items.length === 0 && html`<p class="mute">${t("person.no.manual")}</p>`}
			<ul class="rows">${l.items.map((g) => html`<li key=${g.id}><div>${g.scope === "org" ? t("scope.org") : g.title}<span class="under">${word("role", g.org_role || g.role)}</span></div>
				<${Button} kind="quiet" busy=${take.busy} onClick=${() => take.run(g)} aria-label=${t("person.take.what", { what: word("role", g.org_role || g.role) })}>${t("person.take")}<//></li>`)}</ul>`}<//>
		<${Change} ...${{ user, open }} reload=${() => { list.reload(); reload(); }} />
	<//>`;
}

function Acts({ user, reload }) {
	const off = useSignalOf(false), gone = useSignalOf(false), erase = useSignalOf(false), link = useSignalOf(false);
	const [url, setUrl] = useState(null);
	const on = useAct(async () => { await patch("/users/" + id(user.id), { state: "active" }); say(t("person.activated")); reload(); });
	const make = useAct(async () => { setUrl((await post(`/users/${id(user.id)}/password-link`)).url); link.value = true; });
	const who = user.displayName || user.userName;
	if (user.owner)
		return html`<${Notice} title=${t("person.owner")}>${t("person.owner.text")}<//>`;
	return html`<${Panel} title=${t("person.acts")}>
		<${Trouble} problem=${on.problem} /><${Trouble} problem=${make.problem} />
		<ul class="rows">
			${user.state === "deactivated"
				? html`<li><div>${t("person.activate")}<span class="under">${t("person.activate.text")}</span></div><${Button} busy=${on.busy} onClick=${() => on.run()}>${t("person.activate.button")}<//></li>`
				: html`<li><div>${t("person.deactivate")}<span class="under">${t("person.deactivate.text")}</span></div><${Button} kind="risk" onClick=${() => { off.value = true; }}>${t("person.deactivate.button")}<//></li>`}
			${["AD"].includes(user.role) && html`<li><div>${t("person.link")}<span class="under">${t("person.link.text")}</span></div><${Button} busy=${make.busy} onClick=${() => make.run()}>${t("person.link.button")}<//></li>`}
			<li><div>${t("person.delete")}<span class="under">${t("person.delete.text")}</span></div><${Button} kind="risk" onClick=${() => { gone.value = true; }}>${t("person.delete.button")}<//></li>
			<li><div>${t("person.erase")}<span class="under">${t("person.erase.text")}</span></div><${Button} kind="risk" onClick=${() => { erase.value = true; }}>${t("person.erase.button")}<//></li>
		</ul>
		<${Ask} open=${off} title=${t("person.deactivate.ask", { who })} button=${t("person.deactivate.button")} done=${t("person.deactivated")}
			act=${async () => { await patch("/users/" + id(user.id), { state: "deactivated" }); reload(); }}><p>${t("person.deactivate.means")}</p><//>
		<${Ask} open=${gone} title=${t("person.delete.ask", { who })} button=${t("person.delete.button")} done=${t("person.deleted")}
			act=${async () => { await drop("/users/" + id(user.id)); go("/people"); }}><p>${t("person.delete.means")}</p><//>
		<${Ask} open=${erase} typed=${user.userName} title=${t("person.erase.ask", { who })} button=${t("person.erase.button")} done=${t("person.erased")}
			act=${async () => { await post(`/users/${id(user.id)}/erase`); go("/people"); }}><p>${t("person.erase.means")}</p><//>
		<${Dialog} open=${link} title=${t("person.link")}><p>${t("person.link.once")}</p>${url && html`<${Copy} label=${t("person.link")} value=${url} secret />`}
			<div class="buttons"><${Button} kind="main" onClick=${() => { link.value = false; setUrl(null); }}>${t("close")}<//></div><//>
	<//>`;
}

function Person({ args }) {
	const user = useLoad(() => get("/users/" + id(args[0])));
	const whole = me.value.sees === "organization";
	const u = user.data;
	return html`<${Page} title=${u ? u.displayName || u.userName : t("screen.people")} lead=${u?.userName}
		back=${html`<${Link} class="back" to="/people">← ${t("screen.people")}<//>`}
		chips=${u && html`<${RoleChip} role=${u.role} /><${StateChip} state=${u.state} />${u.seat && html`<${Chip}>${t("seat.held")}<//>`}${u.waiting_since && html`<${Chip} kind="warn">${t("waiting.seat")}<//>`}`}>
		<${Load} of=${user}>${(x) => html`<div class="grid split">
			<div class="stack">
				${whole && html`<${Roles} user=${x} />`}
				${whole && html`<${History} user=${x} />`}
				${whole && html`<${WhatIf} user=${x} />`}
				<${Belongs} user=${x} />
			</div>
			<div class="stack">
				<${Panel} title=${t("person.about")}><${Facts} of=${[
					[t("mail"), x.email], [t("external"), x.externalId && html`<code>${x.externalId}</code>`],
					[t("source"), x.source === "manual" ? word("kind", x.source) : x.connection.name], [t("created"), html`<${Time} at=${x.created} exact />`],
					[t("changed"), html`<${Time} at=${x.changed} exact />`], [t("id"), html`<code>${x.id}</code>`],
				]} />${whole && html`<p><${Link} to=${"/audit?target=" + x.id}>${t("person.trail")}<//></p>`}<//>
				${whole && html`<${Given} user=${x} reload=${user.reload} />`}
				${whole && html`<${Sessions} user=${x} />`}
				${whole && html`<${Acts} user=${x} reload=${user.reload} />`}
			</div>
		</div>`}<//>
	<//>`;
}

export default { name: "people", group: "directory", icon: "people", managers: true, view: (rest) => (rest[0] === "invitations" && rest.length === 1 ? Invitations : rest[0] === "plan" && rest.length === 2 ? Plan : [People, Person][rest.length]) };
