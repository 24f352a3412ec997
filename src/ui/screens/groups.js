// groups.js - what the identity providers say who belongs together.
import { html } from "../html.js";
import { all, get, id, query, useLoad, usePages } from "../api.js";
import { Chip, Empty, Facts, Link, Listing, Load, Notice, Page, Panel, Search, Select, Time } from "../all.js";
import { ask, route } from "../route.js";
import { matches, namesOne } from "../match.js";
import { number, t, tn, word } from "../text.js";
import { Gives, usePlaces } from "../rule.js";

function Unseen() {
	const of = useLoad(async () => {
		const [rules, groups] = await Promise.all([get("/rules"), all("/groups")]);
		return rules.rules.filter((r) => namesOne(r) && !groups.some((g) => matches(r, g)));
	});
	if (!of.data?.length)
		return null;
	return html`<${Notice} kind="warn" title=${tn("groups.unseen", of.data.length)} action=${html`<${Link} class="button" to="/rules">${t("screen.rules")}<//>`}>
		<p>${t("groups.unseen.text")} ${of.data.slice(0, 12).map((r) => html`<${Chip} key=${r.id}>${r.match.group}<//> `)}</p><//>`;
}

function Groups() {
	const q = route.value.query.get("q") || "", source = route.value.query.get("source") || "";
	const list = usePages(query("/groups", { q, source, limit: 50 }));
	return html`<${Page} title=${t("screen.groups")} lead=${t("groups.lead")} chips=${list.data && html`<${Chip}>${tn("groups.count", list.total)}<//>`}>
		<${Unseen} />
		<${Panel}>
			<div class="filters" role="search">
				<${Search} label=${t("groups.search")} value=${q} onSearch=${(v) => ask("q", v)} />
				<${Select} label=${t("source")} hidden value=${source} onInput=${(v) => ask("source", v)} options=${[["", t("source.any")], ...["scim", "ldap", "saml"].map((k) => [k, word("kind", k)])]} />
			</div>
			<${Listing} of=${list} caption=${t("screen.groups")} columns=${[
				{ title: t("name"), cell: (g) => html`<${Link} to=${"/groups/" + g.id}>${g.displayName}<//>` },
				{ title: t("members"), kind: "num", cell: (g) => number(g.members) },
				{ title: t("groups.pending"), kind: "num opt", cell: (g) => g.pending_members ? html`<${Chip} kind="warn">${number(g.pending_members)}<//>` : "–" },
				{ title: t("source"), kind: "opt", cell: (g) => html`${g.connection.name} <${Chip}>${word("kind", g.source)}<//>` },
				{ title: t("changed"), kind: "opt time", cell: (g) => html`<${Time} at=${g.changed} />` },
			]} empty=${html`<${Empty} title=${t(q || source ? "groups.nothing" : "groups.none")}><p>${t("groups.none.text")}</p><//>`} />
		<//>
	<//>`;
}

function Uses({ group }) {
	const rules = useLoad(() => get("/rules"));
	const places = usePlaces();
	return html`<${Panel} title=${t("groups.rules")}><${Load} of=${rules}>${(r) => {
		const sure = r.rules.filter((x) => matches(x, group));
		const maybe = r.rules.filter((x) => matches(x, group) === null);
		return html`${sure.length === 0 && html`<p class="mute">${t("groups.no.rules")}</p>`}
			<ul class="rows">${sure.map((x) => html`<li key=${x.id}><div><code>${x.id}</code><span class="under"><${Gives} of=${x.grant} places=${places} /></span></div></li>`)}</ul>
			${maybe.length > 0 && html`<p class="small mute">${t("groups.maybe")} ${maybe.map((x) => html`<code key=${x.id}>${x.id}</code> `)}</p>`}`;
	}}<//><//>`;
}

function Group({ args }) {
	const path = "/groups/" + id(args[0]);
	const list = usePages(path + "?limit=50");
	const g = list.data;
	return html`<${Page} title=${g ? g.displayName : t("screen.groups")} back=${html`<${Link} class="back" to="/groups">← ${t("screen.groups")}<//>`}
		chips=${g && html`<${Chip}>${word("kind", g.source)}<//><${Chip}>${tn("people.count", g.members)}<//>${g.pending_members > 0 && html`<${Chip} kind="warn">${tn("groups.expected", g.pending_members)}<//>`}`}>
		<${Load} of=${list}>${(x) => html`<div class="grid split">
			<div class="stack"><${Panel} title=${t("members")}>
				<${Listing} of=${list} caption=${t("members")} unit="people.count" columns=${[
					{ title: t("name"), cell: (u) => html`<${Link} to=${"/people/" + u.id}>${u.displayName || u.userName}<//>` },
					{ title: t("user"), cell: (u) => u.userName },
				]} empty=${html`<${Empty} title=${t("groups.empty")} />`} /><//></div>
			<div class="stack"><${Uses} group=${x} />
				<${Panel} title=${t("person.about")}><${Facts} of=${[[t("source"), html`<${Link} to=${`/connections/${x.source}/${x.connection.id}`}>${x.connection.name}<//>`], [t("external"), x.externalId && html`<code>${x.externalId}</code>`], [t("created"), html`<${Time} at=${x.created} exact />`], [t("changed"), html`<${Time} at=${x.changed} exact />`], [t("id"), html`<code>${x.id}</code>`]]} /><//></div>
		</div>`}<//>
	<//>`;
}

export default { name: "groups", group: "directory", icon: "groups", view: (rest) => [Groups, Group][rest.length] };
