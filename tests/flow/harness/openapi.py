"""What openapi.json promises, held against what the server answers."""
import http.client
import json
import re
import urllib.parse

API = "/api/v1"
KINDS = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def fits(api, schema, value, where):
    """A small JSON Schema checker, of what the document uses; members that it does not name are not there."""
    if "$ref" in schema:
        return fits(api, api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, where)
    if "oneOf" in schema:
        return fits(api, next(o for o in schema["oneOf"] if KINDS[o.get("type", "object")] is type(value)), value, where)
    if "enum" in schema:
        assert value in schema["enum"], (where, value)
    if "type" in schema:
        allowed = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        assert type(value) in [KINDS[k] for k in allowed], (where, value, allowed)
    if schema.get("format") == "date-time" and value is not None:
        assert TIME.fullmatch(value), (where, value)
    if isinstance(value, dict) and "properties" in schema:
        assert set(value) - set(schema["properties"]) == set(), (where, "not described")
        assert set(schema.get("required", [])) - set(value) == set(), (where, "missing")
        for key, one in value.items():
            fits(api, schema["properties"][key], one, f"{where}.{key}")
    elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        for key, one in value.items():
            fits(api, schema["additionalProperties"], one, f"{where}.{key}")
    if isinstance(value, list) and schema:
        for one in value:
            fits(api, schema["items"], one, where + "[]")


class Description:
    """The document of the server under test, which all of one build share."""

    wanted = False  # who measures does without
    api = None
    paths = ()
    checked = 0

    def read(self, host, port, token):
        """True if it is known; only who may use the API may read it."""
        if self.api or not token or not self.wanted:
            return bool(self.api)
        try:
            conn = http.client.HTTPConnection(host, port, timeout=20)
            conn.request("GET", API + "/openapi.json", headers={"Authorization": "Bearer " + token})
            answer = conn.getresponse()
            text = answer.read()
            conn.close()
        except OSError:
            return False
        if answer.status == 200:
            self.api = json.loads(text)
            self.paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", p).replace(".", r"\.")), p) for p in self.api["paths"]]
        return answer.status == 200

    def check(self, method, target, status, headers, body):
        """An answer to an operation that is described is one of those it describes."""
        path = urllib.parse.urlsplit(target).path
        found = [p for pattern, p in self.paths if pattern.fullmatch(path)]
        # a path without a hole wins over one with
        found.sort(key=lambda p: p.count("{"))
        operation = found and self.api["paths"][found[0]].get(method.lower())
        if not operation:
            return
        where = f"{method} {found[0]} {status}"
        assert str(status) in operation["responses"], f"{where} is not described"
        content = operation["responses"][str(status)].get("content")
        if not content:
            assert body is None, (where, body)
            return
        kind = headers["Content-Type"].split(";")[0]
        assert kind in content, (where, kind, list(content))
        if "json" in kind and "ndjson" not in kind and "openapi" not in path:
            fits(self.api, content[kind]["schema"], body, where)
        self.checked += 1


description = Description()
