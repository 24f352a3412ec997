// api.js - the JSON API in the session of whoever is at the browser.
import { signal, useEffect, useState } from "./html.js";

/** Who is signed in, as /me tells; null until it is known. */
export const me = signal(null);
/** Finds out who is here. */
export async function meet() {
	me.value = await get("/me");
}

/** Set when something wants a fresh sign-in first. */
export const stepUp = signal(false);

/** What the API refused, in its own words (RFC 9457). */
export class Problem extends Error {
	constructor(status, body) {
		super(body?.detail || `HTTP ${status}`);
		this.status = status;
		this.title = body?.title || "";
		this.kind = String(body?.type || "").split(":").pop();
		this.reference = String(body?.instance || "").split(":").pop();
		this.body = body;
	}
}

export function signInAgain(again = false) {
	const here = location.pathname + location.search;
	location.assign(`/login?${again ? "again=1&" : ""}next=${encodeURIComponent(here)}`);
}

async function read(answer) {
	const type = answer.headers.get("Content-Type") || "";
	if (answer.status === 204)
		return null;
	return type.includes("json") && !type.includes("ndjson") ? answer.json() : answer.text();
}

/** The API's answer, whose body is still to be read. */
export async function send(method, path, body, more = {}) {
	const headers = { Accept: "application/json", ...more };
	if (method !== "GET")
		headers["X-CSRF-Token"] = me.value?.csrf || "";
	if (body !== undefined)
		headers["Content-Type"] = "application/json";
	let answer;
	try {
		answer = await fetch("/api/v1" + path, {
			method, headers, body: body === undefined ? undefined : JSON.stringify(body),
		});
	} catch {
		throw new Problem(0, null);
	}
	if (answer.ok)
		return answer;
	const problem = new Problem(answer.status, await read(answer).catch(() => null));
	if (answer.status === 401)
		signInAgain();
	if (problem.kind === "step_up")
		stepUp.value = true;
	throw problem;
}

export const call = async (...order) => read(await send(...order)).catch(() => null);
export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
/** The same, answered before everybody is recomputed: what is shown then says how far that is. */
export const postAsync = (path, body) => call("POST", path, body, { Prefer: "respond-async" });
export const put = (path, body) => call("PUT", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const drop = (path, body) => call("DELETE", path, body);

/** A path with a query of those values that there are. */
export function query(path, values) {
	const words = new URLSearchParams();
	for (const [name, value] of Object.entries(values))
		if (value !== undefined && value !== null && value !== "")
			words.set(name, value);
	const text = words.toString();
	return text ? `${path}?${text}` : path;
}

export const id = encodeURIComponent;

/** All items of a list, page by page, up to a bound. */
export async function all(path, most = 5000) {
	const items = [];
	let after = "";
	do {
		const page = await get(query(path, { limit: 1000, after }));
		items.push(...page.items);
		after = page.next;
	} while (after && items.length < most);
	return items;
}

/**
 * What load() answers, each time anew when one of key changes:
 * { data, problem, busy, reload }.  data stays while it is loaded again.
 */
export function useLoad(load, key = []) {
	const [state, set] = useState({ data: null, problem: null, busy: true });
	const [turn, again] = useState(0);
	useEffect(() => {
		let here = true;
		set((s) => ({ ...s, busy: true }));
		load().then(
			(data) => here && set({ data, problem: null, busy: false }),
			(problem) => here && set((s) => ({ ...s, problem, busy: false })),
		);
		return () => { here = false; };
	}, [...key, turn]);
	return { ...state, reload: () => again((n) => n + 1) };
}

/** Pages of a list, one below the other. */
export function usePages(path, key = [path]) {
	const [more, setMore] = useState({ of: path, items: [], next: null, busy: false });
	const first = useLoad(() => get(path), key);
	const own = more.of === path && more.first === first.data;
	const items = [...(first.data?.items || []), ...(own ? more.items : [])];
	const next = own ? more.next : first.data?.next;
	const load = async () => {
		const page = await get(path + (path.includes("?") ? "&" : "?") + "after=" + id(next));
		setMore({ of: path, first: first.data, items: [...(own ? more.items : []), ...page.items], next: page.next });
	};
	return { ...first, items, next, more: load, total: first.data?.total };
}

/** Something that is done on a click: { run, busy, problem }. */
export function useAct(act) {
	const [state, set] = useState({ busy: false, problem: null });
	const run = async (...args) => {
		set({ busy: true, problem: null });
		try {
			const out = await act(...args);
			set({ busy: false, problem: null });
			return out;
		} catch (problem) {
			set({ busy: false, problem });
			return undefined;
		}
	};
	return { ...state, run };
}
