"""The in-vivo label of a category: words that stand in a quote under it, at both doors; merges and undo carry it."""

import json

import pytest
from django.urls import reverse

from coding.axial_coding.labels import label_category, offered
from coding.axial_coding.splitting import ways
from coding.codes.checks import MovedOn, NotLiving
from coding.codes.content import content_of
from coding.codes.models import Category
from coding.codes.regroup import merge_categories, split_category
from coding.codes.rules import freeze, merge_codes, place, retire, reword
from coding.codes.undo import undo
from coding.lib.refusals import BadInput
from coding.people.models import Event, Role
from tests import factory
from tests.axial_coding.factory import category, code_named, coded, release
from tests.door import Door, is_problem
from tests.kept import kept

WORDS = {
    "the late fee": ["promise"], "the late fee had been waived": ["waiver"], "sometimes makes things up": ["inventing"],
}  # fmt: skip


@kept
def round_(project, lead, ada):
    return coded(project, [ada], WORDS)


@kept
def trust(project, lead, round_):
    made = category(project, "Trust")
    for name in ("promise", "waiver"):
        place(lead, code_named(name), made)
    return made


@kept
def doubt(project, lead, round_):
    made = category(project, "Doubt")
    place(lead, code_named("inventing"), made)
    return made


def fresh(made):
    return Category.objects.get(pk=made.pk)


def page(made):
    return reverse("axial_coding:label", args=[made.project.slug, made.uid])


def at(made):
    return f"projects/{made.project.uid}/categories/{made.uid}/in-vivo-label/"


def take_back(lead, project, verb):
    event = Event.objects.filter(project=project, verb=verb).order_by("-position").first()
    return undo(lead, project, event, "No.", ways(lead))


# The verb


def test_words_of_a_quote_label_a_category_and_the_event_keeps_who_and_why(lead, trust):
    label_category(lead, trust, " late  fee ", "They all say so.")
    assert fresh(trust).in_vivo_label == "late fee"
    event = Event.objects.get(verb="label_category")
    assert (event.actor, event.reason) == (lead, "They all say so.")
    assert json.loads(event.before) == {"in_vivo_label": ""}
    assert json.loads(event.after)["in_vivo_label"] == "late fee"


@pytest.mark.parametrize(
    "words",
    [
        "sometimes makes things up",  # stands under another category
        "The fee was paid back",  # stands in the report, under no code
        "a promise",  # the team's word
    ],
)
def test_words_that_stand_in_no_quote_under_it_are_refused(lead, trust, doubt, words):
    with pytest.raises(BadInput, match=f"No quote under “Trust” says “{words}”"):
        label_category(lead, trust, words)
    assert fresh(trust).in_vivo_label == ""
    assert not Event.objects.filter(verb="label_category").exists()


def test_capitals_do_not_matter(lead, trust):
    assert label_category(lead, trust, "The LATE fee").in_vivo_label == "The LATE fee"


def test_a_merged_code_lends_its_words_to_the_category_of_what_it_was_merged_into(lead, trust, doubt):
    merge_codes(lead, code_named("inventing"), code_named("promise"), "One.")
    assert label_category(lead, trust, "makes things up").in_vivo_label == "makes things up"


def test_words_of_a_round_that_is_not_released_or_not_opened_label_nothing(project, lead, ada):
    blind = coded(project, [ada], WORDS, released=False)
    made = category(project, "Trust")
    for opened in (False, True):
        release(blind, lead, opened=opened)
        place(lead, code_named("promise"), made)
        assert [words for words, _ in offered(lead, made)] == (["the late fee"] if opened else [])
        if not opened:
            with pytest.raises(BadInput):
                label_category(lead, made, "the late fee")
    assert label_category(lead, made, "the late fee").in_vivo_label == "the late fee"


def test_codings_of_an_open_round_lend_no_words(project, lead, ada, trust):
    incident = factory.incidents(project, 1)[0]
    again = factory.round_of(project, [ada], incidents=[incident])
    factory.code(factory.assignment(again, ada, incident), "The fee was paid back", "promise")
    with pytest.raises(BadInput):
        label_category(lead, trust, "The fee was paid back")


def test_an_empty_one_takes_the_label_away_and_the_same_one_records_nothing(lead, trust):
    label_category(lead, trust, "late fee")
    label_category(lead, trust, "late fee")
    label_category(lead, trust, " ")
    assert fresh(trust).in_vivo_label == ""
    assert Event.objects.filter(verb="label_category").count() == 2


def test_a_label_that_changed_meanwhile_is_not_written_over(lead, trust):
    label_category(lead, trust, "late fee")
    with pytest.raises(MovedOn):
        label_category(lead, trust, "waived", was="")
    assert label_category(lead, trust, "waived", was="late fee").in_vivo_label == "waived"


def test_a_retired_category_takes_no_label(lead, trust):
    retire(lead, trust, "Empty.")
    with pytest.raises(NotLiving):
        label_category(lead, trust, "late fee")


def test_what_is_offered_is_short_and_most_coded_first(project, lead, ada, bo, round_):
    coded(project, [ada, bo], {"sometimes makes things up": ["making up", "invention"]})
    made = category(project, "Trust")
    for name in ("promise", "making up", "invention"):
        place(lead, code_named(name), made)
    assert offered(lead, made)[0][0] == "sometimes makes things up"
    assert {words for words, _ in offered(lead, made)} == {"sometimes makes things up", "the late fee"}


# Undo, merge, split


def test_a_label_is_undone_exactly_or_refused_where_it_moved_on(project, lead, trust):
    label_category(lead, trust, "late fee")
    first = Event.objects.get(verb="label_category")
    label_category(lead, trust, "waived")
    with pytest.raises(MovedOn):
        undo(lead, project, first, "No.", ways(lead))
    take_back(lead, project, "label_category")
    assert fresh(trust).in_vivo_label == "late fee"
    undo(lead, project, first, "No.", ways(lead))
    assert fresh(trust).in_vivo_label == ""


def test_a_merge_keeps_the_targets_label(project, lead, trust, doubt):
    label_category(lead, trust, "late fee")
    label_category(lead, doubt, "makes things up")
    merge_categories(lead, trust, doubt, "One.")
    assert fresh(doubt).in_vivo_label == "makes things up"
    take_back(lead, project, "merge_categories")
    assert (fresh(trust).in_vivo_label, fresh(doubt).in_vivo_label) == ("late fee", "makes things up")


def test_a_merge_gives_the_sources_label_where_the_target_has_none_and_an_undo_takes_it_back(
    project, lead, trust, doubt
):
    label_category(lead, trust, "late fee")
    merge_categories(lead, trust, doubt, "One.")
    assert fresh(doubt).in_vivo_label == "late fee"
    take_back(lead, project, "merge_categories")
    assert (fresh(trust).in_vivo_label, fresh(doubt).in_vivo_label) == ("late fee", "")


def test_a_merge_is_not_undone_where_the_label_that_it_gave_was_changed(project, lead, trust, doubt):
    label_category(lead, trust, "late fee")
    merge_categories(lead, trust, doubt, "One.")
    label_category(lead, doubt, "makes things up")
    with pytest.raises(MovedOn):
        take_back(lead, project, "merge_categories")
    assert fresh(doubt).in_vivo_label == "makes things up"


def test_a_split_leaves_the_label_and_is_not_undone_once_the_new_one_bears_its_own(project, lead, trust):
    label_category(lead, trust, "late fee")
    made = split_category(lead, trust, "Waivers", [code_named("waiver")], "Two.")
    assert (fresh(trust).in_vivo_label, made.in_vivo_label) == ("late fee", "")
    label_category(lead, made, "waived")
    with pytest.raises(MovedOn):
        take_back(lead, project, "split_category")
    take_back(lead, project, "label_category")
    take_back(lead, project, "split_category")
    assert not Category.objects.filter(pk=made.pk).exists()


def test_another_wording_leaves_the_label(lead, trust):
    label_category(lead, trust, "late fee")
    reword(lead, trust, trust.version, "Clearer.", name="Reliance")
    assert fresh(trust).in_vivo_label == "late fee"


# Editions


def test_an_edition_holds_the_label_and_without_one_is_as_before_there_were_any(project, lead, trust):
    before = freeze(lead, project)
    assert "in_vivo_label" not in content_of(project)["categories"][0]
    label_category(lead, trust, "late fee")
    assert content_of(project)["categories"][0]["in_vivo_label"] == "late fee"
    assert freeze(lead, project).number == before.number + 1
    label_category(lead, trust, "")
    assert freeze(lead, project).sha256 == before.sha256


# The page


def test_a_lead_takes_a_quote_into_the_field_shortens_and_saves_it(sign_in, lead, trust):
    client = sign_in(lead)
    body = client.get(page(trust)).content.decode()
    assert "?words=the%20late%20fee%20had%20been%20waived#id_label" in body
    assert 'value="the late fee had been waived"' in client.get(f"{page(trust)}?words=the late fee had been waived").content.decode().split("<datalist")[0]  # fmt: skip
    answer = client.post(page(trust), {"label": "had been waived", "reason": "So they say.", "was": ""}, follow=True)
    assert "The label is “had been waived”." in answer.content.decode()
    assert '<q dir="auto">had been waived</q>' in answer.content.decode()
    for name in ("board", "acts"):
        assert "had been waived" in client.get(reverse(f"axial_coding:{name}", args=[trust.project.slug])).content.decode()  # fmt: skip
    client.post(page(trust), {"label": "", "was": "had been waived"})
    assert fresh(trust).in_vivo_label == ""


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"label": "no such words"}, 400, "No quote under “Trust” says “no such words”"),
        ({"label": "x" * 201}, 400, "200"),
        ({"label": "late\x00fee"}, 400, "Null characters are not allowed"),
        ({"label": "late\x0bfee"}, 400, "Remove it"),
        ({"label": "waived", "was": "other"}, 409, "changed this label"),
        ({"label": "late fee", "reason": "x" * 2_001}, 400, "2000"),
    ],
)
def test_bad_input_gets_a_sentence_and_what_was_written_stays(sign_in, lead, trust, sent, status, says):
    answer = sign_in(lead).post(page(trust), {"was": "", **sent})
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert fresh(trust).in_vivo_label == ""


def test_a_refused_label_is_saved_over_the_one_that_stands_by_the_next_press(sign_in, lead, trust):
    label_category(lead, trust, "late fee")
    client = sign_in(lead)
    body = client.post(page(trust), {"label": "waived", "was": ""}).content.decode()
    assert 'name="was" value="late fee"' in body
    client.post(page(trust), {"label": "waived", "was": "late fee"})
    assert fresh(trust).in_vivo_label == "waived"


def test_the_page_says_when_the_words_stand_there_no_more(sign_in, lead, trust):
    label_category(lead, trust, "waived")
    assert "any more" not in sign_in(lead).get(page(trust)).content.decode()
    place(lead, code_named("waiver"), None)
    assert "any more" in sign_in(lead).get(page(trust)).content.decode()


def test_before_a_merge_its_page_says_what_becomes_of_the_label(sign_in, lead, trust, doubt):
    label_category(lead, trust, "late fee")
    body = sign_in(lead).get(reverse("axial_coding:regroup", args=[trust.project.slug, trust.uid])).content.decode()
    assert 'The in-vivo label <q dir="auto">late fee</q>, unless the other has one' in body


def test_others_read_and_do_not_label(sign_in, lead, ada, stranger, trust):
    label_category(lead, trust, "late fee")
    olga = factory.member(trust.project, "olga", Role.OBSERVER)
    for who, read, write in ((ada, 200, 403), (olga, 200, 403), (stranger, 404, 404)):
        client = sign_in(who)
        assert client.get(page(trust)).status_code == read
        assert client.post(page(trust), {"label": "waived", "was": "late fee"}).status_code == write
        assert Door(who).get(at(trust)).status_code == read
        assert is_problem(Door(who).put(at(trust), {"in_vivo_label": "waived"}), write)
    seen = sign_in(olga).get(page(trust)).content.decode().split("<main")[1]
    assert '<q dir="auto">late fee</q>' in seen
    assert '<form method="post"' not in seen
    assert "had been waived" not in seen  # she has not opened the readings
    assert fresh(trust).in_vivo_label == "late fee"


def test_a_coder_of_an_open_blind_round_reads_neither_label_nor_quotes(sign_in, project, lead, ada, trust):
    factory.round_of(project, [ada], incidents=factory.incidents(project, 3)[2:])
    assert sign_in(ada).get(page(trust)).status_code == 403
    assert is_problem(Door(ada).get(at(trust)), 403)


@pytest.mark.parametrize("size", [2, 30])
def test_the_cost_of_the_page_does_not_grow(sign_in, project, lead, ada, size, django_assert_num_queries):
    coded(project, [ada], WORDS, incidents=factory.incidents(project, size))
    made = category(project, "Trust")
    place(lead, code_named("promise"), made)
    label_category(lead, made, "late fee")
    client = sign_in(lead)
    with django_assert_num_queries(7):
        client.get(page(made))


# The second door


def test_a_program_reads_what_is_offered_labels_and_takes_it_back(lead, trust):
    door = Door(lead)
    assert door.get(at(trust)).json() == {
        "in_vivo_label": "",
        "offered": [{"words": "the late fee", "incident": 1}, {"words": "the late fee had been waived", "incident": 1}],
    }
    asked = {"in_vivo_label": "late fee", "was": "", "reason": "So they say."}
    assert door.put(at(trust), asked).json()["in_vivo_label"] == "late fee"
    assert is_problem(door.put(at(trust), {**asked, "in_vivo_label": "waived"}), 409)
    assert door.put(at(trust), {"in_vivo_label": ""}).json()["in_vivo_label"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"in_vivo_label": None}, {"in_vivo_label": 7}, {"in_vivo_label": "x" * 201}, {"in_vivo_label": "no such"},
        {"in_vivo_label": "a\x00b"}, {"in_vivo_label": "a\ud800b"}, {"in_vivo_label": "a\x0bb"},
        {"in_vivo_label": "late fee", "reason": "x" * 2_001}, {"in_vivo_label": "late fee", "was": 1},
    ],
)  # fmt: skip
def test_a_program_gets_a_problem_for_bad_input(lead, trust, wrong):
    assert is_problem(Door(lead).put(at(trust), wrong), 400)
    assert fresh(trust).in_vivo_label == ""
