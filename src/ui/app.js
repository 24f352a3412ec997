// app.js - the console: who is here, where they are, and the frame around it.
import { html, render, signal, useEffect } from "./html.js";
import { me, meet, signInAgain, stepUp } from "./api.js";
import { Link, route } from "./route.js";
import { language, languageNames, speak, t, word } from "./text.js";
import { Button, Dialog, Notice, Page, Said, Trouble } from "./parts.js";
import { screens } from "./screens.js";
import { Icon } from "./icons.js";

const problem = signal(null);
const menu = signal(false);

async function begin() {
	problem.value = null;
	try {
		await meet();
	} catch (p) {
		problem.value = p;
	}
}

function open(screen) {
	return me.value.sees === "organization" || screen.managers;
}

function Languages() {
	return html`<label class="language"><span class="unseen">${t("language")}</span>
		<select value=${language.value} onChange=${(e) => speak(e.currentTarget.value)}>
			${Object.entries(languageNames).map(([k, name]) => html`<option key=${k} value=${k} lang=${k} selected=${k === language.value}>${name}</option>`)}
		</select></label>`;
}

function Menu({ here }) {
	const groups = [...new Set(screens.filter(open).map((s) => s.group))];
	return html`<nav id="menu" aria-label=${t("menu.main")} class=${menu.value ? "open" : ""}>
		${groups.map((group) => html`<div key=${group}>
			${group && html`<p class="group" id=${"group-" + group}>${t("menu." + group)}</p>`}
			<ul aria-labelledby=${group ? "group-" + group : null}>${screens.filter((s) => s.group === group && open(s)).map((s) => html`<li key=${s.name}>
				<${Link} to=${"/" + s.name} aria-current=${s === here ? "page" : null}><${Icon} name=${s.icon} />${t("screen." + s.name)}<//></li>`)}</ul>
		</div>`)}
	</nav>`;
}

function Whoever() {
	const m = me.value;
	return html`<div class="who">
		<p><strong>${m.displayName || m.userName}</strong><span>${word("role", m.role)} · ${m.org_name}</span></p>
		<div><${Languages} /><a class="button" href="/logout">${t("sign.out")}</a></div>
	</div>`;
}

function StepUp() {
	return html`<${Dialog} open=${stepUp} title=${t("stepup.title")}>
		<p>${t("stepup.text")}</p>
		<div class="buttons"><${Button} onClick=${() => { stepUp.value = false; }}>${t("cancel")}<//>
		<${Button} kind="main" onClick=${() => signInAgain(true)}>${t("stepup.go")}<//></div>
	<//>`;
}

function Missing() {
	return html`<${Page} title=${t("missing.title")} lead=${t("missing.text")}><p><${Link} to="/">${t("missing.back")}<//></p><//>`;
}

function Screen({ here }) {
	const rest = route.value.parts.slice(1);
	const View = here?.view(rest);
	if (!View)
		return html`<${Missing} />`;
	return html`<${View} key=${route.value.parts.join("/")} args=${rest} />`;
}

function Refused({ of }) {
	return html`<main class="alone"><h1>${t("refused.title")}</h1><p>${t("refused.text")}</p>
		<${Notice}><span lang="en">${of.message}</span><//>
		<div class="buttons"><${Languages} /><a class="button main" href="/logout">${t("sign.out")}</a></div></main>`;
}

function App() {
	useEffect(() => { begin(); }, []);
	const name = route.value.parts[0] || (me.value?.sees === "workspaces" ? "people" : "overview");
	useEffect(() => { menu.value = false; }, [route.value]);
	if (problem.value?.status === 403)
		return html`<${Refused} of=${problem.value} />`;
	if (problem.value)
		return html`<main class="alone"><h1>rosterd</h1><${Trouble} problem=${problem.value} retry=${begin} /></main>`;
	if (!me.value)
		return html`<main class="alone" aria-busy="true"><p class="waiting">${t("loading")}</p></main>`;
	const here = screens.find((s) => s.name === name && open(s));
	return html`
		<a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.querySelector("h1")?.focus(); }}>${t("skip")}</a>
		<div class="frame">
			<header class="aside"><div class="side">
				<div class="brand"><${Link} to="/" aria-label=${t("home")}><span class="mark" aria-hidden="true"></span>rosterd<//>
					<button type="button" class="button burger" aria-expanded=${menu.value ? "true" : "false"} aria-controls="menu"
						onClick=${() => { menu.value = !menu.value; }}>${t("menu")}</button></div>
				<${Menu} here=${here} />
				<${Whoever} />
			</div></header>
			<main id="main"><${Screen} here=${here} /></main>
		</div>
		<${StepUp} /><${Said} />`;
}

render(html`<${App} />`, document.getElementById("app"));
