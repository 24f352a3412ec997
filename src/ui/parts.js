// parts.js - the pieces that every screen is made of.
import { html, signal, useEffect, useId, useRef, useState } from "./html.js";
import { ago, exactly, moment, t, tn, word } from "./text.js";
import { useAct } from "./api.js";

// ---- saying something --------------------------------------------------------

export const said = signal("");

/** A short word that something is done; read out to who cannot see it. */
export function say(text) {
	said.value = text;
	clearTimeout(say.timer);
	say.timer = setTimeout(() => { said.value = ""; }, 6000);
}

export function Said() {
	return html`<div class="said" role="status" aria-live="polite">${said.value && html`<p>${said.value}</p>`}</div>`;
}

export function Notice({ kind = "info", title, children, action }) {
	return html`<div class=${"notice " + kind} role=${kind === "bad" ? "alert" : null}>
		<div>${title && html`<strong>${title}</strong>`}${children && html`<div>${children}</div>`}</div>
		${action}
	</div>`;
}

export function Trouble({ problem, retry }) {
	if (!problem || problem.kind === "step_up")
		return null;
	return html`<${Notice} kind="bad" title=${problem.status ? problem.title || t("trouble.title") : t("trouble.offline")}
		action=${retry && html`<${Button} onClick=${retry}>${t("trouble.retry")}<//>`}>
		${problem.status ? html`<span lang="en">${problem.message}</span>` : t("trouble.offline.text")}
		${problem.reference && html`<p class="small">${t("trouble.reference")} <code>${problem.reference}</code></p>`}
	<//>`;
}

// ---- pages -------------------------------------------------------------------

/** A screen: its heading gets the focus when it comes up, so that readers start there. */
export function Page({ title, lead, back, actions, chips, children }) {
	const heading = useRef(null);
	useEffect(() => {
		document.title = `${title} · rosterd`;
	}, [title]);
	useEffect(() => {
		if (Page.moved)
			heading.current?.focus({ preventScroll: true });
		Page.moved = true;
	}, []);
	return html`<div class="page">
		<header class="head">
			<div>
				${back}
				<h1 ref=${heading} tabindex="-1">${title}</h1>
				${chips && html`<div class="chips">${chips}</div>`}
				${lead && html`<p class="lead">${lead}</p>`}
			</div>
			${actions && html`<div class="actions">${actions}</div>`}
		</header>
		${children}
	</div>`;
}

/** What is loaded, or that it is not there yet, or why not. */
export function Load({ of, children }) {
	if (of.problem)
		return html`<${Trouble} problem=${of.problem} retry=${of.reload} />`;
	if (!of.data)
		return html`<p class="waiting" aria-busy="true">${t("loading")}</p>`;
	return children(of.data);
}

export function Panel({ title, lead, actions, children, wide }) {
	const id = useId();
	return html`<section class=${"panel" + (wide ? " wide" : "")} aria-labelledby=${title ? id : null}>
		${title && html`<header><h2 id=${id}>${title}</h2>${actions && html`<div class="actions">${actions}</div>`}</header>`}
		${lead && html`<p class="lead">${lead}</p>`}
		${children}
	</section>`;
}

export function Empty({ title, children }) {
	return html`<div class="empty"><p><strong>${title}</strong></p>${children}</div>`;
}

// ---- words in colour -----------------------------------------------------------

export const Chip = ({ kind = "", children, title }) => html`<span class=${"chip " + kind} title=${title}>${children}</span>`;

const stateKinds = { active: "ok", pending: "warn", deactivated: "", former: "", erased: "" };
export const StateChip = ({ state }) => html`<${Chip} kind=${stateKinds[state]}>${word("state", state)}<//>`;
export const RoleChip = ({ role }) => html`<${Chip} kind=${"role " + role}>${word("role", role)}<//>`;

export function Time({ at, exact }) {
	if (!at)
		return html`<span class="mute">–</span>`;
	return html`<time datetime=${at} title=${exactly(at)}>${exact ? moment(at) : ago(at)}</time>`;
}

// ---- things to press --------------------------------------------------------------

export function Button({ kind = "", busy, children, ...rest }) {
	return html`<button type="button" class=${"button " + kind} aria-disabled=${busy ? "true" : null} ...${rest}
		onClick=${(e) => { if (!busy) rest.onClick?.(e); }}>${children}</button>`;
}

/** Asks first. children is what it means; act does it. */
export function Ask({ title, button, kind = "danger", act, done, open, children, typed }) {
	const [text, setText] = useState("");
	const doing = useAct(async () => {
		await act();
		open.value = false;
		if (done)
			say(done);
	});
	return html`<${Dialog} open=${open} title=${title}>
		${children}
		${typed && html`<${Field} label=${t("ask.type", { word: typed })} value=${text} onInput=${setText} />`}
		<${Trouble} problem=${doing.problem} />
		<div class="buttons">
			<${Button} onClick=${() => { open.value = false; }}>${t("cancel")}<//>
			<${Button} kind=${kind} busy=${doing.busy || (typed && text !== typed)} onClick=${() => doing.run()}>${button}<//>
		</div>
	<//>`;
}

/** open is a signal; the browser keeps the focus inside and gives it back. */
export function Dialog({ open, title, children, wide }) {
	const box = useRef(null);
	const id = useId();
	const is = open.value;
	useEffect(() => {
		if (is && !box.current.open) {
			box.current.showModal();
			box.current.scrollTop = 0; // whatever the focus went to, it begins with its title
		}
		if (!is && box.current.open)
			box.current.close();
	}, [is]);
	return html`<dialog ref=${box} class=${wide ? "wide" : ""} aria-labelledby=${id} onClose=${() => { open.value = false; }}>
		${is && html`<h2 id=${id}>${title}</h2>${children}`}
	</dialog>`;
}

/** A signal of one's own. */
export function useSignalOf(value) {
	const [own] = useState(() => signal(value));
	return own;
}

export function Copy({ label, value, secret }) {
	const text = useRef(null);
	const id = useId();
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(value);
			say(t("copied", { what: label }));
		} catch {
			getSelection().selectAllChildren(text.current);
			say(t("copy.by.hand"));
		}
	};
	return html`<div class="copy">
		<span class="label" id=${id}>${label}</span>
		<div><code ref=${text} class=${secret ? "secret" : ""} aria-labelledby=${id} role="group" tabindex="0">${value}</code>
		<${Button} onClick=${copy} aria-label=${t("copy.what", { what: label })}>${t("copy")}<//></div>
	</div>`;
}

// ---- forms ---------------------------------------------------------------------

function Frame({ id, label, hint, hidden, children }) {
	return html`<div class="field">
		<label for=${id} class=${hidden ? "unseen" : ""}>${label}</label>
		${children}
		${hint && html`<p class="hint" id=${id + "-hint"}>${hint}</p>`}
	</div>`;
}

export function Field({ label, hint, value, onInput, type = "text", hidden, rows, ...rest }) {
	const id = useId();
	const shared = {
		id, value: value ?? "", "aria-describedby": hint ? id + "-hint" : null, onInput: (e) => onInput(e.currentTarget.value), ...rest,
	};
	return html`<${Frame} ...${{ id, label, hint, hidden }}>
		${rows ? html`<textarea rows=${rows} spellcheck=${false} ...${shared}></textarea>` : html`<input type=${type} ...${shared} />`}
	<//>`;
}

/** options: [value, text] pairs. */
export function Select({ label, hint, value, onInput, options, hidden, ...rest }) {
	const id = useId();
	return html`<${Frame} ...${{ id, label, hint, hidden }}>
		<select id=${id} aria-describedby=${hint ? id + "-hint" : null} value=${value ?? ""}
			onChange=${(e) => onInput(e.currentTarget.value)} ...${rest}>
			${options.map(([v, text]) => html`<option key=${v} value=${v} selected=${v === (value ?? "")}>${text}</option>`)}
		</select>
	<//>`;
}

export function Check({ label, hint, value, onInput, ...rest }) {
	const id = useId();
	return html`<div class="check">
		<input type="checkbox" id=${id} checked=${!!value} aria-describedby=${hint ? id + "-hint" : null}
			onChange=${(e) => onInput(e.currentTarget.checked)} ...${rest} />
		<div><label for=${id}>${label}</label>${hint && html`<p class="hint" id=${id + "-hint"}>${hint}</p>`}</div>
	</div>`;
}

/** A form that does something: its button is busy meanwhile, its trouble below. */
export function Form({ act, button, done, children, extra, kind = "main" }) {
	const doing = useAct(async () => {
		await act();
		if (done)
			say(done);
	});
	return html`<form class="form" onSubmit=${(e) => { e.preventDefault(); doing.run(); }}>
		${children}
		<${Trouble} problem=${doing.problem} />
		<div class="buttons">${extra}<button class=${"button " + kind} aria-disabled=${doing.busy ? "true" : null}>${button}</button></div>
	</form>`;
}

/** Asks for what is typed once the typing rests. */
export function Search({ label, value, onSearch }) {
	const [text, setText] = useState(value || "");
	const timer = useRef(0);
	const change = (v) => {
		setText(v);
		clearTimeout(timer.current);
		timer.current = setTimeout(() => onSearch(v.trim()), 250);
	};
	return html`<${Field} label=${label} hidden type="search" placeholder=${label} value=${text} onInput=${change} />`;
}

// ---- tables -------------------------------------------------------------------

/**
 * columns: { title, cell(row), kind } with kind "num", "opt" (left out where it is narrow),
 * "act".  The first cell of a row is its heading.  A table of more than two columns becomes
 * a list of named values where it is narrow; the roles say that it is a table still.
 */
export function Table({ caption, columns, rows, empty, busy }) {
	if (!rows.length && empty)
		return busy ? html`<p class="waiting" aria-busy="true">${t("loading")}</p>` : empty;
	const folds = columns.filter((c) => !/opt/.test(c.kind)).length > 2;
	const cell = (c, k, row, i) => (k === 0
		? html`<th scope="row" role="rowheader" class=${c.kind || ""}>${c.cell(row, i)}</th>`
		: html`<td role="cell" class=${c.kind || ""} data-title=${c.hidden ? null : c.title}><div>${c.cell(row, i)}</div></td>`);
	return html`<div class="scroll" role="group" aria-label=${caption} tabindex="0"><table role="table" class=${folds ? "folds" : ""} aria-busy=${busy ? "true" : null}>
		<caption class="unseen">${caption}</caption>
		<thead role="rowgroup"><tr role="row">${columns.map((c) => html`<th scope="col" role="columnheader" class=${c.kind || ""}>${c.hidden ? html`<span class="unseen">${c.title}</span>` : c.title}</th>`)}</tr></thead>
		<tbody role="rowgroup">${rows.map((row, i) => html`<tr key=${row.id ?? i} role="row">${columns.map((c, k) => cell(c, k, row, i))}</tr>`)}</tbody>
	</table></div>`;
}

/** A table of a list of the API, with what is needed to see more of it. */
export function Listing({ of, caption, columns, empty, unit }) {
	const more = useAct(of.more);
	if (of.problem)
		return html`<${Trouble} problem=${of.problem} retry=${of.reload} />`;
	return html`
		<${Table} ...${{ caption, columns, empty }} rows=${of.items} busy=${of.busy} />
		${of.items.length > 0 && html`<div class="below"><p class="mute">${of.total > of.items.length
			? t("listing.some", { n: of.items.length, total: of.total })
			: unit ? tn(unit, of.items.length) : ""}</p>
		${of.next && html`<${Button} busy=${more.busy} onClick=${() => more.run()}>${t("listing.more")}<//>`}</div>`}
		<${Trouble} problem=${more.problem} />`;
}

/** Names and values, side by side. */
export function Facts({ of }) {
	return html`<dl class="facts">${of.filter(Boolean).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value ?? "–"}</dd></div>`)}</dl>`;
}

/** A value of the audit trail or of a request: words, not JSON, as far as that goes. */
export function Value({ of }) {
	if (of === null || of === undefined)
		return html`<span class="mute">–</span>`;
	if (Array.isArray(of))
		return of.length ? html`<ul class="plain">${of.map((v) => html`<li><${Value} of=${v} /></li>`)}</ul>` : html`<span class="mute">–</span>`;
	if (typeof of === "object")
		return html`<${Facts} of=${Object.entries(of).map(([k, v]) => [k, html`<${Value} of=${v} />`])} />`;
	return typeof of === "boolean" ? t(of ? "yes" : "no") : String(of);
}
