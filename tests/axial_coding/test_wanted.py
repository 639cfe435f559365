"""The board's filter: by words, coder, round and number of segments."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from coding.axial_coding import queries
from coding.axial_coding.wanted import ALL, Wanted, choices
from coding.codes.rules import merge_codes
from tests import factory
from tests.axial_coding.factory import category, code_named, coded
from tests.kept import kept

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@kept
def rounds(project, ada, bo):
    """Ada alone in a first round, both in a second; a third is not released."""
    first = coded(
        project, [ada], {"the late fee had been waived": ["false promise"]}, incidents=factory.incidents(project, 2)
    )
    second = coded(
        project, [ada, bo], {"The guest showed": ["proof", "proof"]}, incidents=factory.incidents(project, 5)[2:4]
    )
    third = coded(project, [bo], {"A hotel": ["place"]}, released=False, incidents=factory.incidents(project, 6)[4:])
    return first, second, third


def shown(project, lead, wanted):
    return sorted({card.code.name for column in queries.board(lead, project, wanted).columns for card in column.cards})


def test_a_coder_a_round_or_both_keep_the_codes_used_there(project, lead, ada, bo, rounds):
    first, second, _ = (str(one.uid) for one in rounds)
    assert shown(project, lead, Wanted(coder=str(bo.uid))) == ["proof"]
    assert shown(project, lead, Wanted(coder=str(ada.uid))) == ["false promise", "proof"]
    assert shown(project, lead, Wanted(round=first)) == ["false promise"]
    assert shown(project, lead, Wanted(coder=str(bo.uid), round=first)) == []
    assert shown(project, lead, Wanted(coder=str(ada.uid), round=second)) == ["proof"]


def test_a_coder_is_found_by_what_was_merged_into_a_code(project, lead, ada, bo, rounds):
    merge_codes(lead, code_named("proof", bo), code_named("false promise"))
    assert shown(project, lead, Wanted(coder=str(bo.uid))) == ["false promise"]


def test_a_number_of_segments_keeps_codes_with_as_many(project, lead, ada, bo, rounds):
    merge_codes(lead, code_named("proof", bo), code_named("proof", ada))
    counts = {card.code.name: card.segments for card in queries.board(lead, project).columns[0].cards}
    most = max(counts.values())
    assert shown(project, lead, Wanted(least=most)) == [name for name, count in counts.items() if count == most]
    assert shown(project, lead, Wanted(least=most + 1)) == []


def test_what_is_not_released_can_be_neither_chosen_nor_found(project, lead, ada, bo, rounds):
    third = rounds[2]
    offered = choices(project)
    assert [name for _, name in offered.rounds] == [one.name for one in rounds[:2]]
    assert [name for _, name in offered.coders] == ["Ada", "Bo"]
    assert shown(project, lead, Wanted(round=str(third.uid))) == []


def test_a_filtered_board_keeps_its_filter_when_a_card_moves(sign_in, project, lead, ada, bo, rounds):
    trust, browser = category(project, "Trust"), sign_in(lead)
    wanted = {"round": str(rounds[0].uid), "least": "1"}
    address = reverse("axial_coding:board", args=[project.slug])
    page = browser.get(address, wanted).content.decode()
    assert "1 of 3 codes" in page
    assert f'<input type="hidden" name="round" value="{rounds[0].uid}">' in page
    data = {"code": code_named("false promise").uid, "category": trust.uid, **wanted}
    move = reverse("axial_coding:move", args=[project.slug])
    answer = browser.post(move, data, headers={"HX-Request": "true"}).content.decode()
    assert "false promise" in answer
    assert "proof" not in answer
    plain = browser.post(move, {**data, "category": "unsorted"})
    assert plain["Location"].startswith(
        f"{address}?{Wanted.read(QueryDict('&'.join(f'{k}={v}' for k, v in wanted.items()))).query}"
    )


@pytest.mark.parametrize(
    "sent",
    ["", "q=", "q=%20%20", "coder=nobody", "round=1", "least=-1", "least=1.5", "least=many", "least=²", "least=99999999", "coder=%00",
     f"unknown={UNKNOWN}"],
)  # fmt: skip
def test_what_cannot_be_meant_is_not_wanted(sent):
    assert Wanted.read(QueryDict(sent)).fields == ALL.fields == {}


def test_an_unknown_coder_or_round_leaves_nothing_and_the_page_says_what_to_do(sign_in, project, lead, ada, rounds):
    address = reverse("axial_coding:board", args=[project.slug])
    for name in ("coder", "round"):
        page = sign_in(lead).get(address, {name: UNKNOWN}).content.decode()
        assert "No code fits all of this." in page
