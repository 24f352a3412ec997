"""Label Studio's own webhooks: what the product posts goes into the ledger under the right people."""
import json

import pytest
from harness.scim import make_user
from test_admin_org import problem

INTAKE = "/intake/label-studio"


def annotation(number, author, **more):
    """All fields of the product's annotation, as its webhook serializer writes them."""
    return {"id": number, "result": [{"id": "x1", "type": "choices", "from_name": "label", "to_name": "text",
                                      "origin": "manual", "value": {"choices": ["Positive"]}}],
            "was_cancelled": False, "ground_truth": False, "created_at": "2026-03-01T10:00:00.123456Z",
            "updated_at": "2026-03-01T10:00:00.123456Z", "draft_created_at": None, "lead_time": 12.517,
            "prediction": {}, "result_count": 1, "unique_id": "4e2b8e2c-9d6d-4c52-9d6f-0d6f3e1a2b3c", "import_id": None,
            "last_action": None, "bulk_created": False, "task": 31, "project": 5, "completed_by": author,
            "updated_by": author, "parent_prediction": None, "parent_annotation": None, "last_created_by": None, **more}


def task():
    return {"id": 31, "data": {"text": "I like it"}, "meta": {}, "created_at": "2026-02-28T09:00:00Z",
            "updated_at": "2026-03-01T10:00:00Z", "is_labeled": True, "overlap": 1, "inner_id": 1, "total_annotations": 1,
            "cancelled_annotations": 0, "total_predictions": 0, "comment_count": 0, "unresolved_comment_count": 0,
            "last_comment_updated_at": None, "project": 5, "updated_by": 7, "file_upload": None, "comment_authors": []}


def project():
    return {"id": 5, "title": "Sentiment", "description": "", "label_config": "<View></View>", "organization": 1,
            "created_by": 1, "task_number": 10, "finished_task_number": 1, "total_annotations_number": 1,
            "created_at": "2026-02-28T08:00:00Z", "color": "#FFFFFF", "maximum_annotations": 1}


def message(action, **more):
    return {"action": action, **more, "project": project()}


def written(action, number, author, **more):
    return message(action, annotation=annotation(number, author, **more), task=task())


def post(org, body):
    """With the headers of the product, whose secret header is one that an administrator gave it."""
    return org.server.anonymous().request("POST", "/api/v1" + INTAKE, json.dumps(body), {
        "Authorization": "Bearer " + org.token("platform"), "User-Agent": "python-requests/2.32.3",
        "Accept-Encoding": "gzip, deflate", "Accept": "*/*", "Content-Type": "application/json"})


def taken(org, body):
    answer = post(org, body)
    assert answer.status == 200, answer
    return answer.json


def ledger(org):
    return {a["id"]: a for a in org.admin.ok("GET", "/annotations")["items"]}


@pytest.fixture
def ada(org):
    user = make_user(org, "ada@acme.example")
    users = [{"id": 7, "first_name": "Ada", "last_name": "L", "username": "ada", "email": "Ada@acme.example",
              "last_activity": "2026-03-01T10:00:00Z", "avatar": None, "initials": "AL", "phone": "",
              "active_organization": 1, "allow_newsletters": False, "date_joined": "2026-01-01T00:00:00Z"}]
    assert org.platform.ok("POST", INTAKE + "/people", users) == {"received": 1, "known": 1, "written": 0}
    return user


def test_created_updated_deleted(org, ada):
    assert taken(org, written("ANNOTATION_CREATED", 101, 7)) == \
        {"received": 1, "written": 1, "waiting": 0, "deleted": 0}
    first = ledger(org)["101"]
    assert (first["user"], first["project"], first["task"], first["lead_time_ms"]) == (ada, "5", "31", 12517)
    assert first["created"] == "2026-03-01T10:00:00.123Z" and first["digest"] and first["deleted"] is None
    assert taken(org, written("ANNOTATION_CREATED", 101, 7))["written"] == 0, "the same again changes nothing"
    assert taken(org, written("ANNOTATION_UPDATED", 101, 7, updated_at="2026-03-02T10:00:00Z", result=[]))["written"] == 1
    assert ledger(org)["101"]["digest"] != first["digest"]
    gone = message("ANNOTATIONS_DELETED", annotations=[{"id": 101}, {"id": 999}])
    assert taken(org, gone)["deleted"] == 1
    last = ledger(org)["101"]
    assert last["deleted"] and last["user"] == ada, "deleted there, on record here"
    assert taken(org, gone)["deleted"] == 0
    assert org.admin.ok("GET", "/annotations/report")["items"][0]["annotations"] == 1


def test_several_at_once(org, ada):
    body = message("ANNOTATIONS_CREATED", annotation=[annotation(n, 7) for n in (1, 2, 3)], task=[task()])
    assert taken(org, body)["written"] == 3
    assert {a["user"] for a in ledger(org).values()} == {ada}


def test_an_address_names_the_author(org):
    bob = make_user(org, "bob@acme.example")
    assert taken(org, written("ANNOTATION_CREATED", 1, {"id": 9, "email": "bob@acme.example", "first_name": "B"}))["written"] == 1
    assert taken(org, written("ANNOTATION_CREATED", 2, 9))["written"] == 1, "the number is known from now on"
    assert taken(org, written("ANNOTATION_CREATED", 3, "bob@acme.example"))["written"] == 1
    assert {a["user"] for a in ledger(org).values()} == {bob}


def test_somebody_unknown_waits_and_is_not_lost(org):
    for n in (1, 2):
        assert taken(org, written("ANNOTATION_CREATED", n, 44)) == {"received": 1, "written": 0, "waiting": 1, "deleted": 0}
    assert taken(org, message("ANNOTATIONS_DELETED", annotations=[{"id": 2}]))["deleted"] == 1
    assert ledger(org) == {}
    assert org.platform.ok("GET", INTAKE + "/people")["items"] == \
        [{"id": "44", "user": None, "userName": None, "waiting": 2}]
    eve = make_user(org, "eve@acme.example")
    assert org.platform.ok("POST", INTAKE + "/people", {"people": [{"id": 44, "user": eve}]}) == \
        {"received": 1, "known": 1, "written": 2}
    found = ledger(org)
    assert {a["user"] for a in found.values()} == {eve} and found["2"]["deleted"] and not found["1"]["deleted"]
    assert org.platform.ok("GET", INTAKE + "/people")["items"][0]["waiting"] == 0


def test_what_has_another_author_by_now_keeps_nobody_from_being_learned(org, ada):
    assert taken(org, written("ANNOTATION_CREATED", 1, 7))["written"] == 1
    for n in (1, 2):
        assert taken(org, written("ANNOTATION_UPDATED", n, 44, updated_at="2027-01-01T00:00:00Z"))["waiting"] == 1
    eve, bob = make_user(org, "eve@acme.example"), make_user(org, "bob@acme.example")
    people = [{"id": 44, "email": "eve@acme.example"}, {"id": 45, "email": "bob@acme.example"}]
    assert org.platform.ok("POST", INTAKE + "/people", people) == {"received": 2, "known": 2, "written": 1}
    assert {n: a["user"] for n, a in ledger(org).items()} == {"1": ada, "2": eve}
    assert all(p["waiting"] == 0 for p in org.platform.ok("GET", INTAKE + "/people")["items"])
    assert taken(org, written("ANNOTATION_CREATED", 3, 45))["written"] == 1 and ledger(org)["3"]["user"] == bob


def test_leavers_keep_their_number(org, ada):
    taken(org, written("ANNOTATION_CREATED", 1, 7))
    org.scim.delete("/Users/" + ada)
    assert taken(org, written("ANNOTATION_UPDATED", 1, 7, updated_at="2026-04-01T00:00:00Z"))["written"] == 1
    assert taken(org, written("ANNOTATION_CREATED", 2, 7))["written"] == 1
    assert {a["user_state"] for a in ledger(org).values()} == {"former"}
    assert org.admin.request("POST", f"/users/{ada}/erase").status == 204
    assert {a["user_state"] for a in ledger(org).values()} == {"erased"}


def test_what_is_no_work_of_a_person_is_passed_over(org, ada):
    for body in (written("ANNOTATION_CREATED", 1, 7, was_cancelled=True), written("ANNOTATION_CREATED", 2, None),
                 message("PROJECT_UPDATED"), message("TASKS_DELETED", tasks=[{"id": 1}]), {"action": "ANYTHING"}):
        assert taken(org, body)["written"] == 0
    assert ledger(org) == {}


def test_what_is_wrong_is_told(org, ada):
    for body, why in (({"action": "ANNOTATION_CREATED"}, "Send payload"), ({}, "action is missing"),
                      (message("ANNOTATION_CREATED", annotation={"id": 1}, task={}) | {"project": None}, "no project"),
                      (message("ANNOTATIONS_DELETED"), "must be a list"),
                      (message("ANNOTATIONS_DELETED", annotations=[{}]), "without an id"),
                      (written("ANNOTATION_CREATED", 1, 7, created_at="yesterday"), "created_at")):
        problem(post(org, body), 400)
        assert why in post(org, body).json["detail"]
    bob = make_user(org, "bob@acme.example")
    taken(org, written("ANNOTATION_CREATED", 1, 7))
    org.platform.ok("POST", INTAKE + "/people", {"people": [{"id": 8, "user": bob}]})
    problem(post(org, written("ANNOTATION_UPDATED", 1, 8, updated_at="2027-01-01T00:00:00Z")), 409)
    assert ledger(org)["1"]["user"] == ada, "the author never changes"


def test_the_header_is_what_lets_it_in(org, new_org, ada):
    path, body = "/api/v1" + INTAKE, json.dumps(written("ANNOTATION_CREATED", 1, 7))
    stranger = org.server.anonymous()
    token = org.token("platform")
    for header in (None, "Bearer " + token[:-1], "Bearer " + org.token("scim"), "Bearer nothing"):
        sent = {"Content-Type": "application/json", **({"Authorization": header} if header else {})}
        assert stranger.request("POST", path, body, sent).status in (401, 403)
    other = new_org()
    assert taken(other, written("ANNOTATION_CREATED", 1, 7))["waiting"] == 1, "its numbers are its own"
    assert ledger(org) == {} and ledger(other) == {}


def test_ctl(server, org, tmp_path):
    make_user(org, "ada@acme.example")
    (tmp_path / "m.json").write_text(json.dumps(written("ANNOTATION_CREATED", 1, 7)))
    (tmp_path / "users.json").write_text(json.dumps([{"id": 7, "email": "ada@acme.example"}, {"id": 8, "email": "x@y.z"}]))
    assert "1 wait" in server.api(org, "annotations", "intake", str(tmp_path / "m.json"))
    assert "1 of 2 known, 1 annotations" in server.api(org, "annotations", "learn", str(tmp_path / "users.json"))
    assert "ada@acme.example" in server.api(org, "annotations", "people")
