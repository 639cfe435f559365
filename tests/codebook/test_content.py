"""The document counts and quotes released work, under the words of one state."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding.axial_coding.models import Evidence
from coding.codebook import content
from coding.codebook.content import living_of
from coding.codes import rules as words
from coding.codes.models import Code, Example
from coding.codes.scale_regroup import merge
from coding.incidents.models import Incident
from coding.lib.canonical import canonical
from coding.open_coding.models import Segment
from coding.reconciliation.models import Decision, Objection
from coding.reconciliation.rules import release_round, reopen_decision
from tests import factory
from tests.codebook import factory as made
from tests.selective_coding.factory import categories

pytestmark = pytest.mark.django_db


def document_of(project, edition=None):
    return content.document_of(project, edition) if edition else living_of(project).document


def code_of(document, name):
    return next(row for row in document["codes"] if row["name"] == name)


def place_of(document, number):
    return next(
        row for layer in document["scales"][0]["layers"] for row in layer["categories"] if row["number"] == number
    )


def test_codings_of_a_merged_code_count_under_its_target(project, study):
    row = code_of(document_of(project), "invented rule")
    assert row["counts"] == {"segments": 6, "incidents": 3, "coders": 2}
    assert row["merged_from"] == [{"uid": str(study.made_up.uid), "name": "made-up rule"}]


def test_a_segment_that_bears_both_merged_codes_counts_once(bare, cleo, dan):
    factory.incidents(bare, 1)
    opened = factory.round_of(bare, [cleo])
    assignment = factory.assignment(opened, cleo)
    factory.code(assignment, made.CLAIM, "one", "other")
    factory.hand_in(assignment)
    release_round(factory.lead_of(bare), opened)
    one, other = (Code.objects.get(project=bare, name=name) for name in ("one", "other"))
    words.merge_codes(factory.lead_of(bare), other, one)
    assert code_of(document_of(bare), "one")["counts"]["segments"] == 1


def test_a_category_counts_the_segments_of_its_codes(project, study):
    row = next(row for row in document_of(project)["categories"] if row["name"] == "Fabricated content")
    assert row["counts"] == {"segments": 6, "incidents": 3, "coders": 2}


def test_work_of_an_open_round_changes_nothing(project, study):
    before = canonical(document_of(project))
    cleo = factory.member(project, "cleo")
    opened = factory.round_of(project, [cleo], name="Later")
    factory.code(factory.assignment(opened, cleo), made.PAID, "invented rule", "a code of her own")
    after = document_of(project)
    changed = {key for key, value in json.loads(before).items() if json.loads(canonical(after))[key] != value}
    assert changed <= {"changes"}  # opening froze an edition
    assert "Later" not in canonical(after)


def test_what_was_not_submitted_at_release_is_not_counted(bare, cleo, dan):
    factory.incidents(bare, 2)
    opened = factory.round_of(bare, [cleo])
    first, second = opened.assignments.order_by("position")
    for assignment in (first, second):
        factory.code(assignment, made.CLAIM, "invented rule")
    factory.hand_in(first)
    release_round(factory.lead_of(bare), opened, "Ada is ill.")
    words.adopt(factory.lead_of(bare), Code.objects.get(project=bare))
    assert code_of(document_of(bare), "invented rule")["counts"]["incidents"] == 1


@pytest.mark.parametrize(
    ("purpose", "segments"), [("main", 1), ("pilot", 1), ("recoding", 1), ("training", 0), ("stability", 0)]
)
def test_training_and_stability_rounds_are_not_counted(bare, cleo, purpose, segments):
    factory.incidents(bare, 1)
    opened = factory.round_of(bare, [cleo], purpose=purpose)
    assignment = factory.assignment(opened, cleo)
    factory.code(assignment, made.CLAIM, "invented rule")
    factory.hand_in(assignment)
    release_round(factory.lead_of(bare), opened)
    words.adopt(factory.lead_of(bare), Code.objects.get(project=bare))
    assert code_of(document_of(bare), "invented rule")["counts"]["segments"] == segments


def test_machines_and_withdrawn_incidents_are_left_out(project, study, bo):
    bo.is_machine = True
    bo.save(update_fields=["is_machine"])
    Incident.objects.filter(number=1).update(withdrawn_because="The source retracted it.")
    document = document_of(project)
    assert code_of(document, "invented rule")["counts"] == {"segments": 2, "incidents": 2, "coders": 1}
    assert [(row["coders"], row["machine_coders"]) for row in document["rounds"]] == [(1, 1), (1, 1)]
    assert place_of(document, 7)["counts"]["incidents"] == 1


def test_up_to_three_quotes_come_from_different_incidents_with_their_place(bare, cleo, dan):
    made.study(bare, cleo, dan, incidents=5)
    quotes = code_of(document_of(bare), "invented rule")["quotes"]
    assert [row["number"] for row in quotes] == [1, 2, 3]
    assert {row["quote"] for row in quotes} == {made.CLAIM}


def test_a_quote_is_cut_by_code_points(bare, cleo):
    factory.incidents(bare, 1, text="😀👍🏽 قال المساعد إن الرسوم ألغيت. Then more.")
    opened = factory.round_of(bare, [cleo])
    assignment = factory.assignment(opened, cleo)
    factory.code(assignment, "قال المساعد", "said so")
    factory.hand_in(assignment)
    release_round(factory.lead_of(bare), opened)
    words.adopt(factory.lead_of(bare), Code.objects.get(project=bare))
    (quote,) = code_of(document_of(bare), "said so")["quotes"]
    assert quote["quote"] == "قال المساعد"
    assert Incident.objects.get(project=bare).text[quote["start"] : quote["end"]] == quote["quote"]


def test_a_scale_category_counts_incidents_by_consensus(project, study):
    document = document_of(project)
    assert place_of(document, 7)["counts"] == {"incidents": 2, "primary": 2, "plural": 0}
    assert place_of(document, 6)["counts"] == {"incidents": 0, "primary": 0, "plural": 0}
    assert document["scales"][0]["consensus"] == {
        "incidents": 3, "none_applies": 1, "unanimity": 2, "rule": 0, "decision": 1,
    }  # fmt: skip


def test_incidents_of_a_merged_scale_category_count_once_under_the_one_that_took_it_over(bare, cleo, dan, lead):
    factory.incidents(bare, 3)
    made.rating(bare, [cleo, dan], (((6, 7), (6, 7)), ((6,), (6,)), ((), ())))
    held = categories(bare)
    old = words.freeze(lead, bare)
    merge(lead, held[6], held[7], "One thing.")
    between = words.freeze(lead, bare)
    merge(lead, held[7], held[8], "One thing.")
    now = document_of(bare)
    assert place_of(now, 8)["counts"] == {"incidents": 2, "primary": 2, "plural": 0}
    assert now["scales"][0]["layers"][1]["counts"]["incidents"] == 2
    assert now["scales"][0]["consensus"]["none_applies"] == 1
    assert place_of(document_of(bare, between), 7)["counts"]["incidents"] == 2
    assert [place_of(document_of(bare, old), number)["counts"]["incidents"] for number in (6, 7, 8)] == [2, 1, 0]


def test_the_consensus_of_the_latest_round_stands(project, study, ada, bo):
    made.rating(project, [ada, bo], (((12,), (12,)),), incidents=study.incidents[:1], purpose="recoding")
    document = document_of(project)
    assert place_of(document, 12)["counts"]["incidents"] == 1
    assert place_of(document, 7)["counts"]["incidents"] == 1


def test_an_incident_that_waits_in_a_later_round_keeps_what_stood(project, study, ada, bo):
    made.rating(project, [ada, bo], (((12,), (11,)),), incidents=study.incidents[:1], purpose="recoding")
    assert place_of(document_of(project), 7)["counts"]["incidents"] == 2


def test_a_layer_counts_an_incident_once(bare, cleo, dan):
    factory.incidents(bare, 1)
    made.rating(bare, [cleo, dan], (((6, 7), (6, 7)),))
    layer = document_of(bare)["scales"][0]["layers"][1]
    assert layer["counts"]["incidents"] == 1
    assert sum(row["counts"]["incidents"] for row in layer["categories"]) == 2


def test_figures_are_named_and_coders_are_not(project, study):
    figures = document_of(project)["agreement"]
    seven = next(row for row in figures if row["level"] == "category" and row["name"].startswith("Misinformation"))
    assert seven["value"] == 1.0
    assert seven["is_headline"]
    assert seven["interval_because"]
    assert "Ada" not in json.dumps(figures)


def test_only_a_main_round_without_earlier_work_is_a_headline(bare, cleo, dan):
    factory.incidents(bare, 3)
    made.rating(bare, [cleo, dan], purpose="pilot")
    assert not any(row["is_headline"] for row in document_of(bare)["agreement"])


def test_an_edition_keeps_the_words_it_was_frozen_with(project, study, lead):
    edition = words.freeze(lead, project)
    code = Code.objects.get(pk=study.invented.pk)
    words.reword(lead, code, code.version, definition="Something else.")
    assert code_of(document_of(project, edition), "invented rule")["definition"].startswith("A rule that does not")
    assert code_of(document_of(project), "invented rule")["definition"] == "Something else."


def test_an_edition_from_before_a_merge_counts_both_codes(bare, cleo, dan, lead):
    factory.incidents(bare)
    made.open_coding(bare, [cleo, dan])
    invented, made_up = (Code.objects.get(project=bare, name=name) for name in ("invented rule", "made-up rule"))
    for code in (invented, made_up):
        words.adopt(lead, code)
    edition = words.freeze(lead, bare)
    words.merge_codes(lead, made_up, invented)
    document = document_of(bare, edition)
    assert code_of(document, "invented rule")["counts"]["segments"] == 3
    assert code_of(document, "made-up rule")["counts"]["segments"] == 3


def test_a_decision_says_what_stands_and_keeps_dissent(project, study, ada):
    decision = Decision.objects.get()
    Objection.objects.create(decision=decision, by=ada, text="It was meant to deceive.", at=decision.at)
    (row,) = document_of(project)["decisions"]
    name = "7 Misinformation and Factual Hallucinations"
    assert row["stands"] == [{"name": name, "primary": True, "plural": False, "stance": None}]
    assert row["dissent"] == [{"text": "It was meant to deceive.", "answer": ""}]
    assert (row["number"], row["reason"], row["outcome"]) == (2, "guideline_gap", "one")


def test_a_reopened_decision_is_not_printed(project, study, lead):
    reopen_decision(lead, Decision.objects.get(), "New evidence.")
    assert document_of(project)["decisions"] == []


def test_anchor_examples_stand_with_what_they_show(project, study):
    Example.objects.create(scale_category=categories(project)[7], incident=study.incidents[0], start=0, end=9)
    (row,) = place_of(document_of(project), 7)["examples"]
    assert (row["quote"], row["kind"], row["number"]) == ("A hotel's", "typical", 1)


def test_a_withdrawn_incident_is_not_quoted(project, study):
    Example.objects.create(scale_category=categories(project)[7], incident=study.incidents[0], start=0, end=9)
    segment = Segment.objects.filter(assignment__incident=study.incidents[0]).first()
    Evidence.objects.create(relation=study.relation, segment=segment)
    Incident.objects.filter(pk=study.incidents[0].pk).update(withdrawn_because="The source retracted it.")
    document = document_of(project)
    assert place_of(document, 7)["examples"] == []
    assert document["relations"][0]["evidence"] == []


def test_a_decision_on_a_withdrawn_incident_is_not_printed(project, study):
    assert [row["number"] for row in document_of(project)["decisions"]] == [2]
    Incident.objects.filter(pk=study.incidents[1].pk).update(withdrawn_because="The source retracted it.")
    assert document_of(project)["decisions"] == []


def test_codes_that_nobody_adopted_are_counted_as_left_out(bare, cleo, dan):
    factory.incidents(bare)
    made.open_coding(bare, [cleo, dan])
    document = document_of(bare)
    assert document["codes"] == []
    assert document["left_out"] == {"codes_not_adopted": 3}


def test_equal_states_give_equal_text(project, study):
    assert canonical(document_of(project)) == canonical(document_of(project))


def test_history_ends_with_what_is_not_frozen_yet(project, study, lead):
    edition = words.freeze(lead, project)
    words.create_code(lead, project, "a late code")
    step = document_of(project)["changes"][-1]
    assert (step["from"], step["to"]) == (edition.number, None)
    assert [(row["kind"], row["change"], row["name"]) for row in step["entries"]] == [("code", "added", "a late code")]
    assert document_of(project, edition)["changes"][-1]["to"] == edition.number


def test_mappings_stand_in_the_order_of_their_categories(lead, bare):
    words.freeze(lead, bare)
    names = [f"kind {letter}" for letter in "hgfedcba"]  # the later an id, the earlier the name
    for name in names:
        words.map_category(lead, words.create_category(lead, bare, name), bare.scales.get(), None, "It has none.")
    document = document_of(bare)
    named = {row["uid"]: row["name"] for row in document["categories"]}
    assert [named[row["category"]] for row in document["mappings"]] == sorted(names)
    added = [row["name"] for row in document["changes"][-1]["entries"] if row["kind"] == "mapping"]
    assert added == [f"{name} in {bare.scales.get().name}" for name in sorted(names)]


def queries_of(project):
    with CaptureQueriesContext(connection) as captured:
        document_of(project)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_data(project, study, bare, cleo, dan, lead):
    Example.objects.create(code=study.invented, incident=study.incidents[0], start=0, end=9)
    few = queries_of(project)
    more = made.study(bare, cleo, dan, incidents=12)
    for number in range(30):
        words.create_code(lead, bare, f"code {number}")
        words.freeze(lead, bare)
    Example.objects.create(code=more.invented, incident=more.incidents[0], start=0, end=9)
    assert queries_of(bare) == few
    assert few <= 26


def test_the_living_state_knows_whether_it_is_frozen(project, study, lead):
    words.freeze(lead, project)
    assert living_of(project).is_frozen
    words.merge_codes(lead, study.desk, study.invented)
    assert not living_of(project).is_frozen
