"""Evidence of a rating: quotes that the coder coded in the incident before, and nobody else's."""

from uuid import uuid4

import pytest
from django.urls import reverse

from coding.codes.models import Scale
from coding.lib.refusals import BadInput
from coding.open_coding.models import Segment
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.rounds.rules import open_readings
from coding.selective_coding.models import RatingEvidence
from coding.selective_coding.readings import Choice, Reading, refuse_mixed
from coding.selective_coding.rules import reading_of
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import posted, rate, save, uid

FEE, DESK = "the late fee had been waived", "showed the chat at the desk"


@kept
def coded(project, lead, ada, bo):
    """Ada and Bo have coded two incidents, and the round is released."""
    factory.incidents(project, 2)
    coded = factory.round_of(project, [ada, bo], name="Coded")
    for one in coded.assignments.order_by("pk"):
        factory.code(one, FEE, "promising")
        if one.coder == ada:
            factory.code(one, DESK, "showing proof")
        factory.hand_in(one)
    release_round(lead, coded)
    return coded


@kept
def rated(project, coded, ada, bo):
    return factory.round_of(project, [ada, bo], Round.Stage.RATING)


@kept
def work(rated, ada):
    return factory.assignment(rated, ada)


@pytest.fixture
def url(work):
    return reverse("selective_coding:rate", args=[work.uid])


@pytest.fixture
def browser(sign_in, ada):
    return sign_in(ada)


def segments(coded, coder, incident):
    found = Segment.objects.filter(assignment=factory.assignment(coded, coder, incident)).order_by("start")
    return [one.uid for one in found]


@kept
def own(coded, ada, work):
    return segments(coded, ada, work.incident)


@kept
def foreign(coded, ada, bo, work):
    """Segments that are no evidence for Ada here: Bo's, those of another incident, and none at all."""
    other = coded.assignments.exclude(incident=work.incident).filter(coder=ada).get()
    return {
        "Bo's": segments(coded, bo, work.incident)[0],
        "another incident's": segments(coded, ada, other.incident)[0],
        "unknown": uuid4(),
    }


def shown(work):
    rows = RatingEvidence.objects.filter(rating__assignment=work).order_by("segment__start")
    return list(rows.values_list("rating__scale_category__number", "segment__uid"))


# The verb


def test_evidence_is_saved_with_the_rating(work, own):
    save(work, 7, 6, evidence={7: own, 6: own[:1]})
    assert sorted(shown(work)) == sorted([(7, own[0]), (7, own[1]), (6, own[0])])
    assert reading_of(work).evidence[uid(work.round.project, 7)] == set(own)


def test_a_later_save_takes_evidence_back_and_what_stays_keeps_its_row(work, own):
    save(work, 7, evidence={7: own})
    kept = RatingEvidence.objects.get(segment__uid=own[0])
    save(work, 7, 6, evidence={7: own[:1]})
    assert shown(work) == [(7, own[0])]
    assert RatingEvidence.objects.get() == kept


def test_a_category_taken_back_takes_its_evidence_along(work, own):
    save(work, 7, 6, evidence={7: own})
    save(work, 6)
    assert shown(work) == []


def test_evidence_alone_makes_another_state(work, own):
    without = save(work, 7).version
    assert save(work, 7, evidence={7: own}).version != without


@pytest.mark.parametrize("whose", ["Bo's", "another incident's", "unknown"])
def test_what_is_not_the_coders_own_coding_of_the_incident_is_refused(work, foreign, whose):
    with pytest.raises(BadInput, match="no such quote among your own codings"):
        save(work, 7, evidence={7: [foreign[whose]]})
    assert shown(work) == []
    assert not work.ratings.exists()


def test_codings_of_a_round_that_is_not_released_are_not_offered(project, work, ada):
    """Its coder could still take them away."""
    again = factory.assignment(factory.round_of(project, [ada], name="Again"), ada, work.incident)
    segment = factory.code(again, "a week later", "late").segment
    with pytest.raises(BadInput):
        save(work, 7, evidence={7: [segment]})


@pytest.mark.parametrize("hiding", [{"shows_earlier": "none"}, {"purpose": "stability"}])
def test_a_round_that_shows_no_earlier_work_takes_no_evidence(browser, url, work, own, rated, hiding):
    Round.objects.filter(pk=rated.pk).update(**hiding)
    work.round.refresh_from_db()
    assert "showed the chat at the desk</q>" not in browser.get(url).content.decode()
    with pytest.raises(BadInput, match="shows no earlier work"):
        save(work, 7, evidence={7: own})


def test_a_value_that_is_not_touched_takes_no_evidence():
    zero = Reading((Choice(uuid4(), 0, frozenset({uuid4()})),))
    with pytest.raises(BadInput, match="no quote speaks for it"):
        refuse_mixed(zero, Scale.RatingKind.STANCE)


# The page


def test_own_quotes_are_offered_for_each_category_and_nobody_elses(browser, url, own, foreign):
    page = browser.get(url).content.decode()
    for one in own:
        assert page.count(f'value="{one}"') == 12
    assert not [whose for whose, one in foreign.items() if str(one) in page]
    assert "showing proof" not in page  # not adopted before the edition, so the edition does not name it


def test_a_plain_form_saves_evidence_and_shows_it_again(browser, url, work, own, project):
    seven = uid(project, 7)
    browser.post(url, posted(project, 7, **{f"evidence-{seven}": [str(own[1])]}))
    assert shown(work) == [(7, own[1])]
    assert f'name="evidence-{seven}" value="{own[1]}" checked' in browser.get(url).content.decode()


def test_quotes_of_a_category_that_is_not_chosen_count_for_nothing(browser, url, work, own, project):
    browser.post(url, posted(project, 7, **{f"evidence-{uid(project, 6)}": [str(own[1])]}))
    assert (shown(work), work.ratings.count()) == ([], 1)


@pytest.mark.parametrize("whose", ["Bo's", "another incident's", "unknown", "no id"])
def test_the_page_refuses_foreign_evidence_with_a_sentence(browser, url, work, foreign, project, whose):
    sent = {f"evidence-{uid(project, 7)}": [str(foreign.get(whose, "x"))]}
    page = browser.post(url, posted(project, 7, **sent))
    assert page.status_code == 400
    assert "no such quote among your own codings" in page.content.decode()
    assert not work.ratings.exists()


def test_readers_see_the_quotes_only_where_they_may_open_the_codings(
    sign_in, url, work, own, lead, rated, coded, project
):
    save(work, 7, evidence={7: own[1:]})
    release_round(lead, rated, reason="All have seen it.")
    reader = factory.member(project, "dee")
    opened(reader, rated)
    assert "showed the chat at the desk</q>" not in sign_in(reader).get(url).content.decode()
    opened(reader, coded)
    assert "showed the chat at the desk</q>" in sign_in(reader).get(url).content.decode()


def opened(reader, released):
    released.refresh_from_db(fields=["state"])
    open_readings(reader, released)


def test_the_cost_of_the_page_does_not_grow_with_the_quotes(browser, project, lead, ada, django_assert_num_queries):
    incident = factory.incidents(project, 1)[0]
    for count in (2, 40):
        coded = factory.round_of(project, [ada], name=f"{count}")
        held = factory.assignment(coded, ada, incident)
        for start in range(count):
            factory.code(held, incident.text[start : start + 60], f"code {start}")
        factory.hand_in(held)
        release_round(lead, coded)
        work = factory.assignment(
            factory.round_of(project, [ada], Round.Stage.RATING, incidents=[incident], name=f"rated {count}"), ada
        )
        own = segments(coded, ada, incident)
        save(work, 7, evidence={7: own})
        with django_assert_num_queries(8):
            browser.get(reverse("selective_coding:rate", args=[work.uid]))


# The second door


def body(project, *evidence):
    seven = str(uid(project, 7))
    return {"choices": [{"scale_category": seven, "evidence": [str(one) for one in evidence]}], "primary": seven}


def test_the_second_door_writes_and_reads_evidence(project, ada, work, own):
    door, path = Door(ada), f"assignments/{work.uid}/ratings/"
    assert door.put(path, body(project, *own)).status_code == 200
    assert door.get(path).json()["choices"][0]["evidence"] == sorted(map(str, own))


@pytest.mark.parametrize("whose", ["Bo's", "another incident's", "unknown", "no id"])
def test_the_second_door_refuses_foreign_evidence(project, ada, work, foreign, whose):
    answer = Door(ada).put(f"assignments/{work.uid}/ratings/", body(project, foreign.get(whose, "x")))
    assert is_problem(answer, 400)
    assert not work.ratings.exists()


def test_nothing_is_shown_after_submit(project, ada, work, own):
    rate(work, 7)
    assert is_problem(Door(ada).put(f"assignments/{work.uid}/ratings/", body(project, *own)), 409)
    assert shown(work) == []
