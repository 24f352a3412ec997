// plan.js - what a change of the rules would do to everybody, and doing exactly that.
import { html, useEffect, useState } from "../html.js";
import { get, id, post, postAsync, useAct, useLoad } from "../api.js";
import { Button, Chip, Empty, Link, Load, Notice, Page, Panel, Table, Time, Trouble, say } from "../all.js";
import { go, route } from "../route.js";
import { number, t, tn, word } from "../text.js";
import { usePlaces } from "../rule.js";
import { Named } from "../deeds.js";

const kinds = ["gained", "raised", "lowered", "lost", "deactivated", "waits"];
const colours = { gained: "ok", raised: "ok", lowered: "warn", lost: "bad", deactivated: "bad", waits: "warn" };

/** Makes a plan of a draft, or of a former revision, and goes there. */
export async function plan(body) {
	const made = await post("/rules/plan", body);
	go("/rules/plan/" + made.plan);
}

/** The same for one role ("" takes it back) or state of some people. */
export async function planPeople(users, what, word) {
	const made = await post("/people/plan", { users, [what]: word || null });
	go("/people/plan/" + made.plan);
}

/** Rules that hold already, and how many people follow them by now; reloads while it goes on. */
export function Rollout({ of, reload }) {
	useEffect(() => {
		if (!of)
			return undefined;
		const timer = setTimeout(reload, 500);
		return () => clearTimeout(timer);
	}, [of]);
	return of && html`<${Notice} title=${t("rollout.title")}><progress max=${of.total} value=${of.done} aria-label=${t("rollout.title")}></progress>
		<p class="small mute">${t("rollout.counts", { done: number(of.done), total: number(of.total) })}</p><//>`;
}

function SeatsMove({ of }) {
	const whole = Math.max(of.limit ?? 0, of.before, of.after, 1);
	const share = (n) => ({ width: `${(100 * n) / whole}%` });
	const row = (key, n, waiting) => html`<div><p class="row small"><strong>${t(key)}</strong> ${number(n)}${of.limit !== null && html`<span class="mute">/ ${number(of.limit)}</span>`}${waiting > 0 && html`<${Chip} kind="warn">${tn("plan.wait", waiting)}<//>`}</p>
		<div class="bar" aria-hidden="true"><i style=${share(n)}></i></div></div>`;
	return html`<div class="form">${row("plan.before", of.before, of.waiting_before)}${row("plan.after", of.after, of.waiting_after)}</div>`;
}

function Changes({ of, path }) {
	const [here, setHere] = useState(kinds.find((k) => of.changes.some((c) => c.change === k)) || "gained");
	const [items, setItems] = useState(of.changes);
	const [next, setNext] = useState(of.next);
	const more = useAct(async () => { const page = await get(`${path}?after=${id(next)}`); setItems([...items, ...page.changes]); setNext(page.next); });
	const places = usePlaces();
	const title = (target) => [...(places.data?.workspaces || []), ...(places.data?.projects || [])].find((p) => p.id === target)?.title || target;
	const shown = items.filter((c) => c.change === here);
	return html`<${Panel} title=${t("plan.changes")}>
		<div class="tabs" role="group" aria-label=${t("plan.changes")}>${kinds.map((k) => html`<button key=${k} type="button" aria-pressed=${k === here ? "true" : "false"} onClick=${() => setHere(k)}>${word("change", k)} ${number(k in of.users ? of.users[k] : items.filter((c) => c.change === k).length)}</button>`)}</div>
		<${Table} caption=${word("change", here)} rows=${shown.map((c, i) => ({ ...c, id: i }))} empty=${html`<${Empty} title=${t("plan.nobody")} />`} columns=${[
			{ title: t("name"), cell: (c) => html`<${Link} to=${"/people/" + c.user}>${c.userName}<//>` },
			{ title: t("scope"), cell: (c) => (c.scope === "org" ? t("scope.org") : html`${word("scope", c.scope)} ${title(c.target)}`) },
			{ title: t("audit.before"), cell: (c) => (c.before ? html`<${Chip}>${word("role", c.before)}<//>` : "–") },
			{ title: t("audit.after"), cell: (c) => (c.after ? html`<${Chip} kind=${colours[c.change]}>${word("role", c.after)}<//>` : "–") },
			{ title: t("plan.because"), cell: (c) => html`${c.because === "manual" ? word("kind", "manual") : c.because ? html`<code>${c.because}</code>` : "–"}${c.group && html`<span class="under"><${Named} kind="group" of=${c.group} /></span>`}` },
		]} />
		${next && html`<div class="below"><p class="mute">${t("listing.some", { n: items.length, total: of.total })}</p><${Button} busy=${more.busy} onClick=${() => more.run()}>${t("listing.more")}<//></div>`}
		<${Trouble} problem=${more.problem} />
	<//>`;
}

function Moved({ of }) {
	const moved = of.body?.moved;
	if (!moved)
		return html`<${Trouble} problem=${of} />`;
	return html`<${Notice} kind="warn" title=${of.title}><p>${of.message}</p>
		${moved.base_revision && html`<p>${t("plan.moved.rules", moved.base_revision)}</p>`}
		${moved.changes && html`<ul class="plain">${moved.changes.slice(0, 10).map((c, i) => html`<li key=${i}>${c.userName || c.user}: ${t("plan.moved.one", { planned: word("role", c.planned?.after ?? "") || "–", now: word("role", c.now?.after ?? "") || "–" })}</li>`)}</ul>`}<//>`;
}

function View({ of, path, home, reload }) {
	const people = home === "/people";
	const did = people ? t("people.applied") : t("rules.applied", { n: of.revision });
	const apply = useAct(async () => {
		const order = { plan: of.plan, hash: of.hash };
		const done = await (people ? post("/people/apply", order) : postAsync("/rules/apply", order));
		say(people ? did : t("rules.applied", { n: done.revision }));
		reload();
	});
	const undo = useAct(() => plan(of.base_revision ? { revision: of.base_revision } : { rules: [], base_revision: of.revision }));
	const failed = of.tests?.failed || [];
	return html`
		${of.state === "applied" && html`<${Notice} kind="ok" title=${did} action=${html`<div class="actions">${!people && html`<${Button} busy=${undo.busy} onClick=${() => undo.run()}>${t("plan.undo")}<//>`}<${Link} class="button" to=${home}>${t(people ? "screen.people" : "screen.rules")}<//></div>`} />`}
		<${Rollout} of=${of.rollout} reload=${reload} />
		<${Trouble} problem=${undo.problem} />
		${["expired", "outdated"].includes(of.state) && html`<${Notice} kind="warn">${t("plan." + of.state)}<//>`}
		${apply.problem && html`<${Moved} of=${apply.problem} />`}
		${failed.map((f) => html`<${Notice} key=${f.test} kind="bad" title=${t("plan.test", { name: f.test })}>${f.why}<//>`)}
		<div class="grid">
			<${Panel} title=${t("plan.people")}><dl class="figures">${["gained", "raised", "lowered", "lost", "deactivated"].map((k) => html`<div key=${k}><dt>${word("change", k)}</dt><dd>${number(of.users[k])}</dd></div>`)}</dl><//>
			<${Panel} title=${t("overview.seats")}><${SeatsMove} of=${of.seats} /><//>
			${of.warnings.length > 0 && html`<${Panel} wide title=${t("plan.warnings", { n: number(of.warnings.length + of.warnings_left_out) })}><ul class="rows">${of.warnings.map((w, i) => html`<li key=${i}><div><${Chip} kind="warn">${word("warning", w.kind)}<//><span class="under" lang="en">${w.text}</span></div>${w.rule && html`<code>${w.rule}</code>`}</li>`)}</ul><//>`}
			${of.workspaces?.length > 0 && html`<${Panel} wide title=${t("plan.workspaces")}><p>${of.workspaces.join(", ")}</p><//>`}
		</div>
		${of.state === "open" && html`<div class="buttons"><${Link} class="button" to=${home}>${t("cancel")}<//><${Button} kind="main" busy=${apply.busy || failed.length > 0} onClick=${() => apply.run()}>${t("rules.apply")}<//></div>`}
		<${Changes} of=${of} path=${path} />`;
}

export function Plan({ args }) {
	const path = "/rules/plan/" + id(args[1]);
	const home = "/" + route.value.parts[0];
	const of = useLoad(() => get(path));
	return html`<${Page} title=${t("plan.title")} lead=${t("plan.lead")} back=${html`<${Link} class="back" to=${home}>← ${t(home === "/people" ? "screen.people" : "screen.rules")}<//>`}
		chips=${of.data && html`<${Chip}>${t("plan.base", { n: of.data.base_revision })}<//><${Chip}>${t("tokens.ends")} <${Time} at=${of.data.expires} /><//>`}>
		<${Load} of=${of}>${(p) => html`<${View} key=${p.state} of=${p} path=${path} home=${home} reload=${of.reload} />`}<//>
	<//>`;
}
