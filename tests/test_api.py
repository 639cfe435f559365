"""The second door as a whole: what holds for every route, every serializer, every error; and that it leaks nothing."""

import copy
import inspect
import io
import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from rest_framework import serializers
from rest_framework.relations import ManyRelatedField, RelatedField

from coding import api
from coding.codes.models import Code
from coding.codes.rules import create_category, create_code, relate
from coding.lib.api import MOST_BYTES
from tests import factory
from tests.api_crawl import api_crawl
from tests.door import Door, is_problem
from tests.test_two_worlds import World
from tests.worlds import alone, differences, route_names, started

# Serializers: none asks the database whether a value is taken, none names a row but by its public id.


def own_serializers():
    found, waiting = set(), [serializers.BaseSerializer]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith("coding."):
                found.add(one)
    return sorted(found, key=lambda one: one.__qualname__)


def test_the_walk_finds_the_serializers():
    assert len(own_serializers()) > 20


@pytest.mark.parametrize("kind", own_serializers(), ids=lambda kind: kind.__qualname__)
def test_no_serializer_leaks(kind):
    assert not issubclass(kind, serializers.ModelSerializer), "a ModelSerializer brings unique validators with it"
    one = kind()
    assert one.validators == []
    for name, field in one.fields.items():
        assert name not in {"id", "pk"}
        assert not any("Unique" in type(validator).__name__ for validator in field.validators)
        assert not isinstance(field, serializers.HyperlinkedRelatedField | serializers.PrimaryKeyRelatedField)
        related = field.child_relation if isinstance(field, ManyRelatedField) else field
        if isinstance(related, RelatedField) and not related.read_only:
            assert related.slug_field == "uid"
            source = inspect.getsource(type(related).get_queryset)
            assert type(related).get_queryset is not RelatedField.get_queryset
            assert "visible_to(" in source


def test_every_viewset_reads_from_nothing_by_default():
    """A viewset that forgets its own query finds no row."""
    for pattern in api.urlpatterns:
        view = getattr(pattern.callback, "cls", None)
        if view is not None:
            assert view.access
            assert view.queryset.query.is_empty()


# Errors


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nowhere/",
        "projects",
        "projects/5/",
        "projects/x/",
        "projects/%00/",
        "schema",
        "../projects/",
        "projects/%F0%9F/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_leads_nowhere_gets_a_problem(db, path, method):
    assert is_problem(Door().send(method, path), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"nothing", b"\xff\xfe", b"", b"null", b"[]", b'"x"', b"5", b"NaN", b'{"name": NaN}', b'{"name": Infinity}', b'{"name": 1e999}',
        b'{"name": "a", "name": "b"}', b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b'{"name": "\\u000c"}', b'{"name": "a\\u0007"}',
        b'{"\\u0000": 1, "name": "x"}', b'{"name": "x", "other": "\\u001b"}', b'{"name": ' + b"9" * 5000 + b"}", b'{"name": "x"} {}',
        b'{"name": "x", "other": 9007199254740992}', b"[" * 100_000, b'{"name": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}",
    ],
    ids=lambda body: str(body[:30]),
)  # fmt: skip
def test_a_body_that_can_not_be_taken_is_refused(project, lead, body):
    assert is_problem(Door(lead).post(f"projects/{project.uid}/codes/", body), 400)
    assert not Code.objects.exists()


def nested(depth):
    """A body of so many levels: an object, and lists in it."""
    return b'{"name": "x", "other": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(("depth", "status"), [(32, 201), (33, 400)])
def test_a_body_has_at_most_32_levels(project, lead, depth, status):
    assert Door(lead).post(f"projects/{project.uid}/codes/", nested(depth)).status_code == status


@pytest.mark.parametrize(("size", "status"), [(MOST_BYTES, 201), (MOST_BYTES + 1, 413)])
def test_a_body_has_at_most_5_mb(project, lead, size, status):
    body = b'{"name": "x"}'
    answer = Door(lead).post(f"projects/{project.uid}/codes/", body + b" " * (size - len(body)))
    assert answer.status_code == status
    assert status == 201 or is_problem(answer, 413)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "multipart/form-data",
    ],
)
def test_a_body_that_is_no_json_gets_415(project, lead, kind):
    for door in (Door(lead), Door(lead, scope="write")):
        assert is_problem(door.post(f"projects/{project.uid}/codes/", b"name=x", kind=kind), 415)


def test_a_form_of_another_site_gets_no_further(project, lead):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(lead)
    for kind in (
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
    ):
        answer = browser.post(f"/api/v1/projects/{project.uid}/codes/", b"x" * (MOST_BYTES + 1), content_type=kind)
        assert any(is_problem(answer, status) for status in (400, 403, 413))


def test_only_json_is_given(project, lead):
    assert is_problem(Door(lead).get("projects/", Accept="text/html"), 406)
    assert Door(lead).get("projects/?format=api")["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("size", "status"),
    [
        ("1", 200),
        ("200", 200),
        ("201", 400),
        ("0", 400),
        ("-1", 400),
        ("x", 400),
        ("", 400),
        ("9" * 5000, 400),
        ("1.5", 400),
    ],
)
def test_a_page_holds_1_to_200_rows(project, lead, size, status):
    factory.incidents(project, 3)
    assert Door(lead).get(f"projects/{project.uid}/incidents/?page_size={size}").status_code == status


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "9" * 5000, "%00"])
def test_a_page_that_is_not_there(project, lead, page):
    factory.incidents(project, 3)
    assert is_problem(Door(lead).get(f"projects/{project.uid}/incidents/?page={page}"), 404)


def test_errors_do_not_repeat_the_words_that_were_sent_nor_name_tables(project, lead):
    answer = Door(lead).post(f"projects/{project.uid}/codes/", {"name": ["a secret"]})
    assert b"a secret" not in answer.content
    assert b"codes_code" not in answer.content


# The description


@pytest.fixture(scope="module")
def described():
    said = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=said)
    return json.loads(said.getvalue())


def test_the_description_is_valid_and_open_to_all(db, described):
    answer = Door().get("schema/")
    assert answer.status_code == 200
    assert json.loads(answer.content)["paths"].keys() == described["paths"].keys()
    assert is_problem(Door().post("schema/", {}), 405)


def test_every_operation_describes_its_errors_as_problems(described):
    for path, operations in described["paths"].items():
        for method, said in operations.items():
            answers = {status: answer for status, answer in said["responses"].items() if status >= "400"}
            assert {"400", "401", "403", "404"} <= answers.keys(), f"{method} {path}"
            assert method == "get" or {"409", "413", "415", "422"} <= answers.keys(), f"{method} {path}"
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in answers.values())
            assert said["security"] == [{"cookieAuth": []}, {"token": []}]


def test_every_route_is_described(described):
    routes = {name for name in route_names() if name.startswith("api:")}
    assert len(described["paths"]) == len(routes - {"api:schema", "api:nothing", "api:unknown"})


# Nasty values: for each documented operation, nothing but an answer of the documented kinds.

# What the parser refuses never gets as far as an operation: each is sent nothing at all, and one of these in turn.
UNREADABLE = [b"{", b"NaN", b"[" * 200 + b"]" * 200, b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"\xff", b'{"a": 1e999}']
SHAPES = [b"null", b"[]", b"{}", b"5", b'"x"']
VALUES = [
    None, True, 0, -1, 1.5, 10**15, 10**30, "", "x", "\u202e", "x" * 30_000, "0" * 36, str(uuid4()), [], {}, [[]], [{}], ["x"], [None], {"a": {}}, "-0",
]  # fmt: skip


def sample(described, schema):
    """Make a value that a schema allows."""
    if "$ref" in schema:
        return sample(described, described["components"]["schemas"][schema["$ref"].split("/")[-1]])
    if "allOf" in schema or "oneOf" in schema:
        return sample(described, (schema.get("allOf") or schema["oneOf"])[0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: sample(described, one) for name, one in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [sample(described, schema["items"])]
    by_format = {"uuid": str(uuid4()), "date": "2024-02-29"}
    return by_format.get(schema.get("format"), {"integer": 1, "boolean": True}.get(schema.get("type"), "x"))


def leaves(value, way=()):
    """Give the ways to every part of a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*way, key)
        yield from leaves(one, (*way, key))


def replaced(value, way, by):
    made = json.loads(json.dumps(value))
    at = made
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = by
    return made


def operations(described):
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            yield method, path, sample(described, body) if body else {}, said["responses"]


class Cast:
    """A project where each address leads to something of the coder's or the lead's."""

    def __init__(self, project, lead, ada):
        self.incident = factory.incidents(project, 1)[0]
        self.category = create_category(lead, project, "Money")
        for name in ("refund", "tone"):  # there is something to sort
            create_code(lead, project, name)
        coding, rating = factory.round_of(project, [ada, lead]), factory.round_of(project, [ada, lead], "rating")
        sorting = factory.round_of(project, [ada, lead], "axial")
        mapping = factory.round_of(project, [ada, lead], "mapping", scale=project.scales.get())
        self.project, self.people = project, {"coder": ada, "lead": lead}
        self.codings = {person: factory.assignment(coding, user) for person, user in self.people.items()}
        self.ratings = {person: factory.assignment(rating, user) for person, user in self.people.items()}
        self.sorts = {person: factory.assignment(sorting, user) for person, user in self.people.items()}
        self.mappings = {person: factory.assignment(mapping, user) for person, user in self.people.items()}
        self.segments = {person: factory.code(held, "late fee", f"{person}'s") for person, held in self.codings.items()}
        self.codes = {
            person: Code.objects.get(coined_by=user, name=f"{person}'s") for person, user in self.people.items()
        }
        self.rounds = [coding, rating]
        self.relation = relate(lead, self.category, "context", Code.objects.get(name="tone"))
        self.scale = project.scales.get()
        self.part = self.scale.layers.first().categories.first()

    def address(self, path, person):
        work = {"/ratings/": self.ratings, "/placements/": self.sorts, "/places/": self.mappings}
        held = next((held for part, held in work.items() if part in path), self.codings)
        own = self.codes[person]
        known = {
            "project": self.project.uid, "assignment": held[person].uid, "round": self.rounds[0].uid, "code": own.uid,
            "category": self.category.uid, "one": self.category.uid, "part": self.part.uid, "stance": self.scale.uid, "uid": self.uid(path, person, own),
        }  # fmt: skip
        return path.format(**known)

    def uid(self, path, person, own):
        for part, uid in (("/segments/", self.segments[person].segment), ("/codes/", own.uid), ("/incidents/", self.incident.uid),
                          ("/relations/", self.relation.uid), ("/scales/", self.scale.uid), ("/rounds/", self.rounds[0].uid), ("/assignments/", self.codings[person].uid)):  # fmt: skip
            if part in path:
                return uid
        return self.project.uid


def bodies(allowed, turn):
    """Bodies that are none, then an allowed body with one part after the other made nasty, each value at least once."""
    yield from (b"", UNREADABLE[turn % len(UNREADABLE)], *SHAPES)
    ways = list(leaves(allowed)) or [("a",)]
    for number in range(max(len(ways), len(VALUES))):
        value = VALUES[(number + number // len(VALUES)) % len(VALUES)]
        yield json.dumps(replaced(allowed, ways[number % len(ways)], value)).encode()


def answered(door, method, address, body, documented):
    """Send a body, and see that the answer is of a documented kind: no 5xx, every error a problem."""
    answer = door.send(method, address, body)
    where = f"{method} {address} {(body or b'')[:60]!r}: {answer.status_code}"
    assert answer.status_code < 500, where
    assert str(answer.status_code) in documented, where
    assert answer.status_code < 400 or is_problem(answer, answer.status_code), where
    return answer.status_code


QUERY = "?page=1&q=%F0%9F&page_size=2"


def test_nasty_values_get_an_answer_of_the_documented_kinds(described, project, lead, ada):
    """At each operation every body is sent by the coder or by the lead, in turn; the lead's alone are sent by the lead.

    Both hold an assignment, so that the rules of a body are the same for both. What the coder may not do at all gets
    the same refusal whatever the body, so that a few are enough.
    """
    cast = Cast(project, lead, ada)
    doors, asked = {person: Door(user) for person, user in cast.people.items()}, 0
    for turn, (method, path, allowed, documented) in enumerate(operations(described)):
        at = {person: cast.address(path, person) for person in doors}
        sent = list(bodies(allowed, turn)) if method != "get" else [None, None]
        is_refused = answered(doors["coder"], method, at["coder"], sent[0], documented) == 403
        for number, body in enumerate(sent):
            person = "coder" if not is_refused and number % 2 else "lead"
            answered(doors[person], method, at[person] + ("" if number % 4 < 2 else QUERY), body, documented)
        for body in sent[1::6] if is_refused else ():
            answered(doors["coder"], method, at["coder"] + QUERY, body, documented)
        asked += len(sent)
    assert asked > 500


STRANGE = ("", "%00", "x", "-1", "9" * 100, "%ED%A0%80", "[]", str(uuid4()), "%25", "'")
QUERIES = {"project", "round", "state", "stage", "page", "page_size", "q"}


def queries(said):
    """Each parameter that an operation documents by itself, and all that it does not know at once, with strange values."""
    known = {one["name"] for one in said.get("parameters", []) if one["in"] == "query"}
    for value in STRANGE:
        yield from (f"{name}={value}" for name in sorted(known))
        yield "&".join(f"{name}={value}" for name in sorted(QUERIES - known))


def test_nasty_questions_get_an_answer(described, project, lead, ada):
    cast, door, asked = Cast(project, lead, ada), Door(ada), 0
    for path, methods in described["paths"].items():
        for query in queries(methods["get"]) if "get" in methods else ():
            answer = door.get(f"{cast.address(path, 'coder')}?{query}")
            assert answer.status_code in {200, 400, 403, 404}, f"{path} {query}"
            assert answer.status_code == 200 or is_problem(answer, answer.status_code)
            asked += 1
    assert asked > 400


# Two worlds; from here on ids and times come from sequences.


@pytest.fixture(scope="module")
def start(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), started(World) as made:
        yield made


@pytest.fixture
def world(start, db):
    """Rows in memory belong to one test only."""
    return copy.deepcopy(start[0])


@pytest.fixture
def source(start):
    return start[1]


def test_every_api_route_is_in_the_crawl(world):
    routes = {name for name in route_names() if name.startswith("api:")}
    assert routes - {ask.name for ask in api_crawl(world)} == set()


@pytest.fixture(scope="module")
def answers(start):
    return alone(start, api_crawl)


def test_nothing_that_a_coder_can_get_depends_on_what_the_others_do(world, source, answers):
    assert differences(source, world.coder, api_crawl(world), lambda: world.others_act(source), answers) == []


def test_the_coder_does_get_answers(answers):
    assert sum(answer.status in {200, 201, 204} for answer in answers.values()) > 25


def test_a_planted_leak_is_caught(world, source, monkeypatch):
    from coding.codes.api import Codes

    def rows(view):
        return Code.objects.filter(project=view.project).order_by("name_key", "uid")

    monkeypatch.setattr(Codes, "rows", rows)
    asks = [ask for ask in api_crawl(world) if ask.name.startswith("api:code-")]  # where it would show
    assert differences(source, world.coder, asks, lambda: world.others_act(source)) != []
