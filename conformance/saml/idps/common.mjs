// What the two providers written with npm packages share: a small site whose visitors are
// already signed in as the person of their cookie, and service providers made known by POST.
import { readFileSync } from "node:fs";
import express from "express";

export const [port, folder] = process.argv.slice(2);
export const base = `http://127.0.0.1:${port}`;
export const key = readFileSync(`${folder}/idp.key`, "utf8");
export const cert = readFileSync(`${folder}/idp.crt`, "utf8");
export const trusted = new Map(); // entityID -> what was posted
export const people = {
	alice: { id: "alice-1", email: "alice@acme.example", first: "Alice", last: "Adams", groups: ["LS-Admins", "Vision"] },
	bob: { id: "bob-1", email: "bob@acme.example", first: "Bob", last: "Brown", groups: ["LS-Annotators"] },
};

export const personOf = (req) => people[/who=(\w+)/.exec(req.headers.cookie ?? "")?.[1]];

export const form = (action, fields) => `<!DOCTYPE html><title>continue</title><form method="post" action="${action}">`
	+ Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join("")
	+ "</form>";

export const app = express();
app.use(express.urlencoded({ extended: false, limit: "1mb" }));
app.post("/trust", express.json(), (req, res) => {
	trusted.set(req.body.entity_id, req.body);
	res.sendStatus(204);
});

// Errors are told in full: whoever reads them wants to know what to mend.
export const listen = () => {
	app.use((err, req, res, next) => res.status(400).type("text").send(String(err.stack ?? err)));
	app.listen(Number(port), "127.0.0.1");
};
