// chain.js - the audit trail as a whole: saved as a file, and checked in the browser that no record was changed or left out.
import { query, send } from "./api.js";

const utf8 = new TextEncoder();
const parts = ["id", "at", "actor", "source_id", "action", "target_kind", "target_id", "before", "after", "reason", "trace", "address"];

const netstring = (v) => (v === null || v === undefined ? "-," : `${utf8.encode(v).length}:${v},`);

async function hashOf(record, previous) {
	const text = netstring(previous) + parts.map((p) => netstring(p === "at" ? String(record.at) : record[p])).join("");
	const digest = await crypto.subtle.digest("SHA-256", utf8.encode(text));
	return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/** The export, page by page as its Link headers lead on. */
async function* pages(format) {
	let path = query("/audit/export", { format, limit: 2000 });
	while (path) {
		const answer = await send("GET", path);
		yield await answer.text();
		path = /\/api\/v1([^>]+)>; rel="next"/.exec(answer.headers.get("Link"))?.[1];
	}
}

/** One file of all pages; each page of CSV begins with the names of its columns. */
export async function saveTrail(format) {
	const parts = [];
	for await (const page of pages(format))
		parts.push(format === "csv" && parts.length ? page.slice(page.indexOf("\n") + 1) : page);
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob(parts));
	link.download = "audit." + format;
	link.click();
	URL.revokeObjectURL(link.href);
}

/** Computes every hash anew: { records, broken }, broken being the number of the first record that is not what was sealed, or 0. */
export async function verifyChain(progress) {
	let seq = 0, hash = "";
	for await (const page of pages("jsonl")) {
		for (const line of page.split("\n").filter(Boolean)) {
			const record = JSON.parse(line);
			if (record.seq !== seq + 1 || (hash = await hashOf(record, hash)) !== record.hash)
				return { records: seq, broken: seq + 1 };
			seq = record.seq;
		}
		progress(seq);
	}
	return { records: seq, broken: 0 };
}
