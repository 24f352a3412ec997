"""Bodies of SCIM requests, and the few steps every test takes."""
import itertools

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

numbers = itertools.count(1)


def person(name=None, **more):
    name = name or f"person{next(numbers)}"
    user = name if "@" in name else name + "@x.example"
    return {"schemas": [USER], "userName": user, "externalId": "ext-" + user, "active": True,
            "displayName": user.split("@")[0].title(),
            "name": {"givenName": "Given", "familyName": user.split("@")[0]},
            "emails": [{"value": user, "type": "work", "primary": True}], **more}


def group(name, members=(), **more):
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": m} for m in members], **more}


def patch_op(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}


def op(kind, path=None, value=None):
    out = {"op": kind}
    out.update({"path": path} if path else {})
    out.update({"value": value} if value is not None else {})
    return out


def active(value):
    return patch_op(op("replace", "active", value))


def add_members(*refs):
    return patch_op(op("add", "members", [{"value": r} for r in refs]))


def remove_member(ref):
    return patch_op(op("remove", f'members[value eq "{ref}"]'))


def make_user(org, name=None, **more):
    """The id of a new user."""
    return org.scim.ok("POST", "/Users", person(name, **more))["id"]


def make_group(org, name, members=(), scim=None, **more):
    return (scim or org.scim).ok("POST", "/Groups", group(name, members, **more))["id"]


def set_active(org, user_id, value, scim=None):
    return (scim or org.scim).ok("PATCH", "/Users/" + user_id, active(value))


def shown(org, user_id):
    """The user as the admin API shows it."""
    return org.admin.ok("GET", "/users/" + user_id)


def set_limit(org, seats):
    """seats None: unlimited."""
    return org.admin.ok("PATCH", "/org", {"seat_limit": seats})


def role(org, user_id):
    return shown(org, user_id)["role"]


def put_rules(org, *rules):
    """Rules as (id, match, grant); the answer to PUT /rules."""
    document = {"rules": [{"id": i, "match": {"group": m} if isinstance(m, str) else m, "grant": g}
                          for i, m, g in rules]}
    return org.admin.put("/rules", document)


def rules(org, *many):
    answer = put_rules(org, *many)
    assert answer.status == 200, answer
    return answer.json


def error_text(body):
    """What a SCIM error or a problem document says."""
    return " ".join(str(body.get(k) or "") for k in ("detail", "title")) if isinstance(body, dict) else str(body)
