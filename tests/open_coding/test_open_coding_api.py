"""Open coding at the second door: segments, their codes, undo, submit."""

from uuid import uuid4

import pytest

from coding.codes.models import Code, Proposal
from coding.codes.rules import create_code
from coding.open_coding.models import Segment
from coding.open_coding.rules import code_segment
from coding.people.models import Event, Membership
from coding.reconciliation.rules import release_round
from coding.rounds.rules import open_readings, reopen
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"  # an id that nobody has, the same in every process

START = factory.TEXT.index("late fee")
SPAN = {"start": START, "end": START + 8, "quote": "late fee"}


@kept
def shared(project, lead):
    return create_code(lead, project, "late fee", definition="A fee.")


@kept
def opened(project, ada, bo):
    factory.incidents(project, 2)
    return factory.round_of(project, [ada, bo])


@kept
def desk(opened, ada):
    return factory.assignment(opened, ada)


@pytest.fixture
def door(ada):
    return Door(ada)


def path(desk, more=""):
    return f"assignments/{desk.uid}/segments/{more}"


def named(*names, **more):
    return {**SPAN, "codes": [{"name": name} for name in names], **more}


def test_a_coder_codes_a_stretch(desk, door):
    answer = door.post(path(desk), named("inventing a rule", "late"))
    assert answer.status_code == 201
    said = answer.json()
    assert (said["start"], said["end"], said["quote"], len(said["codes"])) == (START, START + 8, "late fee", 2)
    assert door.get(path(desk)).json()["results"] == [said]
    assert door.get(path(desk, f"{said['uid']}/")).json() == said


def test_a_code_is_named_by_its_public_id(desk, door):
    first = door.post(path(desk), named("inventing a rule")).json()
    start = factory.TEXT.index("guest")
    second = door.post(
        path(desk), {"start": start, "end": start + 5, "quote": "guest", "codes": [{"uid": first["codes"][0]}]}
    )
    assert (second.status_code, second.json()["codes"]) == (201, first["codes"])


def test_the_client_may_choose_the_id_of_its_segment(desk, door):
    uid = str(uuid4())
    assert door.post(path(desk), named("late", uid=uid)).json()["uid"] == uid


@pytest.mark.parametrize(
    "value", [10**30, -1, 1.0, 1.5, True, False, "5", "", None, [], {}, [5], 2**31, 2**63, -(10**30)], ids=str
)
@pytest.mark.parametrize("field", ["start", "end"])
def test_an_offset_is_a_whole_number(desk, door, field, value):
    assert is_problem(door.post(path(desk), named("late", **{field: value})), 400)
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("span", "status"),
    [
        ({"start": 5, "end": 5, "quote": ""}, 400),
        ({"start": 9, "end": 5, "quote": "x"}, 400),
        ({"end": 100_000}, 400),
        ({"quote": "late  fee"}, 409),
        ({"quote": "early fee"}, 409),
        ({"quote": None}, 400),
        ({"quote": 5}, 400),
    ],
)
def test_a_span_that_is_none_of_the_text_is_refused(desk, door, span, status):
    assert is_problem(door.post(path(desk), named("late", **span)), status)
    assert not Segment.objects.exists()


def test_a_span_up_to_the_end_of_the_text_is_taken_and_one_past_it_refused(desk, door):
    text = desk.incident.text
    to_end = {"start": len(text) - 3, "end": len(text), "quote": text[-3:]}
    assert door.post(path(desk), named("late", **to_end)).status_code == 201
    assert is_problem(door.post(path(desk), named("late", **to_end | {"end": len(text) + 1})), 400)


@pytest.mark.parametrize(
    "codes",
    [
        [], None, {}, "late", ["late"], [5], [[]], [{}], [{"name": ""}], [{"name": "  "}], [{"name": 5}], [{"name": "x" * 201}],
        [{"uid": "x"}], [{"uid": 5}], [{"uid": UNKNOWN}], [{"uid": UNKNOWN, "name": "x"}],
        [{"name": "x", "definition": "x" * 20_001}], [{"name": "x", "in_vivo": "yes"}], [{"name": "x"}] * 101,
    ],
    ids=lambda codes: str(codes)[:40],
)  # fmt: skip
def test_a_segment_needs_codes_that_are_some(desk, door, codes):
    assert is_problem(door.post(path(desk), {**SPAN, "codes": codes}), 400)
    assert not Segment.objects.exists()
    assert not Code.objects.exists()


def test_another_s_code_is_answered_as_one_that_is_not_there(desk, door, opened, bo):
    factory.code(factory.assignment(opened, bo), "late fee", "bo's own")
    answers = [
        door.post(path(desk), {**SPAN, "codes": [{"uid": str(uid)}]}) for uid in (Code.objects.get().uid, uuid4())
    ]
    assert answers[0].content == answers[1].content
    assert is_problem(answers[0], 400)


def test_the_same_name_by_two_coders_does_not_collide(desk, door, opened, bo):
    factory.code(factory.assignment(opened, bo), "late fee", "inventing a rule")
    assert door.post(path(desk), named("inventing a rule")).status_code == 201
    assert Code.objects.count() == 2


def test_a_segment_takes_more_codes_and_loses_them_and_goes_with_the_last(desk, door):
    uid = door.post(path(desk), named("a")).json()["uid"]
    more = door.post(path(desk, f"{uid}/codes/"), {"name": "b"}).json()["segment"]
    assert len(more["codes"]) == 2
    less = door.delete(path(desk, f"{uid}/codes/{more['codes'][0]}/")).json()["segment"]
    assert less["codes"] == more["codes"][1:]
    assert door.delete(path(desk, f"{uid}/codes/{more['codes'][1]}/")).json() == {
        "segment": None,
        "segments": [],
        "marks": [],
    }
    assert not Segment.objects.exists()


def test_a_code_that_the_segment_does_not_bear_can_not_be_taken_off(desk, door):
    uid = door.post(path(desk), named("a")).json()["uid"]
    assert is_problem(door.delete(path(desk, f"{uid}/codes/{uuid4()}/")), 409)


def test_a_segment_is_deleted_and_undo_brings_it_back(desk, door):
    said = door.post(path(desk), named("a", "b")).json()
    assert door.delete(path(desk, f"{said['uid']}/")).status_code == 204
    assert is_problem(door.get(path(desk, f"{said['uid']}/")), 404)
    assert door.post(path(desk, "undo/")).json()["segment"] == said
    assert door.post(path(desk, "undo/")).json() == {"segment": None, "segments": [], "marks": []}
    assert is_problem(door.post(path(desk, "undo/")), 409)


def test_a_segment_that_is_not_there_gets_404(desk, door):
    for answer in (door.get(path(desk, f"{uuid4()}/")), door.delete(path(desk, f"{uuid4()}/")),
                   door.post(path(desk, f"{uuid4()}/codes/"), {"name": "x"}), door.get(path(desk, "x/"))):  # fmt: skip
        assert is_problem(answer, 404)


def test_nothing_is_coded_after_submit(desk, door):
    uid = door.post(path(desk), named("a")).json()["uid"]
    answer = door.post(path(desk, "submit/"), {"rest": "nothing_here"})
    assert (answer.status_code, answer.json()["state"]) == (200, "submitted")
    for refused in (door.post(path(desk), named("b")), door.delete(path(desk, f"{uid}/")), door.post(path(desk, "undo/")),
                    door.post(path(desk, f"{uid}/codes/"), {"name": "b"}), door.post(path(desk, "submit/"))):  # fmt: skip
        assert is_problem(refused, 409)


def test_nothing_is_coded_after_release(desk, door, lead, opened):
    release_round(lead, opened, "Enough.")
    assert is_problem(door.post(path(desk), named("b")), 409)


# Who may


def test_nobody_else_reads_or_writes_open_work(desk, bo, lead, stranger, project):
    watcher = factory.member(project, "kim", "observer")
    factory.code(desk, "late fee", "a")
    for person in (bo, lead, stranger, watcher):
        other = Door(person)
        for answer in (other.get(path(desk)), other.post(path(desk), named("x")), other.post(path(desk, "undo/")),
                       other.post(path(desk, "submit/")), other.get(f"assignments/{desk.uid}/codes/"),
                       other.get(path(desk, f"{Segment.objects.get().uid}/"))):  # fmt: skip
            assert is_problem(answer, 404)


def test_others_released_work_is_read_and_not_written(desk, bo, lead, opened):
    factory.code(desk, "late fee", "a")
    release_round(lead, opened, "Enough.")
    open_readings(bo, opened.__class__.objects.get())
    assert Door(bo).get(path(desk)).json()["count"] == 1
    assert is_problem(Door(bo).post(path(desk), named("x")), 403)
    assert is_problem(Door(bo).get(f"assignments/{desk.uid}/codes/"), 403)


def test_who_became_an_observer_writes_no_more(desk, door, ada):
    Membership.objects.filter(user=ada).update(role="observer")
    assert is_problem(door.post(path(desk), named("x")), 403)


def test_a_reading_token_does_not_code(desk, ada):
    assert is_problem(Door(ada, scope="read").post(path(desk), named("x")), 403)
    assert Door(ada, scope="write").post(path(desk), named("x")).status_code == 201


def test_a_rating_assignment_has_no_segments(project, ada, door):
    factory.incidents(project, 1)
    rating = factory.assignment(factory.round_of(project, [ada], "rating"), ada)
    assert is_problem(door.get(path(rating)), 404)


# Keys


def test_a_retry_has_one_effect_and_the_same_answer(desk, door):
    first, again = (door.post(path(desk), named("a"), key="k1") for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert Event.objects.filter(verb="code_segment").count() == 1


def test_a_retry_is_answered_as_the_first_even_when_the_segment_is_gone(desk, door):
    uid = door.post(path(desk), named("a"), key="k1").json()["uid"]
    more = [door.post(path(desk, f"{uid}/codes/"), {"name": "b"}, key="k2") for _ in range(2)]
    gone = [door.delete(path(desk, f"{uid}/"), key="k3") for _ in range(2)]
    assert [answer.status_code for answer in gone] == [204, 204]
    assert door.post(path(desk, f"{uid}/codes/"), {"name": "b"}, key="k2").content == more[0].content == more[1].content
    assert door.post(path(desk), named("a"), key="k1").status_code == 201
    assert not Segment.objects.exists()


def test_a_key_used_for_something_else_is_refused(desk, door):
    door.post(path(desk), named("a"), key="k1")
    assert is_problem(door.post(path(desk), named("b"), key="k1"), 422)
    assert is_problem(door.post(path(desk, "undo/"), key="k1"), 422)


def test_a_retry_of_calling_an_incident_uncodable_is_answered_as_the_first_try_was(desk, door):
    first = door.post(path(desk, "uncodable/"), {"reason": "A list of links."}, key="k1")
    door.post(path(desk, "uncodable/"), {"reason": "An advertisement."}, key="k2")
    again = door.post(path(desk, "uncodable/"), {"reason": "A list of links."}, key="k1")
    desk.refresh_from_db()
    assert (again.json(), desk.uncodable_because) == (first.json(), "An advertisement.")


def test_a_retried_submission_says_when_it_was_first_submitted(desk, door, lead):
    first = door.post(path(desk, "submit/"), {"rest": "nothing_here"}, key="k1")
    reopen(lead, desk, "A slip.")
    assert door.post(path(desk, "submit/"), {"rest": "nothing_here"}, key="k1").content == first.content
    desk.refresh_from_db()
    assert desk.state == "in_progress"


# Codes


def test_a_coder_reads_the_codes_that_may_be_used_here(project, lead, ada):
    create_code(lead, project, "shared", definition="For all.")
    factory.incidents(project, 1)
    desk = factory.assignment(factory.round_of(project, [ada]), ada)
    factory.code(desk, "late fee", "my own")
    rows = Door(ada).get(f"assignments/{desk.uid}/codes/").json()["results"]
    assert [(row["name"], row["own"], row["uses"], row["version"]) for row in rows] == [
        ("my own", True, 1, 1),
        ("shared", False, 0, None),
    ]
    assert rows[1]["definition"] == "For all."


def test_a_coder_rewords_own_private_codes_by_version(desk, door):
    code = door.post(path(desk), named("a")).json()["codes"][0]
    at = f"assignments/{desk.uid}/codes/{code}/"
    answer = door.patch(at, {"version": 1, "definition": "Mine."})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert is_problem(door.patch(at, {"version": 1, "definition": "Stale."}), 409)
    assert is_problem(door.patch(f"assignments/{desk.uid}/codes/{uuid4()}/", {"version": 1, "name": "x"}), 404)
    assert Event.objects.get(verb="reword_code").stream == desk.stream


# Size


def test_pages_hold_at_most_200_in_text_order(desk, door):
    Segment.objects.bulk_create(Segment(assignment=desk, start=n % 100, end=n % 100 + 1 + n // 100) for n in range(250))
    first = door.get(path(desk) + "?page_size=200").json()
    rest = door.get(path(desk) + "?page_size=200&page=2").json()
    assert (first["count"], len(first["results"]), len(rest["results"])) == (250, 200, 50)
    rows = first["results"] + rest["results"]
    assert len({row["uid"] for row in rows}) == 250
    assert rows == sorted(rows, key=lambda row: (row["start"], -row["end"]))


def test_the_limit_of_10_000_segments(desk, door):
    text = desk.incident.text
    spans = [
        (start, end)
        for start in range(len(text))
        for end in range(start + 1, len(text) + 1)
        if (start, end) != (START, START + 8)
    ]
    Segment.objects.bulk_create(Segment(assignment=desk, start=start, end=end) for start, end in spans[:9_998])
    free = [(s, e) for s, e in spans[9_998:] if text[s:e] == text[s:e].strip()]

    def take(s, e):
        span = {"start": s, "end": e, "quote": text[s:e]}
        return door.post(path(desk), {**span, "codes": [{"name": "a"}]}).status_code

    assert take(*free[-1]) == 201
    assert take(START, START + 8) == 201
    assert take(*free[-2]) == 409
    assert take(START, START + 8) == 201  # what is there takes more codes


def test_the_number_of_queries_stays_with_more_segments(desk, door, ada, django_assert_num_queries):
    for count in (2, 40):
        for n in range(count):
            code_segment(ada, desk, n * 3, n * 3 + 40, None, [factory.Naming(name=f"code {n}")])
        with django_assert_num_queries(6):
            door.get(path(desk) + "?page_size=200")
        with django_assert_num_queries(6):
            door.get(f"assignments/{desk.uid}/codes/?page_size=200")


def test_a_submitted_assignment_is_still_read(desk, door, ada):
    factory.code(desk, "late fee", "a")
    factory.hand_in(desk)
    assert door.get(path(desk)).json()["count"] == 1


def test_a_submitted_incident_is_asked_back_by_program_too(desk, door):
    assert is_problem(door.post(path(desk, "ask-reopening/"), {"reason": "A slip."}), 409)
    factory.hand_in(desk)
    assert door.post(path(desk, "ask-reopening/"), {"reason": "A slip."}).json() == {"reason": "A slip."}
    desk.refresh_from_db()
    assert desk.reopening_asked == "A slip."


def test_an_undo_by_program_names_the_change_that_it_knows(desk, door):
    door.post(path(desk), named("a"), key="k1")
    assert is_problem(door.post(path(desk, "undo/"), {"after": "older"}), 409)
    assert door.post(path(desk, "undo/"), {"after": "k1"}).json()["segments"] == []


def test_another_wording_of_the_teams_code_is_proposed_and_changes_nothing_yet(shared, desk, door):
    at = f"assignments/{desk.uid}/codes/{shared.uid}/propose/"
    for definition in ("A fee that came late.", "A fee that nobody promised."):
        answer = door.post(at, {"definition": definition})
        assert answer.status_code == 200
        assert answer.json()["definition"] == definition
    kept = Proposal.objects.get()
    assert (kept.target, kept.state, kept.wording["definition"]) == (
        shared.ref(),
        "open",
        "A fee that nobody promised.",
    )
    assert Code.objects.get(pk=shared.pk).definition == "A fee."


def test_only_the_teams_codes_are_proposed_for_and_only_at_ones_own_desk(shared, desk, door, bo):
    own = door.post(path(desk), named("late")).json()["codes"][0]
    at = f"assignments/{desk.uid}/codes"
    assert is_problem(door.post(f"{at}/{own}/propose/", {"definition": "x"}), 400)
    assert is_problem(door.post(f"{at}/{shared.uid}/propose/", {}), 400)
    assert is_problem(Door(bo).post(f"{at}/{shared.uid}/propose/", {"definition": "x"}), 404)
    assert not Proposal.objects.exists()
