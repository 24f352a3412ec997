// chain.js - checks in the browser that no record of the audit trail was changed or left out.
import { call, query } from "./api.js";

const utf8 = new TextEncoder();
const parts = ["id", "at", "actor", "source_id", "action", "target_kind", "target_id", "before", "after", "reason", "trace", "address"];

const netstring = (v) => (v === null || v === undefined ? "-," : `${utf8.encode(v).length}:${v},`);

async function hashOf(record, previous) {
	const text = netstring(previous) + parts.map((p) => netstring(p === "at" ? String(record.at) : record[p])).join("");
	const digest = await crypto.subtle.digest("SHA-256", utf8.encode(text));
	return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/** Reads the whole export, page by page, and computes every hash anew: { records, broken }, broken being the number of the first record that is not what was sealed, or 0. */
export async function verifyChain(progress) {
	let seq = 0, hash = "";
	for (;;) {
		const page = await call("GET", query("/audit/export", { format: "jsonl", limit: 1000, after: seq ? String(seq) : "" }));
		const lines = page.split("\n").filter(Boolean);
		for (const line of lines) {
			const record = JSON.parse(line);
			if (record.seq !== seq + 1 || (hash = await hashOf(record, hash)) !== record.hash)
				return { records: seq, broken: seq + 1 };
			seq = record.seq;
		}
		if (!lines.length)
			return { records: seq, broken: 0 };
		progress(seq);
	}
}
