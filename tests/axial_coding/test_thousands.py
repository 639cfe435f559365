"""5,000 codes at once, at both doors: refused with a sentence and nothing done, or done in a number of queries that hardly grows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.axial_coding.rules import MOST_MOVED, adopt_all, sort
from coding.codes.checks import MOST_CODES, NameTaken, TooManyCodes
from coding.codes.models import Category, Code
from coding.codes.regroup import merge_categories
from coding.codes.rules import adopt_codes, create_category, place_codes
from coding.lib import clock
from coding.people.models import Event
from tests import factory
from tests.axial_coding.factory import category, many_codes
from tests.axial_coding.test_relation_api import at
from tests.door import Door, is_problem
from tests.kept import kept
from tests.people.test_events import chain_holds

MANY = 5_000


@kept
def trust(project):
    return category(project, "Trust")


@kept
def codes(project, lead):
    """Name as many released codes as a codebook may hold, none adopted yet."""
    return [str(code.uid) for code in many_codes(project, lead, MANY)]


@kept
def held(project, lead, ada, codes, trust):
    """A blind sort of all of them."""
    Code.objects.update(adopted_at=clock.now())
    return factory.assignment(factory.round_of(project, [ada], "axial", incidents=[]), ada)


def untouched():
    changed = Code.objects.exclude(category=None, merged_into=None)
    return (
        not changed.exists() and not Event.objects.filter(verb__in=["place_code", "merge_codes", "adopt_code"]).exists()
    )


# The pages


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["form", "script"])
@pytest.mark.parametrize("new", ["", "Fees"])
def test_a_move_of_all_is_refused_with_a_count(sign_in, project, lead, codes, trust, new, headers):
    sent = {"code": codes, "category": trust.uid, "new": new}
    answer = sign_in(lead).post(reverse("axial_coding:move", args=[project.slug]), sent, headers=headers)
    assert answer.status_code == 400
    assert "5,000 codes are selected; 500 is the most to move at once." in answer.content.decode()
    assert untouched()
    assert not Category.objects.filter(name="Fees").exists()


@pytest.mark.parametrize("method", ["get", "post", "done"])
def test_a_merge_of_all_is_refused_with_a_count(sign_in, project, lead, codes, method):
    sent = {"code": codes}
    if method == "done":
        sent |= {"target": codes[0], "reason": "One thing."}
    client = sign_in(lead)
    answer = getattr(client, "get" if method == "get" else "post")(
        reverse("axial_coding:merge", args=[project.slug]), sent
    )
    assert answer.status_code == 400
    assert "5,000 codes are selected; from two to 50 can be merged at once." in answer.content.decode()
    assert untouched()


def test_more_fields_than_a_form_may_have_are_refused_with_a_sentence(sign_in, project, lead, codes, trust):
    sent = {"code": codes * 5, "category": trust.uid}
    answer = sign_in(lead).post(reverse("axial_coding:move", args=[project.slug]), sent)
    assert answer.status_code == 400
    assert "nothing was saved" in answer.content.decode()
    assert untouched()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["form", "script"])
def test_a_sort_of_all_is_refused_with_a_count(sign_in, ada, codes, trust, held, headers):
    sent = {"code": codes, "category": trust.uid}
    answer = sign_in(ada).post(reverse("axial_coding:sort_move", args=[held.uid]), sent, headers=headers)
    assert answer.status_code == 400
    assert "5,000 codes are selected; 500 is the most to move at once." in answer.content.decode()
    assert not held.placements.exists()


# The second door


def test_a_program_gets_the_field_and_the_most_it_may_hold(project, lead, codes, trust):
    door, one, all_of_them = Door(lead), codes[0], codes
    asked = [
        ("codes", at(project, "board-moves"), {"codes": all_of_them, "category": str(trust.uid)}),
        ("codes", at(project, "board-moves"), {"codes": all_of_them, "new": "Fees"}),
        ("codes", at(project, "categories", trust.uid, "split"), {"name": "x", "codes": all_of_them, "reason": "x"}),
        ("segments", at(project, "codes", one, "split"), {"new": {"name": "x"}, "segments": all_of_them, "reason": "x"}),
        ("into", at(project, "codes", one, "merge"), {"into": all_of_them, "reason": "x"}),
    ]  # fmt: skip
    for field, where, body in asked:
        answer = door.post(where, body)
        assert is_problem(answer, 400), where
        assert list(answer.json()["errors"]) == [field]
        assert field == "into" or "no more than 500" in answer.json()["errors"][field][0]
    assert untouched()


def test_a_sort_of_all_by_program_is_refused(ada, codes, trust, held):
    asked = {"codes": codes, "category": str(trust.uid)}
    answer = Door(ada).post(f"assignments/{held.uid}/placements/", asked)
    assert is_problem(answer, 400)
    assert "no more than 500" in answer.json()["errors"]["codes"][0]
    assert not held.placements.exists()


# What works


def queries(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_a_move_of_as_many_as_may_be_asks_hardly_more_than_a_move_of_five(project, lead, codes, trust):
    rows = list(Code.objects.order_by("pk"))
    few = queries(lambda: sort(lead, project, rows[:5], trust))
    most = queries(lambda: sort(lead, project, rows[5 : 5 + MOST_MOVED], trust))
    assert most < few + 50  # events are written in lots
    assert Code.objects.filter(category=trust, adopted_at__isnull=False).count() == 5 + MOST_MOVED
    assert Event.objects.filter(verb="place_code").count() == 5 + MOST_MOVED
    assert chain_holds(project.ref())


def test_all_are_adopted_in_one_step(project, lead, codes):
    asked = queries(lambda: adopt_all(lead, project))
    assert Code.objects.filter(adopted_at__isnull=False).count() == MANY == MOST_CODES
    assert Event.objects.filter(verb="adopt_code").count() == MANY
    assert asked < MANY / 5
    assert chain_holds(project.ref())


def test_one_more_than_a_codebook_holds_adopts_none(project, lead, codes):
    more = Code(project=project, coined_by=lead, released_at=clock.now())
    more.call("one more")
    more.save()
    with pytest.raises(TooManyCodes):
        adopt_all(lead, project)
    assert untouched()


def test_all_codes_of_a_category_go_over_in_a_merge(project, lead, codes, trust):
    Code.objects.update(category=trust)
    repair = create_category(lead, project, "Repair")
    assert queries(lambda: merge_categories(lead, trust, repair, "One thing.")) < 50
    assert Code.objects.filter(category=repair).count() == MANY


def test_two_of_one_name_are_not_adopted_together(project, lead, trust):
    pair = many_codes(project, lead, 2)
    for code in pair:
        code.call("same")
    Code.objects.bulk_update(pair, ["name", "name_key"])
    for verb in (lambda: adopt_codes(lead, project, pair), lambda: place_codes(lead, project, pair, trust)):
        with pytest.raises(NameTaken):
            verb()
    assert untouched()


def test_a_code_named_twice_is_adopted_and_placed_once(project, lead, trust):
    [code] = many_codes(project, lead, 1)
    place_codes(lead, project, [code, code], trust)
    assert list(Event.objects.filter(target=code.ref()).values_list("verb", flat=True)) == ["adopt_code", "place_code"]
