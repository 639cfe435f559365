import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coding.lib.text import clean, fault, fold, name_key, strip_faults


def test_line_ends_become_line_feeds():
    assert clean("a\r\nb\rc\nd\r\r\ne") == "a\nb\nc\nd\n\ne"


def test_a_leading_bom_goes_and_others_stay():
    assert clean("\ufeffa\ufeff") == "a\ufeff"


def test_text_is_not_normalised():
    assert clean("e\u0301 \u212b  \t x ") == "e\u0301 \u212b  \t x "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello world\x00", "a NUL character at position 12"),
        ("\ud83d", "a lone surrogate (U+D83D) at position 1"),
        ("ab\x0c", "a form feed (U+000C) at position 3"),
        ("\x07", "a control character (U+0007) at position 1"),
        ("\x7f", "a delete character (U+007F) at position 1"),
        ("😀\x85", "a control character (U+0085) at position 2"),
        ("\uffff", "a noncharacter (U+FFFF) at position 1"),
        ("\r", "a carriage return (U+000D) at position 1"),
    ],
)
def test_a_refused_character_is_named_with_its_place(text, words):
    assert fault(text) == words


def test_every_control_character_but_tab_and_line_feed_is_refused():
    refused = {code for code in range(0x250) if fault(chr(code))}
    assert refused == {code for code in range(0x250) if unicodedata.category(chr(code)) == "Cc"} - {9, 10}


@pytest.mark.parametrize("text", ["", "a\tb\nc", "e\u0301", "😀\u200d🔥", "\u200f\u2028", "\ue000"])
def test_other_characters_are_taken(text):
    assert fault(text) is None


def test_faults_are_removed_and_counted():
    assert strip_faults("a\x00b\x0cc\ud800\n") == ("abc\n", 3)


@given(st.text(st.characters()))
def test_removing_leaves_no_fault(text):
    kept, count = strip_faults(text)
    assert fault(kept) is None
    assert len(kept) + count == len(text)


def test_names_are_equal_without_case_spaces_and_composition():
    assert name_key("  Straße \u00a0\n Café ") == name_key("STRASSE cafe\u0301") == "strasse caf\u00e9"


def test_names_keep_their_accents():
    assert name_key("résumé") != name_key("resume")


@given(st.text())
def test_a_name_key_is_its_own_key(name):
    assert name_key(name_key(name)) == name_key(name)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ünïcödé", "unicode"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ａｂｃ ﬁ", "abc fi"),
        ("Άνθρωπος", "ανθρωποσ"),
        ("Ёлка Йод", "елка иод"),
        ("İstanbul", "istanbul"),
        ("Tiếng Việt", "tieng viet"),
    ],
)
def test_folding_drops_case_width_and_marks_of_latin_greek_and_cyrillic(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["मानव अधिकारों", "ข้อมูล", "がぎぐ", "한국어", "世界人权", "לִמּוּד", "الإعلان لمّا"])
def test_folding_keeps_the_marks_of_other_scripts(text):
    assert fold(text) == unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text))
    assert sum(unicodedata.combining(c) > 0 for c in fold(text)) == sum(
        unicodedata.combining(c) > 0 for c in unicodedata.normalize("NFC", text)
    )


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
@example("A\u0345")
@example("ᾴ")
def test_folding_finds_any_case(text):
    # As the Unicode Standard compares without case (3.13, D145): decomposed first.
    assert fold(unicodedata.normalize("NFD", text).casefold()) == fold(text)
