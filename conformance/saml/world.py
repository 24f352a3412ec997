"""An organization whose groups give roles, with a connection to one provider."""
from harness.browser import Browser

RULES = [{"id": "admins", "match": {"group": "LS-Admins"}, "grant": {"org_role": "AD"}},
         {"id": "annotators", "match": {"group": "LS-Annotators"}, "grant": {"org_role": "AN"}}]
ROLES = {"alice": ("alice@acme.example", "Alice Adams", "AD", ["LS-Admins", "Vision"]),
         "bob": ("bob@acme.example", "Bob Brown", "AN", ["LS-Annotators"])}


class World:
    """One organization and its connection to one provider."""

    def __init__(self, server, metadata, **settings):
        self.server, self.org = server, server.new_org()
        self.org.admin.ok("PUT", "/rules", {"rules": RULES})
        self.connection = self.org.admin.ok("POST", "/connections/saml", {
            "name": "peer", "idp_metadata_xml": metadata, **settings})
        self.path = f"/connections/saml/{self.connection['id']}"
        self.certificate = self.org.admin.ok("GET", self.path + "/keys")["items"][0]["certificate"]

    def our_metadata(self):
        return Browser().get(self.connection["metadata_url"]).text

    def newest(self):
        return self.org.admin.ok("GET", "/requests?limit=1")["items"][0]

    def signed_in(self, browser):
        return "You are signed in" in browser.get(self.server.base + "/login").text

    def check(self, browser, page, who):
        """A session, and the person with the role that the groups give."""
        assert page.status in (200, 303), f"{page.status} {page.text[:300]} {self.newest()}"
        assert self.signed_in(browser)
        name, shown, role, groups = ROLES[who]
        user = next(u for u in self.org.admin.ok("GET", "/users")["items"] if u["userName"] == name)
        assert (user["displayName"], user["role"], user["source"]) == (shown, role, "saml")
        assert sorted(g["name"] for g in user["groups"]) == groups
        return self.newest()["detail"]

    def arrive(self, browser, page):
        """A sign-in that nobody here asked for goes by a page that knows who is signed in already."""
        assert page.status == 303 and page.location.startswith("/login/continue"), page.text[:300]
        return browser.request("GET", self.server.base + page.location)

    def sign_out(self, browser):
        """By the button of our page; the last page of the way there and back."""
        page = browser.submit(browser.get(self.server.base + "/login").form)
        assert page.status == 303 and "/slo?leave=" in page.location
        assert not self.signed_in(browser)
        return browser.follow(page)
