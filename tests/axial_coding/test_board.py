"""The board: what stands on it, who may read it, how cards move."""

import pytest
from django.urls import reverse

from coding.axial_coding import queries
from coding.axial_coding.wanted import Wanted
from coding.codes.models import Category, Code
from coding.codes.rules import merge_codes, place, retire
from coding.lib import clock
from tests import factory
from tests.axial_coding.factory import category, code_named, coded, many_codes, release
from tests.kept import kept

WORDS = {
    "the late fee had been waived": ["false promise", "false promise"],
    "sometimes makes things up": ["sometimes makes things up", "inventing"],
}
DOORS = ["board", "move", "merge", "new_category", "relations"]


@kept
def sorted_out(project, ada, bo):
    """Two coders' released codes (one name by both) and two categories."""
    coded(project, [ada, bo], WORDS)
    return category(project, "Trust"), category(project, "Repair")


def url(project, door="board", *more):
    return reverse(f"axial_coding:{door}", args=[project.slug, *more])


def names(board):
    return {column.key: [card.code.name for card in column.cards] for column in board.columns}


def test_released_codes_stand_unsorted_first(project, lead, sorted_out):
    trust, repair = sorted_out
    place(lead, code_named("inventing"), trust)
    assert names(queries.board(lead, project)) == {
        "unsorted": ["false promise", "false promise", "sometimes makes things up"],
        str(repair.uid): [],
        str(trust.uid): ["inventing"],
    }


def test_private_merged_and_retired_codes_do_not_stand_there(project, lead, ada, sorted_out):
    merge_codes(lead, code_named("sometimes makes things up"), code_named("inventing"))
    retire(lead, code_named("false promise"), "Too broad.")
    coded(project, [ada], {"The guest showed": ["private"]}, released=False, incidents=factory.incidents(project, 2))
    assert names(queries.board(lead, project))["unsorted"] == ["false promise", "inventing"]


def test_a_card_counts_segments_incidents_and_coders_through_merges(project, lead, ada, bo, sorted_out):
    mine, others = code_named("false promise", ada), code_named("false promise", bo)
    merge_codes(lead, others, mine)
    card = next(c for c in queries.board(lead, project).columns[0].cards if c.code == mine)
    assert (card.segments, card.incidents, card.coders) == (4, 2, 2)


def test_columns_laid_out_alone_are_those_of_the_board(project, lead, ada, bo, sorted_out):
    """Also where a code was merged into one of another column: its segments count where it is read now."""
    trust, repair = sorted_out
    place(lead, code_named("inventing"), trust)
    merge_codes(lead, code_named("inventing"), code_named("sometimes makes things up"))
    place(lead, code_named("sometimes makes things up"), repair)
    whole = {column.key: column for column in queries.board(lead, project).columns}
    for keys in ([None, trust, repair], [trust], [None]):
        for column in queries.some_columns(lead, project, keys):
            assert column == whole[column.key]


def test_what_is_coded_in_an_open_round_is_not_counted(project, lead, ada, bo, sorted_out):
    """Codes of the edition may be used in an open blind round; the count says nothing of it."""
    for name in ("false promise", "inventing"):
        place(lead, code_named(name), sorted_out[0])
    before = {card.code.pk: card.segments for column in queries.board(lead, project).columns for card in column.cards}
    held = factory.incidents(project, 4)[2:]
    coded(project, [bo], {"The guest showed": ["inventing"]}, released=False, incidents=held)
    after = {card.code.pk: card.segments for column in queries.board(lead, project).columns for card in column.cards}
    assert (before, sum(before.values())) == (after, 8)


def test_quotes_come_from_what_the_reader_has_opened(project, lead, ada, bo):
    of = coded(project, [ada, bo], WORDS, released=False)
    release(of, lead, opened=False)
    shut = queries.board(lead, project)
    assert all(card.quotes == [] for card in shut.columns[0].cards)
    assert [card.segments for card in shut.columns[0].cards] == [2, 2, 2, 2]
    card = next(c for c in queries.board(ada, project).columns[0].cards if c.code.name == "sometimes makes things up")
    assert [quote.words for quote in card.quotes] == ["sometimes makes things up"]


def test_two_quotes_of_two_incidents(project, lead, ada):
    one, two = factory.incidents(project, 2)
    of = factory.round_of(project, [ada], incidents=[one, two])
    for incident, quote in ((one, "It had not."), (one, "The guest showed the chat"), (two, "paid back")):
        factory.code(factory.assignment(of, ada, incident), quote, "fee")
    release(of, lead)
    (card,) = queries.board(lead, project).columns[0].cards
    assert [(quote.incident, quote.words) for quote in card.quotes] == [
        (1, "The guest showed the chat"),
        (2, "paid back"),
    ]


def test_a_long_quote_is_cut_by_code_points(project, lead, ada):
    incidents = factory.incidents(project, 1, text="𝄞" * 300)
    coded(project, [ada], {"𝄞" * 300: ["music"]}, incidents=incidents)
    (quote,) = queries.board(lead, project).columns[0].cards[0].quotes
    assert (quote.words, quote.is_cut) == ("𝄞" * queries.QUOTE_LENGTH, True)


def test_equal_names_are_proposed_for_merging_the_adopted_one_to_keep(project, lead, ada, bo, sorted_out):
    place(lead, code_named("false promise", bo), sorted_out[0])
    ((keep, other),) = queries.board(lead, project).proposals
    assert (keep.code.coined_by, other.code.coined_by) == (bo, ada)


def test_the_search_keeps_codes_with_all_words(project, lead, sorted_out):
    board = queries.board(lead, project, Wanted("MAKES thíngs"))
    assert (names(board), board.found) == ({"unsorted": ["sometimes makes things up"]}, 1)


def test_a_long_column_shows_its_first_cards_until_it_is_opened(project, lead):
    many_codes(project, lead, queries.SHOWN + 3)
    (column,) = queries.board(lead, project).columns
    assert (len(column.cards), column.hidden) == (queries.SHOWN, 3)
    (column,) = queries.board(lead, project, opened="unsorted").columns
    assert column.hidden == 0


def test_members_read_the_board_and_only_a_lead_changes_it(sign_in, project, lead, ada, sorted_out):
    observer = factory.member(project, "eva", "observer")
    for person, words in ((lead, True), (ada, False), (observer, False)):
        text = sign_in(person).get(url(project)).content.decode()
        assert ("false promise" in text, "Move selected" in text) == (True, words)
    for person in (ada, observer):
        browser = sign_in(person)
        answers = [browser.post(url(project, door)).status_code for door in DOORS[1:]]
        assert answers == [403, 403, 403, 403]
        assert browser.get(url(project, "card", code_named("inventing").uid)).status_code == 403


def test_each_reader_gets_the_quotes_that_are_open_to_them(project, lead, ada, bo, sorted_out):
    """The queries are built once for each connection; what they give is each reader's own."""
    observer = factory.member(project, "eva", "observer")
    for person, quoted in ((lead, True), (observer, False), (ada, True), (lead, True), (observer, False)):
        cards = [card for column in queries.board(person, project).columns for card in column.cards]
        assert (len(cards), any(card.quotes for card in cards)) == (4, quoted)
    other = factory.project(lead, "Other")
    assert queries.board(lead, other).counts.codes == 0
    assert queries.board(bo, other).counts.codes == 0


def test_names_on_a_card_are_inert_and_its_links_lead_on(sign_in, project, lead, ada):
    coded(project, [ada], {"The guest showed": ['<img src=x> & "so"']})
    code = Code.objects.get()
    body = sign_in(lead).get(url(project) + "?q=%26").content.decode()
    assert "<img" not in body
    assert body.count("&lt;img src=x&gt; &amp; &quot;so&quot;") == 3
    for link in (f'href="{reverse("codes:code", args=[project.slug, code.uid])}"',
                 f'hx-get="{url(project, "card", code.uid)}?q=%26"',
                 f'href="{reverse("desk:incident", args=[project.slug, 1])}"'):  # fmt: skip
        assert link in body
    assert "2 segments in 2 incidents by 1 coder<" in body


def test_a_coder_of_an_open_blind_round_gets_no_board(sign_in, project, ada, sorted_out):
    factory.round_of(project, [ada])
    browser = sign_in(ada)
    assert [browser.get(url(project, door)).status_code for door in ("board", "relations")] == [403, 403]


@pytest.mark.parametrize("door", DOORS)
def test_a_stranger_learns_nothing(sign_in, project, stranger, door):
    browser = sign_in(stranger)
    method = browser.post if door in {"move", "new_category"} else browser.get
    assert method(url(project, door)).status_code == 404


def test_wrong_methods_are_refused(sign_in, project, lead, sorted_out):
    browser = sign_in(lead)
    card = url(project, "card", code_named("inventing").uid)
    gets = [browser.get(url(project, door)).status_code for door in ("move", "new_category")]
    assert (gets, browser.post(url(project)).status_code, browser.post(card).status_code) == ([405, 405], 405, 405)


def test_a_card_moves_without_script(sign_in, project, lead, sorted_out):
    trust, _ = sorted_out
    code = code_named("inventing")
    browser = sign_in(lead)
    form = browser.get(url(project, "card", code.uid)).content.decode()
    assert f'value="{trust.uid}"' in form
    answer = browser.post(url(project, "move"), {"code": code.uid, "category": trust.uid, "q": "inv"})
    assert answer.url == f"{url(project)}?q=inv#column-{trust.uid}"
    assert Code.objects.get(pk=code.pk).category == trust


def test_a_card_moves_with_htmx_and_only_the_touched_columns_come_back(sign_in, project, lead, sorted_out):
    trust, repair = sorted_out
    data = {"code": code_named("inventing").uid, "category": trust.uid}
    answer = sign_in(lead).post(url(project, "move"), data, headers={"HX-Request": "true"})
    text = answer.content.decode()
    shown = [f'id="column-{key}"' in text for key in ("unsorted", trust.uid, repair.uid)]
    assert (shown, "<html" in text) == ([True, True, False], False)
    assert "is in" in answer["HX-Trigger"]
    assert "3 not sorted yet" in text


def test_several_cards_move_into_a_new_column(sign_in, project, lead, sorted_out):
    codes = [code_named("inventing").uid, code_named("sometimes makes things up").uid]
    data = {"code": codes, "category": "", "new": "Fabrication"}
    answer = sign_in(lead).post(url(project, "move"), data, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert Category.objects.get(name="Fabrication").codes.count() == 2


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"category": ""}, 400),
        ({"category": "nonsense"}, 400),
        ({"category": "00000000-0000-4000-8000-000000000000"}, 400),
        ({"code": []}, 400),
        ({"code": ["nonsense"]}, 400),
        ({"code": ["00000000-0000-4000-8000-000000000000"]}, 400),
        ({"new": "a\x07b"}, 400),
        ({"new": "x" * 10_000}, 400),
        ({"new": "trust"}, 409),
    ],
)
def test_a_move_from_bad_input_is_refused(sign_in, project, lead, sorted_out, change, status):
    data = {"code": [code_named("inventing").uid], "category": sorted_out[0].uid} | change
    answer = sign_in(lead).post(url(project, "move"), data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert not Code.objects.filter(category__isnull=False).exists()


def test_a_code_or_category_of_another_project_is_not_there(sign_in, project, lead, sorted_out):
    other = factory.project(lead, "Other")
    foreign, (code, twin) = category(other, "Foreign"), many_codes(other, lead, 2)
    browser = sign_in(lead)
    mine = code_named("inventing").uid
    for data in ({"code": mine, "category": foreign.uid}, {"code": code.uid, "category": sorted_out[0].uid}):
        assert browser.post(url(project, "move"), data).status_code == 400
    assert browser.post(url(project, "move"), {"code": code.uid, "category": "unsorted"}).status_code == 400
    merge = {"code": [code.uid, twin.uid], "target": twin.uid, "reason": "Not mine to merge."}
    assert browser.post(url(project, "merge"), merge).status_code == 400
    assert browser.get(url(project, "card", code.uid)).status_code == 404


def test_a_move_of_a_code_that_was_merged_meanwhile_says_so(sign_in, project, lead, sorted_out):
    code = code_named("inventing")
    merge_codes(lead, code, code_named("sometimes makes things up"))
    answer = sign_in(lead).post(url(project, "move"), {"code": code.uid, "category": sorted_out[0].uid})
    assert (answer.status_code, "merged or retired" in answer.content.decode()) == (409, True)


def test_a_category_is_created_and_bad_names_keep_what_was_written(sign_in, project, lead, sorted_out):
    browser = sign_in(lead)
    answer = browser.post(url(project, "new_category"), {"name": "Harm", "definition": "Who is hurt.\r\nHow."})
    made = Category.objects.get(name="Harm")
    assert (answer.url, made.definition) == (f"{url(project)}#column-{made.uid}", "Who is hurt.\nHow.")
    for name, status in ((" ", 400), ("x" * 201, 400), ("harm", 409), ("a\x07", 400)):
        answer = browser.post(url(project, "new_category"), {"name": name, "definition": "Kept draft."})
        assert (answer.status_code, "Kept draft." in answer.content.decode()) == (status, True)


def test_equal_names_merge_with_one_button(sign_in, project, lead, ada, bo, sorted_out):
    keep, other = code_named("false promise", ada), code_named("false promise", bo)
    browser = sign_in(lead)
    assert "Merge these 2" in browser.get(url(project)).content.decode()
    data = {"code": [keep.uid, other.uid], "target": keep.uid, "reason": "Same name"}
    answer = browser.post(url(project, "merge"), data)
    assert answer.url == f"{url(project)}#card-{keep.uid}"
    assert Code.objects.get(pk=other.pk).merged_into == keep


def test_selected_codes_merge_after_a_choice_with_a_reason(sign_in, project, lead, sorted_out):
    first, second = code_named("inventing"), code_named("sometimes makes things up")
    browser = sign_in(lead)
    selected = {"code": [first.uid, second.uid], "category": "", "new": ""}
    choice = browser.post(url(project, "merge"), selected)
    page = browser.get(choice.url).content.decode()
    assert ("Merge 2 codes" in page, "4 segments" in page) == (True, True)
    assert browser.post(url(project, "merge"), {**selected, "target": first.uid, "reason": " "}).status_code == 400
    elsewhere = {**selected, "target": code_named("false promise").uid, "reason": "Why not."}
    assert browser.post(url(project, "merge"), elsewhere).status_code == 400
    browser.post(url(project, "merge"), {**selected, "target": first.uid, "reason": "They mean the same."})
    assert Code.objects.get(pk=second.pk).merged_into == first


def test_one_code_alone_cannot_be_merged(sign_in, project, lead, sorted_out):
    assert sign_in(lead).post(url(project, "merge"), {"code": code_named("inventing").uid}).status_code == 400


@pytest.mark.parametrize(("codes", "categories"), [(8, 2), (120, 12)])
def test_the_board_costs_the_same_whatever_stands_on_it(
    sign_in, project, lead, ada, bo, sorted_out, codes, categories, django_assert_num_queries
):
    columns = [category(project, f"column {number}") for number in range(categories)]
    for number, code in enumerate(many_codes(project, lead, codes, adopted_at=clock.now())):
        Code.objects.filter(pk=code.pk).update(category=columns[number % categories])
    browser = sign_in(lead)
    with django_assert_num_queries(10):
        browser.get(url(project))
    data = {"code": code_named("inventing").uid, "category": columns[0].uid}
    with django_assert_num_queries(36):
        browser.post(url(project, "move"), data, headers={"HX-Request": "true"})


def test_500_codes_in_40_categories_stay_under_a_megabyte(sign_in, project, lead):
    columns = [category(project, f"A category with an ordinary name {number}") for number in range(40)]
    codes = many_codes(project, lead, 500)
    for number, column in enumerate(columns):
        Code.objects.filter(pk__in=[code.pk for code in codes[number::41]]).update(category=column)
    assert len(sign_in(lead).get(url(project)).content) < 900_000
