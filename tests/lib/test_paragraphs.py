"""Text in paragraphs: nothing lost, offsets true, highlights readable."""

import html
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.lib.paragraphs import LONG, Highlight, covered_lengths, paragraphs, render, shorten, snap, stack, touched
from coding.lib.templatetags.text_tags import cut

TEXTS = st.text(alphabet=st.sampled_from("ab \n\t.é🏽👩‍👧नि؟م"), max_size=80)


def words_of(markup):
    inner = re.search(r'<p class="words"[^>]*>(.*?)</p>', markup, re.S).group(1)
    return html.unescape(re.sub(r"<[^>]+>", "", inner))


@given(TEXTS)
def test_paragraphs_hold_every_visible_character_once_and_in_order(text):
    parts = paragraphs(text)
    shown = "".join(text[part.start : part.end] for part in parts)
    assert "".join(shown.split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(parts))


@given(TEXTS)
def test_the_gap_is_what_lies_between_two_paragraphs(text):
    parts = paragraphs(text)
    assert "".join(text[p.start : p.end] + p.gap for p in parts) == (text[parts[0].start :] if parts else "")


def test_blank_lines_split_and_single_line_feeds_do_not():
    assert [(p.start, p.end) for p in paragraphs("a\nb\n\nc")] == [(0, 3), (5, 6)]


def test_a_long_block_is_split_at_its_line_feeds():
    text = "x" * 1500 + "\n" + "y" * 1500
    assert [(p.start, p.end) for p in paragraphs(text)] == [(0, 1500), (1501, 3001)]


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("Nobody asked the driver (why not?) at first. " * 60, " "),
        ("没有人问过司机为什么没有停车。" * 200, "。"),
        ("لم يسأل أحد السائق عن السبب؟ " * 100, "؟"),
        ("word " * 900, "d"),
        ("无" * 4_000, "无"),
        ("👩‍👩‍👧" * 900, "\U0001f467"),
    ],
)
def test_a_long_line_is_cut_after_sentences_else_between_words_else_between_characters(line, ends):
    text = line.strip()
    parts = paragraphs(text)
    assert all(part.end - part.start <= LONG for part in parts)
    assert len(parts) > 1
    assert "".join(text[p.start : p.end] + p.gap for p in parts) == text
    assert all(p.gap in {"", " "} for p in parts)
    assert {text[p.end - 1] for p in parts[:-1]} <= {ends, "."}
    assert all(snap(text, p.start, p.end) == (p.start, p.end) for p in parts)


def test_a_character_longer_than_a_part_stays_whole():
    text = "a" + "\u0301" * 5_000 + "b"
    assert next((p.start, p.end) for p in paragraphs(text)) == (0, 5_001)


@settings(max_examples=200)
@given(st.data())
def test_a_rendered_paragraph_holds_its_text_exactly_once_whatever_is_highlighted(data):
    text = data.draw(st.text(alphabet=st.sampled_from("a<&\"' é🏽\n"), min_size=1, max_size=40))
    spans = data.draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
    marks = [
        Highlight(f"k{i}", min(a, b), max(a, b), ((i % 12 + 1, "<name>"),))
        for i, (a, b) in enumerate(spans)
        if min(a, b) < max(a, b) <= len(text)
    ]
    for part in paragraphs(text):
        assert words_of(render(text, part, marks)) == text[part.start : part.end]


def test_names_in_the_margin_are_escaped_and_stand_where_the_segment_starts():
    text = "one\n\ntwo"
    first, second = paragraphs(text)
    mark = Highlight("k", 1, 7, ((3, "<b>bold</b>"),))
    assert "&lt;b&gt;bold&lt;/b&gt;" in render(text, first, [mark])
    assert "data-go" not in render(text, second, [mark])


def test_overlapping_segments_get_different_bars_and_a_free_bar_is_used_again():
    marks = [
        Highlight("a", 0, 10, ((1, "x"),)),
        Highlight("b", 5, 15, ((2, "y"),)),
        Highlight("c", 12, 20, ((3, "z"),)),
    ]
    assert stack(marks) == {"a": 0, "b": 1, "c": 0}


def test_the_shortest_segment_gives_the_underlay():
    text = "0123456789"
    marks = [Highlight("long", 0, 10, ((1, "x"),)), Highlight("short", 4, 6, ((2, "y"),))]
    runs = re.findall(r'data-seg="(\w+)[^"]*" data-hue="(\d+)"', render(text, paragraphs(text)[0], marks))
    assert runs == [("long", "1"), ("short", "2"), ("long", "1")]


def test_more_codes_than_bars_are_said():
    text = "0123456789"
    marks = [Highlight(f"k{i}", 0, 10, ((i + 1, f"c{i}"),)) for i in range(7)]
    assert "data-more" in render(text, paragraphs(text)[0], marks)


def test_coverage_counts_overlapping_segments_once():
    text = "aaaa\n\nbbbb"
    parts = paragraphs(text)
    marks = [Highlight("a", 0, 3), Highlight("b", 2, 8), Highlight("c", 7, 8)]
    assert covered_lengths(parts, marks) == [4, 2]


def test_touched_are_the_paragraphs_that_share_a_character():
    parts = paragraphs("aa\n\nbb\n\ncc")
    assert [p.index for p in touched(parts, 1, 5)] == [0, 1]
    assert [p.index for p in touched(parts, 2, 4)] == []


def test_snapping_widens_to_whole_grapheme_clusters_and_trims_outer_space():
    family = "👩‍👩‍👧"
    text = f"  a {family} b"
    start = text.index(family)
    assert snap(text, start + 1, start + 2) == (start, start + len(family))
    assert snap(text, 0, 4) == (2, 3)
    assert snap("ni\u0303no", 0, 2) == (0, 3)


def test_snapping_leaves_only_white_space_as_nothing():
    start, end = snap("a   b", 1, 4)
    assert start == end


def test_shortened_words_end_at_a_word():
    assert shorten("The filing was late, they said", 12) == "The filing…"


def test_a_segment_that_is_uncertain_says_so_to_whoever_hears_it():
    text = "late fee"
    [part] = paragraphs(text)
    said = render(text, part, [Highlight("k", 0, 4, ((1, "promise"),), is_uncertain=True)])
    assert 'aria-label="promise, uncertain: late"' in said


def test_a_paragraph_without_codes_lists_none():
    [part] = paragraphs("late fee")
    assert "<ul" not in render("late fee", part, [])


@pytest.mark.parametrize(
    ("text", "most", "shown"), [("short", 5, "short"), ("e\u0301toile", 3, "e\u0301…"), ("a👩‍👩‍👧b", 4, "a…")]
)
def test_quoted_words_are_cut_between_characters_and_stay_as_they_are(text, most, shown):
    assert cut(text, most) == shown
