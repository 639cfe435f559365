"""Rating on a stance scale: -1, 0 or +1 on every value, by the verb, the page and the API."""

from uuid import uuid4

import pytest
from django.urls import reverse

from coding.codes.models import Scale
from coding.lib.refusals import BadInput
from coding.rounds.models import Assignment, Round
from coding.selective_coding import rules
from coding.selective_coding.rules import Choice, RatingIncomplete, Reading, reading_of
from tests import factory
from tests.door import Door
from tests.kept import kept
from tests.selective_coding import stances
from tests.selective_coding.stances import posted, reading, values, vector


@kept
def project(lead):
    return stances.project(lead)


@kept
def work(project, ada, bo):
    factory.incidents(project, 2)
    return factory.assignment(factory.round_of(project, [ada, bo], Round.Stage.RATING), ada)


@pytest.fixture
def url(work):
    return reverse("selective_coding:rate", args=[work.uid])


def said(work):
    return dict(work.ratings.order_by("scale_category__number").values_list("scale_category__number", "stance"))


def test_every_value_has_its_stance(work, project):
    done = rules.submit(work.coder, work, reading=reading(project, "+9 -5"))
    assert done.state == Assignment.State.SUBMITTED
    assert said(work) == vector("+9 -5")
    assert not work.ratings.filter(is_primary=True).exists()


def test_a_changed_stance_keeps_its_row(work, project, ada):
    rules.submit(ada, work, reading=reading(project, "+9"))
    rows = set(work.ratings.values_list("pk", flat=True))
    Assignment.objects.filter(pk=work.pk).update(state="in_progress", submitted_at=None)
    saved = reading(project, "-9 +1", confidence="low")
    rules.save_ratings(ada, work, saved.choices, None, none_applies=False, confidence="low")
    assert said(work) == vector("-9 +1")
    assert set(work.ratings.values_list("pk", flat=True)) == rows
    assert reading_of(work).confidence == "low"


def test_a_save_may_be_incomplete_and_a_submission_not(work, project, ada):
    one = Reading((Choice(values(project)[9].uid, 1),))
    rules.save_ratings(ada, work, one.choices, None, none_applies=False)
    with pytest.raises(RatingIncomplete, match="9 of 10 values have no stance yet: Self-direction, Stimulation"):
        rules.submit(ada, work)
    assert said(work) == {9: 1}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda uid: {"choices": (Choice(uid, 2),)}, "−1, 0 or \\+1"),
        (lambda uid: {"choices": (Choice(uid),)}, "−1, 0 or \\+1"),
        (lambda uid: {"choices": (Choice(uid, 1), Choice(uid, -1))}, "named twice"),
        (lambda uid: {"choices": (Choice(uid, 1),), "primary": uid}, "primary"),
        (lambda uid: {"choices": (), "none_applies": True}, "no “none applies”"),
        (lambda uid: {"choices": (Choice(uuid4(), 1),)}, "no such category"),
    ],
)
def test_what_is_no_stance_is_refused(work, project, ada, change, why):
    asked = {"primary": None, "none_applies": False, **change(values(project)[9].uid)}
    with pytest.raises(BadInput, match=why):
        rules.save_ratings(ada, work, **asked)
    assert not work.ratings.exists()


def test_the_page_has_a_row_of_three_keys_for_each_value(sign_in, ada, url):
    page = sign_in(ada).get(url).content.decode()
    assert page.count('type="radio" name="stance-') == 30
    assert "selective_coding/stances" in page
    assert "None applies" not in page


def test_a_plain_form_saves_comes_back_and_submits(sign_in, ada, url, work, project):
    browser = sign_in(ada)
    browser.post(url, posted(project, {9: 1, 5: -1}, action="save"))
    assert said(work) == {5: -1, 9: 1}
    refused = browser.post(url, posted(project, {9: 1, 5: -1}, action="submit"))
    assert (refused.status_code, "8 of 10 values" in refused.content.decode()) == (409, True)
    assert browser.post(url, posted(project, vector("+9 -5"), action="submit")).status_code == 302
    assert said(work) == vector("+9 -5")


def test_a_stale_form_says_what_stands(sign_in, ada, url, work, project):
    version = reading_of(work).version
    rules.save_ratings(ada, work, reading(project, "+9").choices, None, none_applies=False)
    page = sign_in(ada).post(url, posted(project, {1: 1}, action="save", version=version))
    assert page.status_code == 409
    assert "Saved there: +1 Benevolence; 0 on 9 values" in page.content.decode()


@pytest.mark.parametrize("stance", ["2", "", "1+", "\x00", ["1", "-1"]])
def test_a_posted_stance_that_is_none_is_400(sign_in, ada, url, work, project, stance):
    answer = sign_in(ada).post(url, {f"stance-{values(project)[9].uid}": stance, "action": "save"})
    assert (answer.status_code, "A stance is −1, 0 or +1" in answer.content.decode()) == (400, True)
    assert not work.ratings.exists()


def test_a_stance_for_a_presence_scale_is_400(sign_in, lead, ada):
    other = factory.project(lead, "Presence")
    other.memberships.create(user=ada, role="coder")
    factory.incidents(other, 1)
    work = factory.assignment(factory.round_of(other, [ada], Round.Stage.RATING), ada)
    seven = Scale.objects.get(project=other).layers.first().categories.first()
    answer = sign_in(ada).post(reverse("selective_coding:rate", args=[work.uid]), {f"stance-{seven.uid}": "1"})
    assert (answer.status_code, "not for a stance" in answer.content.decode()) == (400, True)


def test_a_program_rates_by_the_api(ada, work, project):
    door, path = Door(ada), f"assignments/{work.uid}/ratings/"
    choices = [
        {"scale_category": str(values(project)[number].uid), "stance": stance}
        for number, stance in vector("+9 -5").items()
    ]
    assert door.get(f"{path}scale/").json()["rating_kind"] == "stance"
    assert door.put(path, {"choices": [{**choices[0], "stance": 2}]}).status_code == 400
    assert door.put(path, {"choices": choices[:3]}).status_code == 200
    assert door.post(f"{path}submit/").status_code == 409
    assert door.put(path, {"choices": choices}).status_code == 200
    assert door.post(f"{path}submit/").status_code == 200
    assert {row["stance"] for row in door.get(path).json()["choices"]} == {-1, 0, 1}


def test_others_stances_leave_ones_own_page_as_it_is(sign_in, project, work, bo):
    own = factory.assignment(work.round, bo)
    address = reverse("selective_coding:rate", args=[own.uid])
    before = sign_in(bo).get(address).context
    rules.submit(work.coder, work, reading=reading(project, "+9", note="Mine alone."))
    after = sign_in(bo).get(address)
    assert all(before[name] == after.context[name] for name in ("way", "version", "reading", "layers"))
    assert b"Mine alone." not in after.content
    assert sign_in(bo).get(reverse("selective_coding:rate", args=[work.uid])).status_code == 404
