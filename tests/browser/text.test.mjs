// text.test.mjs - every language has every text, every text that is used is there.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import en from "../../src/ui/text/en.js";

const root = new URL("../../src/ui/", import.meta.url);
const languages = readdirSync(new URL("text/", root)).filter((f) => f.endsWith(".js"));
const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

test("every language has the same texts, with the same holes", async () => {
	assert.ok(languages.length > 1);
	for (const file of languages) {
		const own = (await import(new URL("text/" + file, root))).default;
		assert.deepEqual(Object.keys(own).sort(), Object.keys(en).sort(), file);
		for (const [key, text] of Object.entries(own)) {
			assert.deepEqual(holes(text), holes(en[key]), `${file}: ${key}`);
			assert.ok(text.trim(), `${file}: ${key} is empty`);
		}
	}
});

test("texts that screens name are there", () => {
	const files = ["", "screens/"].flatMap((dir) => readdirSync(new URL(dir || ".", root)).filter((f) => f.endsWith(".js")).map((f) => dir + f));
	let found = 0;
	for (const file of files) {
		const code = readFileSync(new URL(file, root), "utf8");
		for (const [, key] of code.matchAll(/\bt\("([^"]+)"[,)]/g)) {
			assert.ok(key in en, `${file} names ${key}`);
			found++;
		}
		for (const [, key] of code.matchAll(/\b(?:tn\(|unit=)"([^"]+)"/g))
			assert.ok(`${key}.one` in en && `${key}.other` in en, `${file} names ${key}`);
	}
	assert.ok(found > 300);
});
