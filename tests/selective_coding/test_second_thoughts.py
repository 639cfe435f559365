"""What a coder's own codes suggest is shown only after Submit; a second thought is a note, and the rating stays."""

import json
import re
from dataclasses import replace

import pytest
from django.urls import reverse

from coding.codes import rules as code_rules
from coding.codes.models import Category, Code
from coding.people.models import Event, Membership, Role
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.rounds.rules import RoundNotOpen, reopen
from coding.rounds.writing import NotYours
from coding.selective_coding import queries, second_thoughts, views
from coding.selective_coding.own_codings import CODED
from coding.selective_coding.rules import reading_of
from coding.selective_coding.second_thoughts import NotSubmittedYet, note_second_thought, suggested, suggestion_for
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories, rate, save

HEAD = "After submitting"


@kept
def words(project, lead, ada, bo):
    """Ada's codes of both incidents: one leads to 7, one fits nowhere, one has no place; Bo's leads to 1."""
    factory.incidents(project, 2)
    coded = factory.round_of(project, [ada, bo], name="Coded")
    for one in coded.assignments.order_by("pk"):
        names = ("inventing a rule", "paying back", "waiting") if one.coder == ada else ("hurting",)
        factory.code(one, "the late fee", *names)
        factory.hand_in(one)
    release_round(lead, coded)
    held, scale = categories(project), project.scales.get()
    for name, category, place in (
        ("inventing a rule", "False promises", held[7]), ("paying back", "Amends", None), ("hurting", "Harm", held[1]),
    ):  # fmt: skip
        made = code_rules.create_category(lead, project, category)
        code_rules.place(lead, Code.objects.get(project=project, name=name), made)
        code_rules.map_category(lead, made, scale, place, "Because.")
    code_rules.adopt(lead, Code.objects.get(project=project, name="waiting"))
    return coded


@kept
def rated(project, words, ada, bo):
    return factory.round_of(project, [ada, bo], Round.Stage.RATING)


@kept
def work(rated, ada):
    return factory.assignment(rated, ada)


@pytest.fixture
def url(work):
    return reverse("selective_coding:rate", args=[work.uid])


@pytest.fixture
def think(work):
    return reverse("selective_coding:second_thought", args=[work.uid])


@pytest.fixture
def browser(sign_in, ada):
    return sign_in(ada)


def door_path(work, more=""):
    return f"assignments/{work.uid}/ratings/{more}"


# Before Submit


def answers_before_submit(browser, url, work, ada):
    """Everything that the coder of a rating can get of it: the page, and each address of the second door."""
    save(work, 7)
    door = Door(ada)
    return [browser.get(url).content.decode(), *(door.get(door_path(work, more)).content.decode()
                                                 for more in ("", "scale/", "suggestion/"))]  # fmt: skip


def suggesting(answers):
    """Those answers that say where the coder's codes lead."""
    return [text for text in answers if HEAD in text or "False promises" in text or "inventing a rule" in led(text)]


def led(text):
    """Leave out the coder's own quotes, which stand with their codes under every category alike."""
    return re.sub(r'(?s)<details class="evidence".*?</details>', "", text)


def test_no_answer_holds_the_suggestion_before_submit(browser, url, work, ada):
    answers = answers_before_submit(browser, url, work, ada)
    assert suggesting(answers) == []
    assert "is shown after you submit" in answers[0]


def plant_on_the_page(monkeypatch):
    """The page asks for what it shows afterwards whatever the state, which somebody could write tomorrow."""

    def always(assignment, reader):
        return {"suggestion": suggested(assignment.round, coded_by(assignment))}

    monkeypatch.setattr(views, "afterwards", always)


def plant_at_the_second_door(monkeypatch):
    monkeypatch.setattr(
        second_thoughts, "suggestion_for", lambda assignment, _: suggested(assignment.round, coded_by(assignment))
    )


def plant_the_leading_codes_in_a_row(monkeypatch):
    """A category that the coder's codes lead to is defined with them."""
    honest = queries.rating_row

    def rating_row(row, *more):
        return replace(honest(row, *more), definition=f"{row['definition']} From inventing a rule.")

    monkeypatch.setattr(queries, "rating_row", rating_row)


def coded_by(assignment):
    return {str(code) for *_, code in CODED(coder=assignment.coder_id, incident=assignment.incident_id) if code}


@pytest.mark.parametrize("plant", [plant_on_the_page, plant_at_the_second_door, plant_the_leading_codes_in_a_row])
def test_a_planted_suggestion_before_submit_is_seen(browser, url, work, ada, monkeypatch, plant):
    plant(monkeypatch)
    assert len(suggesting(answers_before_submit(browser, url, work, ada))) == 1


def test_the_second_door_refuses_the_suggestion_before_submit(work, ada):
    answer = Door(ada).get(door_path(work, "suggestion/"))
    assert is_problem(answer, 403)
    assert "after you submit" in answer.json()["detail"]


def test_the_suggestion_goes_again_when_the_lead_reopens(browser, url, work, lead):
    rate(work, 7)
    reopen(lead, work, "Look again.")
    assert HEAD not in browser.get(url).content.decode()


def test_a_second_thought_before_submit_is_refused(browser, think, work):
    page = browser.post(think, {"note": "Perhaps 6."})
    assert page.status_code == 409
    assert "change the rating itself" in page.content.decode()
    assert "Perhaps 6." not in Event.objects.filter(stream=work.stream).values_list("after", flat=True)


# After Submit


def test_the_suggestion_follows_the_coders_own_codes_through_the_edition(work, ada):
    rate(work, 6)
    found = suggestion_for(work_of(work), ada)
    assert [(place.number, place.codes) for place in found.places] == [(7, ["inventing a rule"])]
    assert (found.unfit, found.unplaced) == (["paying back"], ["waiting"])


def work_of(work):
    work.refresh_from_db()
    return work


def test_what_is_mapped_after_the_round_opened_suggests_nothing_else(work, ada, lead, project):
    code_rules.map_category(
        lead, Category.objects.get(name="False promises"), project.scales.get(), categories(project)[3], "Later."
    )
    code_rules.retire(lead, Category.objects.get(name="Amends"))
    rate(work, 6)
    found = suggestion_for(work_of(work), ada)
    assert [place.number for place in found.places] == [7]
    assert found.unfit == ["paying back"]


def test_the_page_shows_it_after_submit_and_says_why_only_then(browser, url, work):
    rate(work, 6)
    page = browser.get(url).content.decode().split(HEAD)[1]
    assert "7 Misinformation and Factual Hallucinations" in page
    assert "could not lead your judgement" in page
    assert "hurting" not in page


def test_the_second_door_gives_it_after_submit(work, ada):
    rate(work, 6)
    said = Door(ada).get(door_path(work, "suggestion/")).json()
    assert [(place["number"], place["codes"]) for place in said["places"]] == [(7, ["inventing a rule"])]


def test_who_coded_nothing_is_told_so(browser, project, ada, bo):
    factory.incidents(project, 1)
    work = factory.assignment(factory.round_of(project, [ada, bo], Round.Stage.RATING), ada)
    rate(work, 6)
    page = browser.get(reverse("selective_coding:rate", args=[work.uid]))
    assert "your codes suggest nothing" in page.content.decode()


def test_nobody_else_reads_a_coders_suggestion(work, bo, lead, rated):
    rate(work, 6)
    assert is_problem(Door(bo).get(door_path(work, "suggestion/")), 404)
    release_round(lead, rated, reason="Enough.")
    assert is_problem(Door(lead).get(door_path(work, "suggestion/")), 403)


# The second thought


def test_a_second_thought_is_kept_and_the_rating_stays(browser, url, think, work):
    rate(work, 6)
    before = reading_of(work_of(work))
    answer = browser.post(think, {"note": "Perhaps 7, since the fee is a fact."})
    assert answer["Location"] == f"{url}#afterwards"
    assert reading_of(work_of(work)) == before
    assert "Perhaps 7, since the fee is a fact." in browser.get(url).content.decode()


def test_a_second_thought_is_private_until_release(work, ada, bo, lead, rated):
    rate(work, 6)
    note_second_thought(ada, work, "Perhaps 7.")
    event = Event.objects.get(stream=work.stream, verb="second_thought")
    assert (event.released_at, json.loads(event.after)) == (None, {"note": "Perhaps 7."})
    release_round(lead, rated, reason="Enough.")
    event.refresh_from_db()
    assert event.released_at is not None


def test_reconciliation_reads_the_second_thought_beside_the_rating(sign_in, project, work, ada, bo, lead, rated):
    for one in rated.assignments.all():
        rate(one, 6 if one.coder == ada else 1)
    note_second_thought(ada, work, "Perhaps 7 after all.")
    release_round(lead, rated)
    unit = reverse("reconciliation:unit", args=[project.slug, rated.uid, work.incident.number])
    assert "Perhaps 7 after all." in sign_in(lead).get(unit).content.decode()


@pytest.mark.parametrize("note", ["", "   ", "x" * 20_001, "a\x00b"])
def test_a_second_thought_that_can_not_be_kept_is_refused_at_both_doors(browser, think, work, ada, note):
    rate(work, 6)
    assert browser.post(think, {"note": note}).status_code == 400
    assert is_problem(Door(ada).post(door_path(work, "second-thought/"), {"note": note}), 400)
    assert not Event.objects.filter(verb="second_thought").exists()


def test_a_retry_at_the_second_door_has_one_effect(work, ada):
    rate(work, 6)
    door = Door(ada)
    answers = [door.post(door_path(work, "second-thought/"), {"note": "Once."}, key="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Event.objects.filter(verb="second_thought").count() == 1


def test_only_the_coder_has_second_thoughts_and_only_until_release(sign_in, think, work, ada, bo, lead, rated):
    rate(work, 6)
    assert sign_in(bo).post(think, {"note": "x"}).status_code == 404
    with pytest.raises(NotYours):
        note_second_thought(bo, work, "x")
    release_round(lead, rated, reason="Enough.")
    with pytest.raises(RoundNotOpen):
        note_second_thought(ada, work, "x")


def test_an_observer_has_none(sign_in, think, work, ada, project):
    rate(work, 6)
    Membership.objects.filter(project=project, user=ada).update(role=Role.OBSERVER)
    assert sign_in(ada).post(think, {"note": "x"}).status_code == 403


def test_the_verb_refuses_before_submit(work, ada):
    with pytest.raises(NotSubmittedYet):
        note_second_thought(ada, work, "x")
