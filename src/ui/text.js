// text.js - every text of the console, in the language of the reader.
import { signal } from "./html.js";
import en from "./text/en.js";
import de from "./text/de.js";

/** A language is one file and one line here. */
export const languages = { en, de };
export const languageNames = { en: "English", de: "Deutsch" };

const kept = "rosterd-language";

function wanted() {
	let own = null;
	try {
		own = localStorage.getItem(kept);
	} catch {
		// a browser that keeps nothing: its own language then
	}
	const all = [own, ...(navigator.languages || [])];
	return all.map((l) => String(l).slice(0, 2)).find((l) => languages[l]) || "en";
}

export const language = signal(wanted());
document.documentElement.lang = language.value;

export function speak(name) {
	language.value = name;
	document.documentElement.lang = name;
	try {
		localStorage.setItem(kept, name);
	} catch {
		// then it holds for this page
	}
}

/** The text of a key, with {names} filled in.  A key that is missing shows itself. */
export function t(key, values = {}) {
	const text = languages[language.value][key] ?? en[key] ?? key;
	return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/** The same for a number of things: key.one or key.other. */
export function tn(key, n, values = {}) {
	const form = new Intl.PluralRules(language.value).select(n) === "one" ? "one" : "other";
	return t(`${key}.${form}`, { n: number(n), ...values });
}

/** Text of a word of the API; the word itself where we have none. */
export function word(kind, value) {
	const key = `${kind}.${value}`;
	return languages[language.value][key] ?? en[key] ?? String(value ?? "");
}

/** The same where silence is better than the bare word. */
export function hint(kind, value) {
	const key = `${kind}.${value}`;
	return languages[language.value][key] ?? en[key] ?? "";
}

export const number = (n) => new Intl.NumberFormat(language.value).format(n);

const format = (value, options) =>
	value ? new Intl.DateTimeFormat(language.value, options).format(new Date(value)) : "";
export const date = (value) => format(value, { dateStyle: "medium" });
/** With its zone: whoever compares it with a log elsewhere has to know. */
export const moment = (value) => format(value, { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
export const exactly = (value) => format(value, { dateStyle: "full", timeStyle: "long" });

const steps = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** "3 hours ago", "in 12 days" */
export function ago(value, now = Date.now()) {
	const seconds = (new Date(value) - now) / 1000;
	const words = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
	for (const [unit, size] of steps)
		if (Math.abs(seconds) >= size)
			return words.format(Math.trunc(seconds / size), unit);
	return t("time.now");
}
