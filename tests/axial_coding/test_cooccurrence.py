"""Co-occurrence: what each way counts, by a small example worked by hand; what pages and program show of it, and to whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from coding.axial_coding.cooccurrence import INCIDENT, OVERLAP, SEGMENT, behind, count, stretches, units
from coding.axial_coding.cooccurrence_queries import Setting, beside, cooccurrence, place
from coding.codes.models import Code
from coding.codes.rules import merge_codes, retire
from coding.codes.rules import place as put
from coding.lib import clock
from coding.open_coding.models import Segment
from coding.people.models import Role
from tests import factory
from tests.axial_coding.factory import category, code_named, coded, release
from tests.door import Door
from tests.kept import kept

A, B, C = 1, 2, 3
ADA_ON_1, BO_ON_1, ADA_ON_2 = 11, 12, 13

# Word, segment, reading, incident, start, end.
#
#   incident 1, Ada   0....:....1....:....2....:....3      incident 1, Bo   0....:....1     incident 2, Ada   0....:
#                     [s101: A B )                                         [s104: A)                          [s105: C)
#                            [s102: B  )                                   [s106: C)
#                                      [s103: C )
#
# s101 and s102 share the code points 8 and 9; s102 and s103 touch at 20, and share none. Bo's s104 and s106 are equal
# but for one letter at the end.
BY_HAND = [
    (A, 101, ADA_ON_1, 1, 0, 10),
    (B, 101, ADA_ON_1, 1, 0, 10),
    (B, 102, ADA_ON_1, 1, 8, 20),
    (C, 103, ADA_ON_1, 1, 20, 30),
    (A, 104, BO_ON_1, 1, 0, 8),
    (C, 106, BO_ON_1, 1, 0, 9),
    (C, 105, ADA_ON_2, 2, 0, 5),
]


def counted(way, rows=BY_HAND):
    return count(units(stretches(rows), way))


def of(found, one, other):
    return found.pairs[one, other], found.either((one, other)), pytest.approx(found.jaccard((one, other)))


def test_same_segment_counts_segments_that_bear_both():
    """A and B: s101, of s101, s102, s104 that bear either. No segment bears C and another."""
    found = counted(SEGMENT)
    assert of(found, A, B) == (1, 3, 1 / 3)
    assert of(found, A, C) == (0, 5, 0)
    assert of(found, B, C) == (0, 5, 0)
    assert dict(found.units) == {A: 2, B: 2, C: 3}


def test_overlapping_counts_segments_of_either_that_meet_the_other_in_one_reading():
    """A and B: s101 and s102, of three. A and C: Bo's s104 and s106, of five. B and C only touch, and s102 is not Bo's."""
    found = counted(OVERLAP)
    assert of(found, A, B) == (2, 3, 2 / 3)
    assert of(found, A, C) == (2, 5, 2 / 5)
    assert of(found, B, C) == (0, 5, 0)


def test_same_incident_counts_incidents_once_whoever_coded_them():
    """All three stand in incident 1; C also stands in incident 2, alone."""
    found = counted(INCIDENT)
    assert of(found, A, B) == (1, 1, 1)
    assert of(found, A, C) == (1, 2, 1 / 2)
    assert dict(found.units) == {A: 1, B: 1, C: 2}


def test_the_segments_behind_a_pair_are_those_that_it_counts():
    def segments(way, one, other):
        return sorted(held.segment for held in behind(units(stretches(BY_HAND), way), one, other))

    assert segments(SEGMENT, A, B) == [101]
    assert segments(OVERLAP, A, B) == [101, 102]
    assert segments(OVERLAP, A, C) == [104, 106]
    assert segments(INCIDENT, B, C) == [101, 102, 103, 106]
    assert segments(OVERLAP, B, C) == []


def test_a_word_that_stands_twice_on_a_segment_counts_once():
    assert of(counted(SEGMENT, [*BY_HAND, (A, 101, ADA_ON_1, 1, 0, 10)]), A, B) == (1, 3, 1 / 3)


rows = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 12), st.integers(0, 9), st.integers(1, 6)), min_size=1, max_size=30
).map(lambda found: [(w, s, s % 3, s % 3 // 2, at + s, at + s + size) for w, s, at, size in found])


@given(rows)
def test_counts_are_those_of_the_definitions_taken_word_by_word(found):
    held = stretches(found)
    for one, other in [(a, b) for a in range(1, 5) for b in range(a + 1, 5)]:
        either = [s for s in held if s.words & {one, other}]
        meets = [
            s for s in either
            if any(
                t.reading == s.reading and t.start < s.end and s.start < t.end
                and ((one in s.words and other in t.words) or (other in s.words and one in t.words))
                for t in held
            )
        ]  # fmt: skip
        both = [s for s in either if {one, other} <= s.words]
        incidents = [{s.incident for s in held if w in s.words} for w in (one, other)]
        assert counted(SEGMENT, found).pairs[one, other] == len(both)
        assert counted(OVERLAP, found).pairs[one, other] == len(meets)
        assert counted(OVERLAP, found).either((one, other)) == len(either)
        assert counted(INCIDENT, found).pairs[one, other] == len(incidents[0] & incidents[1])
        assert counted(INCIDENT, found).either((one, other)) == len(incidents[0] | incidents[1])
        assert len(both) <= len(meets) <= len(either)
        assert sorted(s.segment for s in behind(units(held, OVERLAP), one, other)) == sorted(s.segment for s in meets)


def test_what_two_coders_call_the_same_words_is_no_co_occurrence_but_in_the_incident(project, lead, ada, bo):
    coded(project, [ada, bo], {"late fee": ["promise", "rule"]})
    assert not cooccurrence(lead, project, Setting(way=OVERLAP)).pairs
    [couple] = cooccurrence(lead, project, Setting(way=INCIDENT)).pairs
    assert (couple.count, couple.either) == (2, 2)


@kept
def words(project, lead, ada):
    """Promise and rule on the same words of both incidents, proof on words that overlap them; repair apart."""
    of = coded(project, [ada], {}, released=False)
    for held in of.assignments.all():
        factory.code(held, "the late fee had been waived", "promise", "rule")
        factory.code(held, "fee had been waived. It had not", "proof")
        factory.code(held, "paid back", "repair")
    release(of, lead)
    return of


def names(found):
    return {(*sorted((one.one.name, one.other.name)), one.count, one.either) for one in found.pairs}


def test_pairs_of_codes_in_each_way(project, lead, words):
    together = {("promise", "rule", 2, 2)}
    assert names(cooccurrence(lead, project, Setting(way=SEGMENT))) == together
    overlapping = together | {("promise", "proof", 4, 4), ("proof", "rule", 4, 4)}
    assert names(cooccurrence(lead, project, Setting(way=OVERLAP))) == overlapping
    assert len(cooccurrence(lead, project, Setting(way=INCIDENT)).pairs) == 6


def test_merged_codes_count_as_what_they_became_and_retired_ones_not_at_all(project, lead, words):
    merge_codes(lead, code_named("rule"), code_named("promise"))
    assert names(cooccurrence(lead, project, Setting(way=OVERLAP))) == {("promise", "proof", 4, 4)}
    retire(lead, code_named("proof"), "A slip.")
    assert not cooccurrence(lead, project, Setting(way=OVERLAP)).pairs


def test_a_category_has_the_segments_of_all_its_codes(project, lead, words):
    trust, evidence = category(project, "Trust"), category(project, "Evidence")
    for name in ("promise", "rule"):
        put(lead, code_named(name), trust)
    put(lead, code_named("proof"), evidence)
    found = cooccurrence(lead, project, Setting(of="categories", way=OVERLAP))
    assert names(found) == {("Evidence", "Trust", 4, 4)}
    assert found.rows[0].units == 2  # a segment with two codes of one category is one segment of it


def test_order_and_one_word(project, lead, words):
    extra = factory.round_of(project, [factory.member(project, "cy")], incidents=[words.assignments.first().incident])
    held = extra.assignments.get()
    factory.code(held, "the chat", "promise", "repair")
    release(extra, lead)
    by_count = cooccurrence(lead, project, Setting(way=SEGMENT)).pairs
    assert [one.count for one in by_count] == [2, 1]
    about = code_named("repair", held.coder)
    found = cooccurrence(lead, project, Setting(way=SEGMENT, about=about.uid))
    assert names(found) == {("promise", "repair", 1, 1)}
    assert found.rows[0].word == about
    by_share = cooccurrence(lead, project, Setting(way=INCIDENT, order="jaccard")).pairs
    assert [one.jaccard for one in by_share] == sorted((one.jaccard for one in by_share), reverse=True)


def test_what_is_coded_in_an_open_round_is_not_counted(project, lead, ada):
    coded(project, [ada], {"late fee": ["promise"], "the late fee": ["rule"]}, released=False)
    Code.objects.update(released_at=clock.now())
    found = cooccurrence(lead, project, Setting())
    assert (len(found.pairs), found.coded) == (0, False)


def url(project, *pair, query=""):
    name = "behind_pair" if pair else "cooccurrence"
    return reverse(f"axial_coding:{name}", args=[project.slug, *(one.uid for one in pair)]) + query


def test_the_page_shows_the_matrix_and_each_cell_leads_to_its_segments(sign_in, project, lead, words):
    client = sign_in(lead)
    body = client.get(url(project)).content.decode()
    one, other = code_named("promise"), code_named("proof")
    assert url(project, one, other) in body
    opened = client.get(url(project, one, other, query="?way=overlap")).content.decode()
    assert "4 of the 4 segments" in opened
    assert opened.count("<mark>") == 4
    assert "incidents/1/#para-0:~:text=fee%20had%20been%20waived.%20It%20had%20not" in opened
    assert opened.index("incidents/1/") < opened.index("incidents/2/")
    swapped = client.get(url(project, other, one, query="?way=overlap")).content.decode()
    assert swapped.count("<mark>") == 4


def test_words_open_with_the_readings_that_they_are_from(sign_in, project, lead, ada, words):
    olga = factory.member(project, "olga", Role.OBSERVER)
    pair = code_named("promise"), code_named("rule")
    body = sign_in(olga).get(url(project, *pair, query="?way=segment")).content.decode()
    assert "2 segments are counted and not shown" in body
    assert "<mark>" not in body
    own = sign_in(ada).get(url(project, *pair, query="?way=segment")).content.decode()
    assert own.count("<mark>") == 2


def test_strangers_get_nothing_and_odd_questions_an_answer(sign_in, project, lead, stranger, words):
    pair = code_named("promise"), category(project, "Trust")
    assert sign_in(stranger).get(url(project)).status_code == 404
    assert sign_in(lead).post(url(project)).status_code == 405
    assert sign_in(lead).get(url(project, *pair)).status_code == 404
    assert sign_in(lead).get(url(project, pair[0], pair[0])).status_code == 404
    odd = sign_in(lead).get(url(project, query="?of=x&way=x&order=x&about=x&page=x"))
    assert odd.status_code == 200


def test_a_coder_of_an_open_blind_round_sees_no_counts(sign_in, project, lead, ada, words):
    factory.round_of(project, [ada], incidents=factory.incidents(project, 3)[2:])
    assert sign_in(ada).get(url(project)).status_code == 403
    assert Door(ada).get(f"projects/{project.uid}/co-occurrence/").status_code == 403


def test_a_lead_who_codes_an_incident_blind_reads_no_words_of_it(sign_in, project, lead, ada, words):
    pair = code_named("promise"), code_named("rule")
    other = factory.incidents(project, 3)[2]
    blind = factory.round_of(project, [lead], incidents=[other])
    blind.assignments.update(incident=words.assignments.order_by("pk").first().incident)
    body = sign_in(lead).get(url(project, *pair, query="?way=segment")).content.decode()
    assert "1 segment is counted and not shown" in body
    assert body.count("<mark>") == 1


def test_words_of_another_project_are_not_found(sign_in, lead, words, project):
    elsewhere = factory.project(factory.user("lea"), "Elsewhere")
    one, other = (factory_code(elsewhere, name) for name in ("promise", "rule"))
    assert sign_in(lead).get(url(project, one, other)).status_code == 404


def factory_code(project, name):
    made = Code(project=project, coined_by=factory.lead_of(project), released_at=clock.now(), hue=1)
    made.call(name)
    made.save()
    return made


def test_empty_pages_say_what_comes_next(sign_in, project, lead, ada):
    assert "released rounds of open coding" in sign_in(lead).get(url(project)).content.decode()
    coded(project, [ada], {"late fee": ["promise"]})
    assert "No two stand together" in sign_in(lead).get(url(project)).content.decode()
    assert "Move codes into categories" in sign_in(lead).get(url(project, query="?of=categories")).content.decode()


def test_the_program_gets_the_same_counts_and_the_segments(project, lead, words):
    door, path = Door(lead), f"projects/{project.uid}/co-occurrence/"
    rows = door.get(f"{path}?way=segment").json()["results"]
    promise, rule = code_named("promise"), code_named("rule")
    assert rows == [
        {"one": str(promise.uid), "other": str(rule.uid),
         "count": 2, "either": 2, "jaccard": 1.0}
    ]  # fmt: skip
    behind_it = door.get(f"{path}segments/?one={promise.uid}&other={rule.uid}&way=segment&page_size=1").json()
    assert (behind_it["count"], len(behind_it["results"])) == (2, 1)
    segment = Segment.objects.get(uid=behind_it["results"][0]["uid"])
    assert set(behind_it["results"][0]["codes"]) == {str(promise.uid), str(rule.uid)}
    assert behind_it["results"][0]["start"] == segment.start
    olga = Door(factory.member(project, "olga", Role.OBSERVER))
    assert olga.get(f"{path}segments/?one={promise.uid}&other={rule.uid}&way=segment").json()["results"] == []
    assert door.get(f"{path}segments/?one={promise.uid}").status_code == 400
    assert door.get(f"{path}?about={words.uid}").status_code == 404
    assert door.get(f"{path}?way=x").status_code == 400
    assert Door(factory.user("sam")).get(path).status_code == 404


def test_pages_cost_the_same_for_two_codes_and_for_many(sign_in, project, lead, ada):
    client = sign_in(lead)
    coded(project, [ada], {"late fee": ["one"], "the late fee": ["two"]})
    paths = [url(project), url(project, code_named("one"), code_named("two")), f"/api/v1/projects/{project.uid}/co-occurrence/"]  # fmt: skip

    def cost():
        for path in paths:
            assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            for path in paths:
                client.get(path)
        return len(asked)

    few = cost()
    quotes = ["the late fee had", "late fee had been", "fee had been waived", "guest that the late fee", "told a guest that the late"]  # fmt: skip
    coded(project, [ada], {quote: [f"number {at}"] for at, quote in enumerate(quotes)})
    coded(project, [ada], {"the late fee": ["two"], "late fee": ["one"]}, incidents=factory.incidents(project, 5))
    assert len(cooccurrence(lead, project, Setting()).pairs) > 8
    assert cost() == few


def test_of_many_codes_the_matrix_shows_those_that_meet_others_most(sign_in, project, lead, ada):
    of = coded(project, [ada], {}, released=False)
    held = of.assignments.first()
    factory.code(held, "The guest showed the chat at the desk", *[f"code {at:02d}" for at in range(15)])
    factory.code(held, "showed the chat", *[f"code {at:02d}" for at in range(10, 28)])
    release(of, lead)
    found = cooccurrence(lead, project, Setting())
    assert (found.met, len(found.rows)) == (28, 20)
    assert {row.word.name for row in found.rows[:5]} == {f"code {at}" for at in range(10, 15)}
    body = sign_in(lead).get(url(project)).content.decode()
    assert "The 20 codes that meet others most, of 28 that meet any" in body
    assert "Pairs 1 to 50 of" in body


def test_words_beside_a_segment_are_whole():
    text = f"{'long before ' * 9}the words said{' and long after' * 9}"
    start = text.index("the words")
    before, after = beside(text, start, start + len("the words said"))
    assert (before[:9], before[-7:]) == ("…before l", "before ")
    assert after == " and long after and long after and long after and long…"
    assert beside("one two", 4, 7) == ("one ", "")


def test_a_place_is_found_by_its_paragraph_and_its_words():
    text = "First words.\n\nA long sentence that goes on and on for much more than eighty letters - really, until it ends here.\n\nLast, said."
    start = text.index("A long")
    assert place(text, 0, 5) == "#para-0:~:text=First"
    assert (
        place(text, start, text.index("\n\nLast"))
        == "#para-1:~:text=A%20long%20sentence%20that%20goes%20on%20and%20on%20for,letters%20%2D%20really%2C%20until%20it%20ends%20here."
    )
    assert place(text, text.index("Last"), len(text)) == "#para-2:~:text=Last%2C%20said."
