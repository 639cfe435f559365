"""The pages and the second door of the card sort, and the sorts side by side."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.axial_coding import sorting
from coding.axial_coding.groups import groups, together
from coding.axial_coding.side_by_side import side_by_side
from coding.codes.models import Category, Code
from coding.codes.rules import merge_codes
from coding.people.rules import add_member
from coding.reconciliation.rules import release_round
from coding.rounds import rules as round_rules
from tests import factory
from tests.axial_coding.factory import coded
from tests.axial_coding.sorts import said, sort, sort_round, uid_of, uids
from tests.kept import kept

HTMX = {"HX-Request": "true"}


@kept
def chidi(project):
    return factory.member(project, "chidi")


@kept
def opened(project, ada, bo, chidi):
    return sort_round(project, [ada, bo, chidi])


@kept
def held(opened, ada):
    return factory.assignment(opened, ada)


def page(name, held, *more):
    return reverse(f"axial_coding:{name}", args=[held.uid, *more])


def api(held, more=""):
    return f"/api/v1/assignments/{held.uid}/placements/{more}"


def test_a_coder_sorts_by_form_and_by_script(sign_in, ada, held):
    client = sign_in(ada)
    body = client.get(page("sort", held)).content.decode()
    assert "What alpha means." in body
    assert "0 of 4 sorted" in body
    [alpha, beta] = uids("alpha beta")
    assert "Not sorted yet." in client.get(page("sort_card", held, alpha)).content.decode()
    sent = {"code": [alpha, beta], "category": uid_of("Trust")}
    assert client.post(page("sort_move", held), sent, follow=True).status_code == 200
    answer = client.post(
        page("sort_move", held), {"code": alpha, "new": "Waiting", "from": uid_of("Trust")}, headers=HTMX
    )
    assert "announce" in answer["HX-Trigger"]
    assert "your own" in answer.content.decode()
    assert said(held) == {"alpha": "Waiting", "beta": "Trust"}


def test_bad_moves_get_a_sentence(sign_in, ada, held):
    client = sign_in(ada)
    [alpha] = uids("alpha")
    for sent, status, words in [
        ({"code": alpha}, 400, "Choose a category"), ({"category": uid_of("Trust")}, 400, "Select at least one"),
        ({"code": "x", "category": uid_of("Trust")}, 400, "no code"), ({"code": alpha, "new": "trust"}, 409, "given"),
        ({"code": alpha, "category": uid_of("Trust"), "from": uid_of("Repair")}, 409, "another tab"),
    ]:  # fmt: skip
        answer = client.post(page("sort_move", held), sent, headers=HTMX)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), sent
    assert client.post(page("sort_submit", held)).status_code == 409
    assert said(held) == {}


def test_an_address_that_can_not_be_read_does_not_stop_a_move(sign_in, ada, held):
    sent, headers = {"code": uids("alpha"), "category": uid_of("Trust")}, {**HTMX, "HX-Current-URL": "http://["}
    assert sign_in(ada).post(page("sort_move", held), sent, headers=headers).status_code == 200
    assert said(held) == {"alpha": "Trust"}


def test_own_categories_submission_and_asking_back_have_their_forms(sign_in, lead, ada, held):
    client = sign_in(ada)
    sorting.put(ada, held, uids("alpha beta gamma delta"), new="Waiting")
    own = page("own_category", held, uid_of("Waiting"))
    assert "called “Delay”" in client.post(own, {"name": "Delay"}, follow=True).content.decode()
    assert client.post(own, {"do": "remove"}).status_code == 409
    assert "Submitted." in client.post(page("sort_submit", held), follow=True).content.decode()
    assert "Ask for it back" in client.get(page("sort", held)).content.decode()
    assert client.get(page("sort_card", held, uids("alpha")[0])).status_code == 404
    client.post(page("sort_ask_back", held), {"reason": "A slip."})
    held.refresh_from_db()
    assert held.reopening_asked == "A slip."


@pytest.mark.parametrize("who", ["bo", "lead", "stranger", "observer"])
def test_nobody_else_opens_an_open_sort(sign_in, project, held, who, ada, bo, lead, stranger):
    people = {"bo": bo, "lead": lead, "stranger": stranger, "observer": factory.member(project, "eva", "observer")}
    client = sign_in(people[who])
    assert client.get(page("sort", held)).status_code == 404
    assert client.post(page("sort_move", held), {"code": uids("alpha")}).status_code in {400, 404}
    assert client.get(api(held)).status_code == 404
    assert client.post(api(held), {}, "application/json").status_code == 404
    assert client.get(reverse("axial_coding:sorts", args=[project.slug, held.round.uid])).status_code in {403, 404}


def test_a_program_sorts_at_the_second_door(sign_in, ada, held):
    client = sign_in(ada)
    found = client.get(api(held)).json()
    assert [row["name"] for row in found["codes"]] == ["alpha", "beta", "delta", "gamma"]
    assert [row["name"] for row in found["categories"]] == ["Repair", "Trust"]
    codes = [str(uid) for uid in uids("alpha beta")]
    for body, status in [
        ({"codes": codes, "category": str(uid_of("Trust"))}, 200), ({"codes": codes[:1], "new": "Waiting"}, 200),
        ({"codes": codes[:1], "category": None, "was": str(uid_of("Trust"))}, 409), ({"codes": codes}, 400),
        ({"codes": codes, "category": None, "was": None}, 400), ({"codes": [], "category": None}, 400),
        ({"codes": codes[:1], "new": "trust"}, 409), ({"codes": codes, "category": str(held.uid)}, 400),
    ]:  # fmt: skip
        assert client.post(api(held), body, "application/json").status_code == status, body
    assert said(held) == {"alpha": "Waiting", "beta": "Trust"}
    own = api(held, f"categories/{uid_of('Waiting', ada)}/")
    assert client.patch(own, {"name": "Delay"}, "application/json").json()["name"] == "Delay"
    assert client.delete(own).status_code == 409
    assert client.post(api(held, "submit/"), {}, "application/json").status_code == 409
    assert client.post(api(held, "submit/"), {"leave_rest": True}, "application/json").json()["state"] == "submitted"


def test_the_page_asks_no_more_of_many_codes(sign_in, project, ada):
    held = factory.assignment(sort_round(project, [ada], codes=("alpha", "beta")), ada)
    client, counts = sign_in(ada), []
    for at in range(2):
        client.get(page("sort", held))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page("sort", held)).status_code == 200
        counts.append(len(asked))
        if not at:
            held = factory.assignment(
                sort_round(project, [ada], codes=[f"code {n}" for n in range(70)], given=[f"C {n}" for n in range(9)]),
                ada,
            )
    assert counts[0] == counts[1]


def released(lead, of, ada, bo, chidi):
    sort(of, ada, {"Trust": "alpha beta", "Waiting": "gamma delta"})
    sort(of, bo, {"Trust": "alpha beta", "Delay": "gamma delta"})
    sort(of, chidi, {"Repair": "alpha gamma", "waiting": "delta beta"})
    release_round(lead, of)
    return side_by_side(lead, of)


def test_released_sorts_stand_side_by_side_with_groups(lead, opened, ada, bo, chidi):
    found = released(lead, opened, ada, bo, chidi)
    assert [one.coder.name for one in found.sorters] == ["Ada", "Bo", "Chidi"]
    line = next(line for line in found.lines if line.name == "delta")
    assert [one.name for one in line.said] == ["Waiting", "Delay", "waiting"]
    assert [([line.name for line in one.lines], one.category.name, one.percent) for one in found.groups] == [
        (["alpha", "beta"], "Trust", "67 %"), (["delta", "gamma"], "Waiting", "67 %"),
    ]  # fmt: skip


def test_a_group_moves_on_the_board_into_the_category_that_coders_made(sign_in, project, lead, opened, ada, bo, chidi):
    group = released(lead, opened, ada, bo, chidi).groups[1]
    merge_codes(lead, Code.objects.get(name="delta"), Code.objects.get(name="alpha"))
    client = sign_in(lead)
    url = reverse("axial_coding:sorts", args=[project.slug, opened.uid])
    assert "Move 1 code to" in client.get(url).content.decode()
    sent = {"code": uids("gamma"), "category": group.category.uid}
    assert client.post(reverse("axial_coding:move", args=[project.slug]), sent).status_code == 302
    assert Code.objects.get(name="gamma").category == group.category
    assert Category.objects.get(pk=group.category.pk).adopted_at is not None


def test_who_has_not_opened_the_readings_sees_the_own_sort_alone(sign_in, project, lead, opened, ada, bo, chidi):
    released(lead, opened, ada, bo, chidi)
    url, client = reverse("axial_coding:sorts", args=[project.slug, opened.uid]), sign_in(ada)
    body = client.get(url).content.decode()
    assert "Waiting" in body
    assert "<i>Delay</i>" not in body
    assert "Codes that most coders" not in body
    opened.refresh_from_db()
    round_rules.open_readings(ada, opened)
    assert "<i>Delay</i>" in client.get(url).content.decode()
    assert client.get(page("sort", factory.assignment(opened, bo))).status_code == 200


def test_machines_are_shown_and_take_no_part_in_groups(project, lead, ada, bo):
    robot = factory.user("robot", is_machine=True)
    add_member(lead, project, robot, "coder")
    of = sort_round(project, [ada, bo, robot])
    sort(of, ada, {"Trust": "alpha beta"})
    for coder in (bo, robot):
        sort(of, coder, {"Repair": "alpha gamma"})
    release_round(lead, of)
    assert side_by_side(lead, of).groups == []


def test_average_linkage_by_hand():
    """Three coders. a,b together for all; c with them for two of three: mean .67 joins; d with c for one only: apart."""
    piles = [["1", "1", "1"], ["1", "1", "1"], ["1", "1", "2"], [None, "3", "2"]]
    assert together(piles)[2, 3] == 0
    [(group, share)] = groups(piles)
    assert group == [0, 1, 2]
    assert share == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)


def test_codes_that_were_left_aside_share_no_pile():
    assert groups([[None, None], [None, None], ["1", None]]) == []


def test_a_lead_plans_a_card_sort_without_incidents(sign_in, project, lead, ada, bo):
    form = {"name": "Sort 1", "stage": "axial", "purpose": "main", "sampling": "by_hand", "coders": [ada.uid, bo.uid],
            "coders_per_incident": 2, "is_blind": "on"}  # fmt: skip
    answer = sign_in(lead).post(reverse("rounds:new", args=[project.slug]), form, follow=True)
    assert "2 assignments" in answer.content.decode()


def test_the_board_adopts_what_has_a_name_of_its_own(sign_in, project, lead, ada, bo):
    coded(project, [ada, bo], {"the late fee": ["promise", "promise"], "makes things up": ["inventing", "lying"]})
    client = sign_in(lead)
    assert (
        "4 codes not in the codebook" in client.get(reverse("axial_coding:board", args=[project.slug])).content.decode()
    )
    answer = client.post(reverse("axial_coding:adopt", args=[project.slug]), follow=True)
    assert "2 codes are in the codebook now. 2 wait" in answer.content.decode()
    assert set(Code.objects.adopted().values_list("name", flat=True)) == {"inventing", "lying"}
