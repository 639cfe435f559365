"""Near duplicates: which pairs are proposed, by what measure, to whom, and at what cost."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from coding.axial_coding.duplicates import by_names, jaccard, joined, near_duplicates
from coding.codes.models import Code
from coding.codes.rules import create_code, merge_codes, retire
from coding.lib import clock
from tests.axial_coding.factory import code_named, coded, many_codes

WORDS = {
    "the late fee had been waived": ["false promise", "invented rule"],
    "sometimes makes things up": ["false promise", "invented rule"],
    "nobody knew": ["false promise", "something else"],
}


def url(project):
    return reverse("axial_coding:duplicates", args=[project.slug])


def pairs(lead, project):
    return [(near.one.code.name, near.two.code.name) for near in near_duplicates(lead, project).pairs]


def words_of(*names):
    codes = [Code(pk=at, name=name) for at, name in enumerate(names)]
    return set(by_names(codes))


def test_names_are_near_whatever_their_order_capitals_and_accents():
    assert words_of("Broken promise", "promise broken") == {(0, 1)}
    assert words_of("café closed", "Cafe closed") == {(0, 1)}
    assert words_of("false promise", "false promises") == {(0, 1)}
    assert words_of("false promise", "late refund") == set()


def test_short_names_are_left_out_since_one_letter_is_too_much_of_them():
    assert words_of("fee", "fees", "feet") == set()
    assert words_of("fees paid", "fee paid") == {(0, 1)}


def test_codes_on_the_same_words_are_near_and_told_how_much(project, lead, ada, bo):
    coded(project, [ada, bo], WORDS)
    [near] = near_duplicates(lead, project).pairs
    assert (near.one.code.name, near.two.code.name, near.names) == ("false promise", "invented rule", None)
    shared = len("the late fee had been waived") + len("sometimes makes things up")
    assert near.words == pytest.approx(shared / (shared + len("nobody knew")))


def test_few_segments_say_nothing(project, lead, ada, bo):
    coded(project, [ada, bo], {"nobody knew": ["false promise", "invented rule"]})
    assert pairs(lead, project) == []


def test_no_pair_stands_twice_and_equal_names_merged_and_retired_codes_do_not_stand(project, lead, ada, bo):
    coded(project, [ada, bo], {**WORDS, "A hotel": ["late answer", "late answer"]})
    near = [create_code(lead, project, name) for name in ("wrong answers", "wrong answer", "wrong answerr")]
    assert len(pairs(lead, project)) == len(set(map(frozenset, pairs(lead, project)))) == 4
    retire(lead, near[2], "A slip.")
    merge_codes(lead, near[1], near[0])
    merge_codes(lead, code_named("invented rule"), code_named("false promise"))
    assert pairs(lead, project) == []


def test_what_is_coded_in_an_open_round_is_not_compared(project, lead, ada, bo):
    coded(project, [ada, bo], WORDS, released=False)
    Code.objects.update(released_at=clock.now())
    assert pairs(lead, project) == []


def test_members_read_the_page_and_only_a_lead_merges_from_it(sign_in, project, lead, ada, bo, stranger):
    coded(project, [ada, bo], WORDS)
    body = sign_in(lead).get(url(project)).content.decode()
    assert "Compare and merge" in body
    assert "token sort ratio" in body
    assert "Compare and merge" not in sign_in(ada).get(url(project)).content.decode()
    assert sign_in(stranger).get(url(project)).status_code == 404
    assert sign_in(lead).post(url(project)).status_code == 405


def test_the_link_opens_the_merge_with_both_codes(sign_in, project, lead):
    one, two = create_code(lead, project, "wrong answer"), create_code(lead, project, "wrong answers")
    body = sign_in(lead).get(url(project)).content.decode()
    assert f"code={one.uid}&amp;code={two.uid}" in body or f"code={two.uid}&amp;code={one.uid}" in body


def test_the_page_costs_the_same_for_two_codes_and_for_forty(sign_in, project, lead):
    client = sign_in(lead)
    many_codes(project, lead, 2)
    client.get(url(project))
    with CaptureQueriesContext(connection) as few:
        client.get(url(project))
    for number in range(40):
        create_code(lead, project, f"a code of number {number:03d}")
    with CaptureQueriesContext(connection) as many:
        client.get(url(project))
    assert len(many) == len(few)


def test_two_thousand_names_are_compared_in_a_moment():
    codes = [Code(pk=at, name=f"{at * 7919 % 104729:06d} words of {at}") for at in range(2000)]
    start = time.perf_counter()
    by_names(codes)
    assert time.perf_counter() - start < 10


spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda one: (one[0], sum(one))), min_size=1, max_size=5
)


@given(st.dictionaries(st.integers(0, 3), st.dictionaries(st.integers(0, 1), spans, min_size=1), min_size=2))
def test_shared_words_are_those_of_the_sets_of_code_points(codes):
    points = {
        code: {(i, p) for i, held in one.items() for s, e in held for p in range(s, e)} for code, one in codes.items()
    }
    expected = {
        (a, b): len(points[a] & points[b]) / len(points[a] | points[b]) for a in points for b in points if a < b
    }  # fmt: skip
    found = jaccard({code: {i: joined(held) for i, held in one.items()} for code, one in codes.items()})
    assert found == pytest.approx({pair: share for pair, share in expected.items() if share >= 0.5})
