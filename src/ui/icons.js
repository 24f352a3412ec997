// icons.js - the few signs of the menu, drawn with one stroke.
import { html } from "./html.js";

const drawings = {
	overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
	people: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6 7-6s7 2 7 6M16 3.5a4 4 0 0 1 0 7M18 15c2.5 .7 4 2.6 4 6",
	groups: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM6 22c0-3 2.5-5 6-5s6 2 6 5",
	places: "M3 7l9-4 9 4-9 4zM3 12l9 4 9-4M3 17l9 4 9-4",
	rules: "M4 5h6M4 12h6M4 19h6M13 5l2 2 5-5M13 12h8M13 19h8",
	connections: "M9 15l6-6M8 8l-3 3a4 4 0 0 0 6 6l1-1M16 16l3-3a4 4 0 0 0-6-6l-1 1",
	requests: "M4 8h14l-4-4M20 16H6l4 4",
	audit: "M6 2h9l5 5v15H6zM14 2v6h6M9 13h7M9 17h7",
	settings: "M4 6h9M17 6h3M4 12h3M11 12h9M4 18h9M17 18h3M15 4v4M9 10v4M15 16v4",
	holds: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM10 9v6M14 9v6",
	reports: "M5 20V10M12 20V4M19 20v-7",
	runs: "M20 12a8 8 0 1 1-2.3-5.7M20 3v4h-4",
	webhooks: "M12 3v7l-5 9M12 10l5 9M7 19h10",
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${drawings[name]} /></svg>`;
