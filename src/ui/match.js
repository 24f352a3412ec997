// match.js - which rules a group meets, as the server decides it; for showing, not for deciding.

const folded = (s) => s.normalize("NFKC").toLowerCase();

function glob(pattern) {
	const text = folded(pattern).replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
	return new RegExp(`^${text}$`, "su");
}

const meets = {
	name: (m, g) => folded(m.group) === folded(g.displayName),
	exact: (m, g) => m.group === g.displayName,
	id: (m, g) => m.group === g.id,
	external_id: (m, g) => m.group === g.externalId,
	glob: (m, g) => glob(m.group).test(folded(g.displayName)),
};

/** True or false; null where only the server can say (a regular expression). */
export function matches(rule, group) {
	const m = rule.match;
	if (m.source && ![group.source, group.connection.id, group.connection.name].includes(m.source))
		return false;
	return meets[m.by || "name"] ? meets[m.by || "name"](m, group) : null;
}

/** Does the rule name one group, which therefore can be missing? */
export const namesOne = (rule) => ["name", "exact", "id", "external_id"].includes(rule.match.by || "name");
