"""What a merge will do is said before it is done."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.axial_coding.previews import merge_preview
from coding.axial_coding.queries import with_counts
from coding.codes.models import Code
from coding.codes.rules import create_code, place, relate, reword
from tests.axial_coding.factory import category, code_named, coded, many_codes

WORDS = {
    "the late fee had been waived": ["false promise", "false promise"],
    "The guest showed": ["false promise", "invented"],
}


def both(ada, bo):
    return [code_named("false promise", ada), code_named("false promise", bo)]


def page(sign_in, lead, project, codes):
    query = "&".join(f"code={code.uid}" for code in codes)
    return sign_in(lead).get(f"{reverse('axial_coding:merge', args=[project.slug])}?{query}")


def test_it_says_whose_segments_are_joined_and_of_how_many_incidents(project, lead, ada, bo):
    coded(project, [ada, bo], WORDS)
    found = merge_preview(project, with_counts(project, both(ada, bo)))
    assert found.coders == [("Ada", 4), ("Bo", 2)]
    assert (found.segments, found.incidents) == (6, 2)


def test_a_segment_that_bears_both_codes_counts_once(project, lead, ada):
    opened = coded(project, [ada], {"The guest showed": ["one"]})
    from coding.open_coding.models import Coding, Segment

    two = create_code(lead, project, "two")
    for segment in Segment.objects.filter(assignment__round=opened):
        Coding.objects.create(segment=segment, code=two)
    found = merge_preview(project, with_counts(project, [code_named("one"), two]))
    assert (found.coders, found.segments) == ([("Ada", 2)], 2)


def test_the_wordings_stand_side_by_side_and_the_page_says_what_is_not_kept(sign_in, project, lead, ada, bo):
    coded(project, [ada, bo], WORDS)
    one, two = both(ada, bo)
    reword(lead, one, one.version, definition="Said, though untrue.")
    reword(lead, two, two.version, definition="Made up.", avoid_when="The fee was real.")
    body = page(sign_in, lead, project, [one, two]).content.decode()
    for said in ("Said, though untrue.", "Made up.", "The fee was real.", "Avoid when", "kept in the history only"):
        assert said in body
    assert "Use when" not in body


def test_it_says_where_places_and_relations_go(sign_in, project, lead, ada, bo):
    coded(project, [ada, bo], WORDS)
    one, two = both(ada, bo)
    trust = category(project, "Trust")
    place(lead, one, trust)
    relate(lead, trust, "context", Code.objects.get(pk=one.pk))
    body = page(sign_in, lead, project, [one, two]).content.decode()
    assert "In “Trust”" in body
    assert "Not sorted yet" in body
    assert "false promise: context of Trust" in body


def test_the_preview_costs_the_same_for_two_codes_and_for_forty(sign_in, project, lead):
    codes = many_codes(project, lead, 40)
    page(sign_in, lead, project, codes[:2])
    costs = []
    for some in (codes[:2], codes):
        with CaptureQueriesContext(connection) as asked:
            assert page(sign_in, lead, project, some).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]
