"""The relation map: the same relations give the same picture, nothing hides anything, and the table says the same."""

import re
from itertools import combinations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coding.axial_coding.evidence import attach
from coding.axial_coding.map_queries import MOST_BOXES, relation_map
from coding.axial_coding.relation_map import HIGH, MARK, WIDE, Edge, Node, draw, in_lines, wide
from coding.codes.models import Relation
from coding.codes.rules import place, relate, retire
from coding.open_coding.models import Segment
from tests import factory
from tests.axial_coding.factory import category, code_named, coded, release
from tests.kept import kept


@st.composite
def some_maps(draw_one):
    size = draw_one(st.integers(1, 14))
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    return size, [two for two in draw_one(st.lists(ends, max_size=20)) if two[0] != two[1]]


def drawn(size, pairs):
    nodes = [Node(at, f"category {at}") for at in range(size)]
    return draw(nodes, [Edge(key, one, other) for key, (one, other) in enumerate(pairs)])


@settings(max_examples=40)
@given(some_maps())
@example((2, [(0, 1)] * 10))  # as many as there are between two categories: the outermost bow far out
@example((6, [(0, 1), (2, 3), (4, 5)] * 10))
def test_no_two_boxes_overlap_and_all_stand_inside(given_map):
    size, pairs = given_map
    found = drawn(size, pairs)
    assert len(found.boxes) == size
    for one, other in combinations(found.boxes.values(), 2):
        assert abs(one.x - other.x) >= WIDE or abs(one.y - other.y) >= HIGH
    for box in found.boxes.values():
        assert box.left >= 0
        assert box.left + WIDE <= found.width
        assert box.top >= 0
        assert box.top + HIGH <= found.height
    for line in found.lines.values():
        assert MARK <= line.x <= found.width - MARK
        assert MARK <= line.y <= found.height - MARK


def test_the_order_in_which_things_come_changes_nothing():
    nodes = [Node(at, f"category {at * 7 % 10}") for at in range(10)]
    edges = [Edge(at, at, (at * 3 + 1) % 10) for at in range(10) if at != (at * 3 + 1) % 10]
    assert draw(nodes, edges) == draw(nodes[::-1], edges)
    assert draw(nodes, edges).boxes == draw(nodes, edges[::-1]).boxes


def test_relations_of_the_same_two_bow_apart_whichever_way_they_go():
    lines = drawn(2, [(0, 1), (1, 0), (0, 1)]).lines
    assert len({(line.x, line.y) for line in lines.values()}) == 3
    assert len({line.path for line in lines.values()}) == 3


def test_an_arrow_ends_at_the_border_of_its_box():
    found = drawn(2, [(0, 1)])
    box, end = found.boxes[1], re.findall(r"-?\d+", found.lines[0].path)[-2:]
    x, y = abs(int(end[0]) - box.x), abs(int(end[1]) - box.y)
    assert WIDE / 2 <= x <= WIDE / 2 + 10 or HIGH / 2 <= y <= HIGH / 2 + 10


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Trust", ["Trust"]),
        ("Trusting what seems right", ["Trusting what seems", "right"]),
        ("x" * 60, ["x" * 21 + "…"]),
        ("One long name of many words that no box can hold", ["One long name of many", "words that no box can…"]),
        ("名" * 30, ["名" * 10 + "…"]),
    ],
)
def test_a_name_is_written_in_two_lines_that_fit(name, lines):
    assert in_lines(name) == lines
    assert all(wide(line) <= 23 for line in lines)


@kept
def words(project, lead, ada):
    """Trust, repair and blame; a code in trust; trust is the phenomenon of both others, and of the code."""
    of = coded(project, [ada], {"the late fee": ["promise"]}, released=False)
    release(of, lead)
    trust, repair, blame = (category(project, name) for name in ("Trust", "Repair", "Blame"))
    place(lead, code_named("promise"), trust)
    return (
        relate(lead, trust, "consequence", repair),
        relate(lead, repair, "context", blame),
        relate(lead, trust, "causal_condition", code_named("promise")),
    )


def url(project, query=""):
    return reverse("axial_coding:map", args=[project.slug]) + query


def test_every_box_and_line_leads_to_its_page_and_the_table_says_the_same(sign_in, project, lead, words):
    body = sign_in(lead).get(url(project)).content.decode()
    picture, table = body[body.index("<svg class") : body.index("</svg>")], body[body.index('id="relations-table"') :]
    for relation in words:
        evidence = reverse("axial_coding:evidence", args=[project.slug, relation.uid])
        assert picture.count(evidence) == table.count(evidence) == 1
        for word, kind in ((relation.phenomenon, "category"), (relation.filler, "code" if relation.filler_code else "category")):  # fmt: skip
            page = reverse(f"codes:{kind}", args=[project.slug, word.uid])
            assert picture.count(page) == 1
            assert page in table
    assert picture.count("<rect") == 4
    assert picture.count("conjecture") == 3


def test_arrows_lead_from_conditions_to_the_phenomenon_and_on_to_what_follows(project, lead, words):
    found = relation_map(lead, project)
    boxes = {one.word.name: one.box for one in found.boxes}
    paths = {str(one.link.relation.role): one.line.path for one in found.drawn}

    def ends_near(path):
        x, y = (int(one) for one in re.findall(r"-?\d+", path)[-2:])
        return min(boxes, key=lambda name: max(abs(boxes[name].x - x) - WIDE / 2, abs(boxes[name].y - y) - HIGH / 2))

    assert {role: ends_near(path) for role, path in paths.items()} == {
        "consequence": "Repair", "context": "Repair", "causal_condition": "Trust",
    }  # fmt: skip


def test_a_relation_with_evidence_is_no_conjecture(sign_in, project, lead, words):
    attach(lead, words[0], Segment.objects.first(), "for")
    body = sign_in(lead).get(url(project)).content.decode()
    assert body.count("edge conjecture") == 2
    assert "evidence: 1 for, 0 against" in body


def test_around_one_category_only_its_own_relations_are_drawn(sign_in, project, lead, words):
    found = relation_map(lead, project, words[1].filler.uid)
    assert [one.link.relation for one in found.drawn] == [words[1]]
    assert {one.word.name for one in found.boxes} == {"Repair", "Blame"}
    body = sign_in(lead).get(url(project, f"?about={words[1].filler.uid}")).content.decode()
    assert "1 relation of" in body
    assert sign_in(lead).get(url(project, "?about=x")).status_code == 200


def test_relations_of_retired_words_rest(project, lead, words):
    retire(lead, words[1].filler, "A slip.")
    assert len(relation_map(lead, project).drawn) == 2


def test_what_is_not_related_is_named_and_an_empty_map_says_what_comes_next(sign_in, project, lead, ada):
    assert "Relate categories" in sign_in(lead).get(url(project)).content.decode()
    assert "A lead relates the categories" in sign_in(ada).get(url(project)).content.decode()
    trust, repair, _ = (category(project, name) for name in ("Trust", "Repair", "Alone"))
    relate(lead, trust, "context", repair)
    assert [one.name for one in relation_map(lead, project).unrelated] == ["Alone"]


def test_a_large_map_draws_what_has_most_relations_and_says_so(sign_in, project, lead):
    trust, far = category(project, "Trust"), category(project, "Zoology")
    others = [category(project, f"number {at:03d}") for at in range(MOST_BOXES)]
    Relation.objects.bulk_create(Relation(phenomenon=trust, role="context", filler_category=one) for one in others)
    relate(lead, trust, "action", far)
    found = relation_map(lead, project)
    assert (len(found.boxes), len(found.rows), found.left_out) == (MOST_BOXES, MOST_BOXES + 1, 2)
    assert found.boxes[0].word == trust
    assert "2 relations of others stand in the table only" in sign_in(lead).get(url(project)).content.decode()


def test_strangers_get_nothing_and_coders_of_an_open_blind_round_neither(sign_in, project, lead, ada, stranger, words):
    assert sign_in(ada).get(url(project)).status_code == 200
    factory.round_of(project, [ada], incidents=factory.incidents(project, 3)[2:])
    assert sign_in(ada).get(url(project)).status_code == 403
    assert sign_in(stranger).get(url(project)).status_code == 404
    assert sign_in(lead).post(url(project)).status_code == 405


def test_the_page_costs_the_same_for_three_relations_and_for_thirty(sign_in, project, lead, words):
    client = sign_in(lead)
    client.get(url(project))
    with CaptureQueriesContext(connection) as three:
        client.get(url(project))
    for at in range(27):
        relate(lead, words[0].phenomenon, "context", category(project, f"number {at}"))
    with CaptureQueriesContext(connection) as thirty:
        assert client.get(url(project)).status_code == 200
    assert len(thirty) == len(three)
