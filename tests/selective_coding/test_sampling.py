"""The theoretical-sampling queue: incidents by gap, each with why, and from there to the plan of a round."""

from django.urls import reverse

from coding.codes import scale_regroup
from coding.codes.models import Code
from coding.codes.rules import create_category, map_category, place
from coding.incidents.models import Incident
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.selective_coding.rules import Standing, write_consensus
from coding.selective_coding.sampling import Gap, Reason, propose
from coding.selective_coding.sampling_queries import sampling_queue
from tests import factory
from tests.door import Door
from tests.kept import kept
from tests.selective_coding import stances
from tests.selective_coding.factory import categories

WHY = Reason("why", 1)


def numbers(found):
    return [one.number for one in found]


def test_each_proposal_closes_most_of_what_is_still_open():
    gaps = {"a": Gap("a", 1), "b": Gap("b", 1), "c": Gap("c", 1)}
    candidates = {1: {"a": WHY}, 2: {"a": WHY, "b": WHY}, 3: {"c": WHY}, 4: {"b": WHY}}
    found = propose(candidates, gaps, 10)
    assert numbers(found) == [2, 3]
    assert [gap.says for gap, _ in found[0].reasons] == ["a", "b"]


def test_a_gap_takes_as_many_as_it_wants_and_the_list_has_an_end():
    candidates = {number: {"a": WHY} for number in range(9, 0, -1)}
    assert numbers(propose(candidates, {"a": Gap("a", 3)}, 10)) == [1, 2, 3]
    assert numbers(propose(candidates, {"a": Gap("a", 3)}, 2)) == [1, 2]
    assert propose(candidates, {}, 10) == []


def test_what_tells_more_comes_first():
    gaps = {"a": Gap("a", 1), "b": Gap("b", 1)}
    found = propose({1: {"a": WHY}, 2: {"b": Reason("rated there", 3)}}, gaps, 10)
    assert numbers(found) == [2, 1]


@kept
def coded(project, lead, ada):
    """Six incidents, the first coded: its code stands in Trust, which has its place under 7."""
    made = factory.incidents(project, 6)
    coded = factory.round_of(project, [ada], incidents=made[:1], name="Coded")
    one = factory.assignment(coded, ada)
    factory.code(one, "late fee", "waived payment")
    factory.hand_in(one)
    release_round(lead, coded)
    trust = create_category(lead, project, "Trust")
    place(lead, Code.objects.get(), trust)
    map_category(lead, trust, project.scales.get(), categories(project)[7], "")
    return coded


def queue(user, project):
    return sampling_queue(user, project, project.scales.get())


def reasons(found, number):
    one = next(one for one in found.shown if one.incident.number == number)
    return {f"{gap.says}; {reason.says}" for gap, reason in one.proposal.reasons}


def test_a_value_that_no_coded_incident_has_is_a_gap(project, lead, coded):
    Incident.objects.filter(number__in=[3, 5]).update(modality="video", attributes={"country": "Kenya"})
    Incident.objects.filter(number=4).update(modality="video", language="sw")
    found = queue(lead, project)
    assert reasons(found, 3) == {
        "Modality “video”: no coded incident; this one has it", "country “Kenya”: no coded incident; this one has it",
    }  # fmt: skip
    assert [one.incident.number for one in found.shown] == [3]
    assert "country “Kenya”" in found.note


def test_a_consensus_rating_proposes_for_a_thin_scale_category(project, lead, ada, coded):
    rated = factory.round_of(project, [ada], Round.Stage.RATING, is_blind=False)
    release_round(lead, rated, "Settled at once.")
    write_consensus(rated, project.incidents.get(number=5), [Standing(categories(project)[2], True)], "decision")
    found = queue(lead, project)
    says = "2 Minor Exploitation and Illegal Sexual Content: codes of no incidents lead there"
    assert reasons(found, 5) == {f"{says}; the consensus rates this one there"}
    assert any(gap.says.startswith("3 Violence") for gap in found.unfilled)


def test_a_category_out_of_use_is_no_gap_and_a_merged_one_is_the_one_that_took_it_over(project, lead, ada, coded):
    rated = factory.round_of(project, [ada], Round.Stage.RATING, is_blind=False)
    release_round(lead, rated, "Settled at once.")
    write_consensus(rated, project.incidents.get(number=5), [Standing(categories(project)[3], True)], "decision")
    scale_regroup.merge(lead, categories(project)[3], categories(project)[2], "One thing.")
    scale_regroup.retire(lead, categories(project)[4], "Not used.")
    found = queue(lead, project)
    assert any(one.startswith("2 Minor Exploitation") for one in reasons(found, 5))
    assert not any(gap.says.startswith(("3 Violence", "4 Cybercrime")) for gap in found.unfilled)


def test_on_a_stance_scale_a_touched_value_proposes_and_a_plural_one_says_so(project, lead, ada, coded):
    on_values = stances.second_scale(project, lead, ada)
    stances.stands(on_values, project.incidents.get(number=5), "-9")
    stances.stands(on_values, project.incidents.get(number=6), "", plural=[5])
    found = sampling_queue(lead, project, on_values.scale)
    assert reasons(found, 5) == {"9 Benevolence: codes of no incidents lead there; the consensus rates this one there"}
    assert reasons(found, 6) == {
        "5 Power: codes of no incidents lead there; a reading that the consensus keeps rates this one there"
    }


def test_words_of_a_thin_categorys_codes_propose_as_a_guess(project, lead, coded):
    Incident.objects.filter(number=2).update(search_text="the payment was waived")
    [said] = reasons(queue(lead, project), 2)
    assert said == (
        "category “Trust”: 1 coded incident; a guess from words: its report holds 2 of trust, waived, payment"
    )


def test_what_a_round_of_open_coding_holds_is_not_proposed(project, lead, ada, coded):
    Incident.objects.filter(number__gt=2).update(modality="video")
    assert [one.incident.number for one in queue(lead, project).shown] == [3]
    factory.round_of(project, [ada], incidents=list(project.incidents.filter(number=3)), opened=False)
    assert [one.incident.number for one in queue(lead, project).shown] == [4]


def test_the_queue_leads_to_the_plan_of_a_round(sign_in, lead, ada, project, coded):
    Incident.objects.filter(number__in=[3, 4]).update(modality="video")
    browser = sign_in(lead)
    page = browser.get(reverse("selective_coding:sampling", args=[project.slug])).content.decode()
    assert "Modality “video”: no coded incident" in page
    new = reverse("rounds:new", args=[project.slug])
    asked = {"stage": "open", "sampling": "theoretical", "numbers": ["3", "5"], "sampling_note": "Video is missing."}
    form = browser.get(new, asked).context["form"]
    assert (form["numbers"].value(), form["sampling"].value(), form["sampling_note"].value()) == (
        "3, 5", "theoretical", "Video is missing.",
    )  # fmt: skip
    plan = {**asked, "numbers": "3, 5", "name": "Next", "purpose": "main", "coders": [str(ada.uid)], "coders_per_incident": 1, "is_blind": "on"}  # fmt: skip
    assert browser.post(new, plan).status_code == 302
    drafted = Round.objects.get(name="Next")
    assert (drafted.sampling, [one.incident.number for one in drafted.assignments.order_by("position")]) == ("theoretical", [3, 5])  # fmt: skip
    assert browser.post(new, {**plan, "name": "Other", "numbers": ""}).status_code == 400


def test_without_anything_coded_the_page_says_where_to_begin(sign_in, lead, project):
    page = sign_in(lead).get(reverse("selective_coding:sampling", args=[project.slug])).content.decode()
    assert "Nothing is coded yet" in page


def test_the_queue_is_for_leads(sign_in, stranger, project, ada):
    url = reverse("selective_coding:sampling", args=[project.slug])
    olga = factory.member(project, "olga", "observer")
    assert [sign_in(one).get(url).status_code for one in (ada, olga, stranger)] == [403, 403, 404]
    assert [Door(one).get(f"projects/{project.uid}/sampling/").status_code for one in (ada, stranger)] == [403, 404]


def test_the_api_gives_the_same_queue(lead, project, coded):
    Incident.objects.filter(number__in=[3, 4]).update(modality="video")
    said = Door(lead).get(f"projects/{project.uid}/sampling/").json()
    assert [(one["number"], one["reasons"]) for one in said["incidents"]] == [
        (3, ["Modality “video”: no coded incident; this one has it"])
    ]


def test_the_cost_does_not_grow_with_the_incidents(sign_in, lead, project, coded, django_assert_max_num_queries):
    browser, url = sign_in(lead), reverse("selective_coding:sampling", args=[project.slug])
    for values in ({"modality": ""}, {"modality": "video", "language": "sw"}):
        Incident.objects.filter(number__gt=1).update(**values)
        with django_assert_max_num_queries(20):
            browser.get(url)
