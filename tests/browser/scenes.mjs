// scenes.mjs - what screens show once something was pressed: dialogs, steps, tabs.
import { settled, show } from "./world.mjs";

const press = (name) => (page) => page.getByRole("button", { name, exact: true }).first().click();
const inDialog = (page) => page.getByRole("dialog").waitFor();
const dialog = (opener) => Object.assign(async (page) => { await press(opener)(page); await inDialog(page); }, { opener });

/** Each: name, path, what to do there; act.opener is the button that a dialog gives the focus back to. */
export function scenesOf(made) {
	const joan = "/people/" + made.people.joan;
	return [
		["rule-new", "/rules", dialog("Add rule")],
		["rule-edit", "/rules", dialog("Edit rule speech-qa")],
		["rule-named", "/rules", async (page) => { await dialog("Add rule")(page); await page.getByRole("dialog").getByLabel("Where").selectOption("named"); }],
		["give", joan, dialog("Give")],
		["deactivate", joan, dialog("Deactivate")],
		["delete", joan, dialog("Delete")],
		["erase", joan, dialog("Erase")],
		["workspace-new", "/places", dialog("New workspace")],
		["workspace-rename", "/places/" + made.workspaces.Vision, dialog("Rename")],
		["workspace-delete", "/places/" + made.workspaces.Vision, dialog("Delete")],
		["project-new", "/places/" + made.workspaces.Vision, dialog("New project")],
		["token-new", "/settings/tokens", dialog("New token")],
		["token-revoke", "/settings/tokens", dialog("Revoke Label Studio")],
		["scim-remove", "/connections/scim/" + made.scim, dialog("See what would go")],
		["saml-key", "/connections/saml/" + made.saml, dialog("Make the next key")],
		["invitation-new", "/people/invitations", dialog("New invitation")],
		["invitation-revoke", "/people/invitations", dialog("Revoke the invitation for lea@acme.example")],
		["webhook-new", "/webhooks", dialog("New endpoint")],
		["webhook-secret", "/webhooks/" + made.webhook, dialog("New secret")],
		["hold-approve", "/holds/" + made.hold, dialog("Let it happen")],
		["hold-reject", "/holds/" + made.hold, dialog("Keep them")],
		["rules-draft", "/rules", press("Remove rule managers")],
		["plan-lowered", "/rules/plan/" + made.plan, (page) => page.getByRole("button", { name: /^lowered/ }).click()],
		["people-picked", "/people", async (page) => {
			for (const who of ["Joan", "Alan"])
				await page.getByRole("checkbox", { name: new RegExp("^Pick " + who) }).check();
		}],
		["what-if", joan, async (page) => {
			await page.getByLabel("Name or id of a group").fill("LS-Managers");
			await page.getByRole("button", { name: "Show", exact: true }).click();
			await page.locator("[aria-live] ul.rows li").first().waitFor();
		}],
		["audit-open", "/audit", dialog("Show: Connection made")],
		["requests-open", "/requests", (page) => page.locator("main summary").first().click()],
		["saml-settings", "/connections/saml/" + made.saml, async (page) => {
			for (const name of ["More settings", "Names of attributes", "Give other metadata"])
				await page.getByText(name, { exact: true }).click();
		}],
		["ldap-settings", "/connections/ldap/" + made.ldap, async (page) => {
			for (const name of ["Certificate authority of your own", "Filters and schedule"])
				await page.getByText(name, { exact: true }).click();
		}],
		["ldap-unreached", "/connections/ldap/" + made.ldap, async (page) => {
			await page.getByRole("button", { name: "Connect and show a few people" }).click();
			await page.getByRole("alert").waitFor();
		}],
		["nobody-fits", "/people?q=zzz", () => {}],
		["gone", "/people/01a20000-0000-7000-8000-000000000000", () => {}],
	];
}

export async function play(page, [, path, act]) {
	await show(page, path);
	await act(page);
	await settled(page);
}
