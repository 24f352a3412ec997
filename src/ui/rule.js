// rule.js - what a rule gives, in words, with places by their titles.
import { html } from "./html.js";
import { all, useLoad } from "./api.js";
import { Chip } from "./parts.js";
import { t, word } from "./text.js";

/** Workspaces and projects, to choose from and to name: { data: { workspaces, projects } } */
export function usePlaces() {
	return useLoad(async () => {
		const [workspaces, projects] = await Promise.all([all("/workspaces"), all("/projects")]);
		return { workspaces, projects };
	});
}

const title = (list, id) => (list || []).find((p) => p.id === id)?.title || id;

export function Gives({ of, places }) {
	if (of.org_role)
		return html`${t("scope.org")}: <${Chip} kind=${of.org_role}>${word("role", of.org_role)}<//>`;
	if (of.workspace)
		return html`${word("scope", "workspace")} ${title(places.data?.workspaces, of.workspace)}: <${Chip}>${word("role", of.role || "member")}<//>`;
	if (of.workspace_from_group)
		return html`${word("scope", "named")} <code>${of.workspace_from_group}</code>: <${Chip}>${word("role", of.role || "member")}<//>`;
	return html`${word("scope", "project")} ${title(places.data?.projects, of.project)}: <${Chip}>${word("role", of.role)}<//>`;
}
