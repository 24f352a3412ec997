// route.js - where the console is: the path below /console, and links that stay in it.
import { html, signal } from "./html.js";

const base = "/console";

function read() {
	const path = location.pathname.slice(base.length);
	return {
		parts: path.split("/").filter(Boolean).map(decodeURIComponent),
		query: new URLSearchParams(location.search),
	};
}

export const route = signal(read());

addEventListener("popstate", () => { route.value = read(); });

export function go(path, { replace = false } = {}) {
	history[replace ? "replaceState" : "pushState"](null, "", base + path);
	route.value = read();
	if (!replace)
		scrollTo(0, 0);
}

/** A path of parts, each encoded: at("people", id). */
export function at(...parts) {
	return "/" + parts.map(encodeURIComponent).join("/");
}

/** Sets one word of the query, in place. */
export function ask(name, value) {
	const query = new URLSearchParams(location.search);
	if (value)
		query.set(name, value);
	else
		query.delete(name);
	const text = query.toString();
	go(location.pathname.slice(base.length) + (text ? "?" + text : ""), { replace: true });
}

export function Link({ to, children, ...rest }) {
	const follow = (event) => {
		if (event.button || event.metaKey || event.ctrlKey || event.shiftKey)
			return;
		event.preventDefault();
		go(to);
	};
	return html`<a href=${base + to} onClick=${follow} ...${rest}>${children}</a>`;
}
