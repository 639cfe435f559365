"""The doors of release and reconciliation."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from coding.codes.models import ScaleCategory
from coding.codes.rules import create_category
from coding.reconciliation import rules
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds import rules as round_rules
from coding.rounds.rules import Plan, open_readings
from coding.selective_coding import mapping
from coding.selective_coding.mapping import Said
from coding.selective_coding.models import ConsensusRating
from tests import factory
from tests.kept import kept
from tests.reconciliation.factory import SMALL, many, rated_round, released_round

pytestmark = pytest.mark.django_db


@kept
def lead(whole):
    return whole.lead


@kept
def project(whole):
    return whole.project


@kept
def ada(whole):
    return whole.ada


@kept
def bare(lead):
    """Another project of the same lead, without a round."""
    return factory.project(lead, "Bare")


@kept
def pair(bare):
    return [factory.member(bare, name) for name in ("cleo", "dan")]


@kept
def observer(project):
    return factory.member(project, "olu", "observer")


def queue(project):
    return reverse("reconciliation:queue", args=[project.slug])


def unit(of, number=3):
    return reverse("reconciliation:unit", args=[of.project.slug, of.uid, number])


def reopen(of, number=3):
    return reverse("reconciliation:reopen", args=[of.project.slug, of.uid, number])


def release(of):
    return reverse("reconciliation:release", args=[of.project.slug, of.uid])


def sent(**change):
    return {
        "outcome": "merge",
        "category": [6, 7],
        "primary": 7,
        "reason": "slip",
        "rationale": "It says so.",
        **change,
    }


def test_a_lead_releases_and_reads_the_agreement(sign_in, bare, pair, lead):
    of = rated_round(bare, pair)
    answer = sign_in(lead).post(release(of), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("agreement:round", args=[bare.slug, of.uid])
    notice = answer.content.decode().split('<ul class="notices">')[1].split("</ul>")[0]
    assert "All agreed on 2 incidents; 4 disagreements to settle." in notice


def test_release_without_its_reason_is_refused(sign_in, bare, pair, lead):
    of = rated_round(bare, pair, [("7", "")])
    answer = sign_in(lead).post(release(of))
    assert answer.status_code == 400
    assert "say why you release the round now" in answer.content.decode()


def test_a_second_release_is_refused(sign_in, of, lead):
    assert sign_in(lead).post(release(of)).status_code == 409


def test_the_round_page_offers_release(sign_in, bare, pair, lead):
    of = rated_round(bare, pair, [*SMALL, ("7", "")])
    body = sign_in(lead).get(reverse("rounds:round", args=[bare.slug, of.uid])).content.decode()
    assert release(of) in body
    assert "13 of 14 submitted" in body
    assert "Reason for releasing now" in body


def test_release_is_closed_to_others(sign_in, bare, pair, stranger):
    of, observer = rated_round(bare, pair), factory.member(bare, "olu", "observer")
    assert sign_in(pair[0]).post(release(of)).status_code == 403
    assert sign_in(observer).post(release(of)).status_code == 403
    assert sign_in(stranger).post(release(of)).status_code == 404
    assert sign_in(factory.lead_of(bare)).get(release(of)).status_code == 405


def test_who_may_read_the_queue_and_a_unit(sign_in, of, project, ada, lead, observer, stranger):
    for url in (queue(project), unit(of)):
        codes = [sign_in(person).get(url).status_code for person in (lead, observer, ada, stranger)]
        assert codes == [200, 200, 403, 404]


def test_only_a_lead_settles_and_reopens(sign_in, of, ada, observer, stranger):
    for url in (unit(of), reopen(of)):
        codes = [sign_in(person).post(url, sent()).status_code for person in (ada, observer, stranger)]
        assert codes == [403, 403, 404]
    assert not Decision.objects.exists()


def test_wrong_methods(sign_in, of, project, lead):
    client = sign_in(lead)
    assert client.post(queue(project)).status_code == 405
    assert client.put(unit(of)).status_code == 405
    assert client.get(reopen(of)).status_code == 405


def test_the_queue_lists_worst_first_and_filters(sign_in, of, project, lead):
    client = sign_in(lead)
    order = [one.incident.number for one in Disagreement.objects.filter(round=of).worst_first()]
    assert [one.incident.number for one in client.get(queue(project)).context["page"]] == order
    client.post(unit(of), sent())
    assert 3 not in [one.incident.number for one in client.get(queue(project)).context["page"]]
    settled = client.get(queue(project) + "?state=settled")
    assert [one.incident.number for one in settled.context["page"]] == [3]
    assert "1 of 4 settled" in settled.content.decode()


def test_settling_goes_on_to_the_next(sign_in, of, project, lead):
    client = sign_in(lead)
    order = [one.incident.number for one in Disagreement.objects.filter(round=of).worst_first()]
    for number, following in zip(order, [*order[1:], None], strict=True):
        answer = client.post(unit(of, number), sent(outcome="plural"))
        assert answer.status_code == 302
        assert answer["Location"] == (unit(of, following) if following else queue(project))


def test_taking_a_reading_needs_no_ticks(sign_in, of, ada, lead):
    sign_in(lead).post(unit(of), sent(outcome=f"one:{ada.uid}", category=[1], primary=1))
    assert Decision.objects.get().outcome == "one"
    assert [row.scale_category.number for row in ConsensusRating.objects.filter(incident__number=3)] == [7]


def test_a_single_ticked_category_is_primary_by_itself(sign_in, of, lead):
    sign_in(lead).post(unit(of), sent(outcome="recode", category=[9], primary=""))
    row = ConsensusRating.objects.get(incident__number=3)
    assert (row.scale_category.number, row.is_primary) == (9, True)


@pytest.mark.parametrize(
    "change",
    [{"outcome": ""}, {"outcome": "one:nobody"}, {"reason": ""}, {"rationale": " "}, {"rationale": "a\x00b"},
     {"category": [77]}, {"category": ["x"]}, {"primary": ""}, {"category": [1], "primary": 1}],
)  # fmt: skip
def test_a_refused_form_keeps_what_was_written(sign_in, of, lead, change):
    answer = sign_in(lead).post(unit(of), sent(**change))
    assert answer.status_code == 400
    assert "Not settled yet" in answer.content.decode()
    assert not Decision.objects.exists()
    if "rationale" not in change:
        assert "It says so." in answer.content.decode()


def test_a_settled_unit_shows_its_decision_and_can_be_reopened(sign_in, of, lead):
    client = sign_in(lead)
    client.post(unit(of), sent())
    assert "It says so." in client.get(unit(of)).content.decode()
    assert client.post(unit(of), sent()).status_code == 409
    shown = decision_shown(client.get(unit(of)))
    assert client.post(reopen(of), {"reason": "", **shown}).status_code == 400
    assert client.post(reopen(of), {"reason": "Look again.", **shown}).status_code == 302
    assert "Decided before" in client.get(unit(of)).content.decode()


def decision_shown(page):
    """The decision that the page's form to reopen names."""
    return dict([re.search(r'type="hidden" name="(decision)" value="([^"]*)"', page.content.decode()).groups()])


def test_a_reopening_is_of_the_decision_that_its_author_saw(sign_in, of, lead):
    client = sign_in(lead)
    client.post(unit(of), sent())
    stale = decision_shown(client.get(unit(of)))
    client.post(reopen(of), {"reason": "Look again.", **stale})
    assert client.post(reopen(of), {"reason": "Twice.", **stale}).status_code == 409
    client.post(unit(of), sent(outcome="plural"))
    for shown in (stale, {}, {"decision": "x"}):
        late = client.post(reopen(of), {"reason": "Look again.", **shown})
        assert late.status_code == 409
        assert "Somebody decided this anew meanwhile" in late.content.decode()
    assert Disagreement.objects.get(round=of, incident__number=3).settled_at


NOT_STORED = "What you wrote, which is not stored"


def test_who_settles_second_reads_the_first_decision_and_keeps_the_words(sign_in, of, lead):
    client = sign_in(lead)
    client.post(unit(of), sent())
    for change in ({}, {"reason": ""}):
        second = client.post(unit(of), sent(rationale="My other words.", **change)).content.decode()
        assert "It says so." in second
        assert "My other words." in second.split(NOT_STORED)[1]
    assert NOT_STORED not in client.get(unit(of)).content.decode()


def test_who_settles_a_moment_too_late_keeps_the_words(sign_in, of, lead, monkeypatch):
    """The page was read before the other decision; the lock finds it."""
    client, settle = sign_in(lead), rules.settle

    def overtaken(by, found, **said):
        settle(by, found, **said | {"rationale": "It says so."})
        return settle(by, found, **said)

    monkeypatch.setattr(rules, "settle", overtaken)
    late = client.post(unit(of), sent(rationale="My other words."))
    assert late.status_code == 409
    assert "Somebody settled this meanwhile" in late.content.decode()
    assert "My other words." in late.content.decode().split(NOT_STORED)[1]


def test_who_has_not_opened_the_readings_keeps_the_words(sign_in, of, project):
    late = sign_in(factory.member(project, "eve", "lead")).post(unit(of), sent(rationale="My other words."))
    assert late.status_code == 409
    assert "My other words." in late.content.decode().split(NOT_STORED)[1]


def test_a_refused_reopening_keeps_the_reason(sign_in, of, project, lead):
    client, why = sign_in(lead), {"reason": "My “words” of it."}
    client.post(unit(of), sent())
    shown = decision_shown(client.get(unit(of)))
    late = client.post(reopen(of), {"decision": "x", **why})  # somebody decided anew: the form is there again
    assert late.status_code == 409
    assert "Somebody decided this anew meanwhile" in late.content.decode()
    assert 'name="reason" required maxlength="1000"' in late.content.decode()
    assert 'value="My “words” of it."' in late.content.decode()
    assert NOT_STORED not in late.content.decode()
    client.post(reopen(of), {"reason": "Look again.", **shown})
    late = client.post(reopen(of), {**shown, **why})  # somebody reopened it: the form to settle is there
    assert late.status_code == 409
    assert "My “words” of it." in late.content.decode().split(NOT_STORED)[1]
    assert f'action="{unit(of)}" novalidate' in late.content.decode()


def test_a_reopening_by_who_has_not_opened_the_readings_keeps_the_reason(sign_in, of, project, lead):
    sign_in(lead).post(unit(of), sent())
    shown = {"decision": Decision.objects.get().uid, "reason": "My words of it."}
    late = sign_in(factory.member(project, "lee", "lead")).post(reopen(of), shown)
    assert late.status_code == 409
    assert "My words of it." in late.content.decode().split(NOT_STORED)[1]
    assert f'name="next" value="{unit(of)}"' in late.content.decode()


def test_an_observer_reads_without_a_form(sign_in, of, observer):
    open_readings(observer, of)
    body = sign_in(observer).get(unit(of)).content.decode()
    assert "What coders said" in body
    assert 'name="outcome"' not in body
    assert 'form="settle"' not in body


def test_readings_wait_until_they_are_opened(sign_in, of, observer):
    body = sign_in(observer).get(unit(of)).content.decode()
    assert "closed to you until you open them" in body
    assert "Misinformation" not in body


def test_lanes_say_confidence_and_note_even_for_none(sign_in, of, lead):
    lanes = sign_in(lead).get(unit(of, 4)).context["lanes"]
    assert [(lane.labels == (), lane.confidence, lane.note) for lane in lanes] == [
        (True, "high", "As the text says."), (False, "high", "As the text says.")
    ]  # fmt: skip


def masked(page):
    return re.sub(r'(csrfmiddlewaretoken" value="|x-csrftoken": ")\w+', "", page)


def numbers(page):
    return sorted(int(number) for number in re.findall(r'/([0-9]+)/">[0-9]+ ', page))


@pytest.mark.parametrize("state", ["open", "settled", "all"])
def test_who_judges_an_incident_again_blind_reads_nothing_of_it_in_the_queue(sign_in, of, project, lead, state):
    """Neither that coders read it differently, nor whether and how that was settled."""
    client, other = sign_in(lead), factory.member(project, "lee", "lead")
    blind = project.incidents.get(number=3)
    opened = round_rules.draft_round(other, project, Plan("Again", "open", [lead], [blind], coders_per_incident=1))
    round_rules.open_round(other, opened)
    open_readings(lead, of)
    before, closed = client.get(queue(project), {"state": state}).content.decode(), client.get(unit(of, 3))
    assert "3 open disagreements" in client.get(reverse("desk:project", args=[project.slug])).content.decode()
    open_readings(other, of)
    sign_in(other).post(unit(of, 3), sent())
    assert Disagreement.objects.get(round=of, incident=blind).settled_at
    after = client.get(queue(project), {"state": state}).content.decode()
    assert masked(before) == masked(after)
    assert masked(closed.content.decode()) == masked(client.get(unit(of, 3)).content.decode())
    assert "can’t settle it until that round is released" in closed.content.decode()
    assert "in an open blind round is left out here" in after
    assert numbers(after) == ([] if state == "settled" else [4, 5, 6])
    page = client.get(unit(of, 4)).content.decode()
    assert f'{unit(of, 3)}"' not in page
    assert "0 of 3 settled" in page


def test_who_maps_blind_does_not_read_how_many_categories_wait(sign_in, project, lead, ada):
    other, scale = factory.member(project, "lee", "lead"), project.scales.get()
    held = {name: create_category(lead, project, name) for name in "pq"}
    bo = project.members.get(name="Bo")
    plan = Plan("Mapping", "mapping", [ada, bo], scale=scale)
    mapped = round_rules.open_round(other, round_rules.draft_round(other, project, plan))
    for coder, number in ((ada, 6), (bo, 7)):
        desk = factory.assignment(mapped, coder)
        for category in held.values():
            place = Said(ScaleCategory.objects.get(layer__scale=scale, number=number).uid)
            mapping.choose_place(coder, desk, category.uid, place)
        mapping.submit(coder, desk)
    rules.release_round(other, mapped)
    assert "2 categories" in sign_in(lead).get(queue(project)).content.decode()
    again = round_rules.draft_round(other, project, replace(plan, name="Again", coders=[lead]))
    round_rules.open_round(other, again)
    assert "were mapped differently" not in sign_in(lead).get(queue(project)).content.decode()
    assert "2 categories" in sign_in(other).get(queue(project)).content.decode()


def test_an_empty_queue_says_what_belongs_there(sign_in, bare, lead):
    assert "Plan a rating round" in sign_in(lead).get(queue(bare)).content.decode()


@pytest.mark.parametrize("size", [8, 40])
def test_the_cost_of_pages_does_not_grow(sign_in, bare, pair, lead, size, django_assert_num_queries):
    of = released_round(bare, pair, many(size))
    first = Disagreement.objects.filter(round=of).worst_first().first().incident.number
    client = sign_in(lead)
    with django_assert_num_queries(9):
        client.get(queue(bare))
    with django_assert_num_queries(13):
        client.get(unit(of, first))
