"""A browser as far as sign-in needs one: cookies by host and port, redirects, forms."""
import html.parser
import http.client
import urllib.parse


class Page:
    def __init__(self, url, status, headers, body):
        self.url, self.status, self.headers, self.body = url, status, headers, body
        self.text = body.decode(errors="replace")

    location = property(lambda self: self.headers.get("Location"))

    @property
    def form(self):
        return Form(self)


class Form(html.parser.HTMLParser):
    """The first form of a page: action and the values it would send."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.done = None, {}, False
        self.feed(page.text)
        if self.action is not None:
            self.action = urllib.parse.urljoin(page.url, self.action)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if self.done:
            return
        if tag == "form" and self.action is None:
            self.action = attrs.get("action", "")
        elif tag == "input" and self.action is not None and attrs.get("name"):
            self.fields[attrs["name"]] = attrs.get("value", "")

    def handle_endtag(self, tag):
        self.done = self.done or (tag == "form" and self.action is not None)


class Browser:
    def __init__(self):
        self.cookies = {}  # host:port -> {name: value}

    def request(self, method, url, body=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        sent = dict(headers or {})
        if jar:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        conn = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        target = parts.path + ("?" + parts.query if parts.query else "")
        conn.request(method, target or "/", body, sent)
        answer = conn.getresponse()
        page = Page(url, answer.status, answer.headers, answer.read())
        conn.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if value and "max-age=0" not in line.lower():
                jar[name] = value
            else:
                jar.pop(name, None)
        return page

    def follow(self, page, until=None):
        """Redirects, until one leads to a place that begins with until."""
        for _ in range(20):
            if page.status not in (301, 302, 303, 307):
                return page
            url = urllib.parse.urljoin(page.url, page.location)
            if until and url.startswith(until):
                return page
            page = self.request("GET", url)
        raise AssertionError(f"too many redirects, last to {page.location}")

    def get(self, url, **kw):
        return self.follow(self.request("GET", url), **kw)

    def post(self, url, fields, headers=None):
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.request("POST", url, urllib.parse.urlencode(fields), sent)

    def submit(self, form, **fields):
        return self.post(form.action, {**form.fields, **fields})
