"""Verbs over codes, categories and relations."""

import threading

import pytest
from django.db import connection, transaction

from coding.codes import rules
from coding.codes.content import standing_relations
from coding.codes.models import Category, Code, CodeQuerySet, Relation
from coding.codes.rules import MergeCycle, MovedOn, NameTaken, NotLiving, TooManyCodes, named
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests import factory
from tests.axial_coding.factory import many_codes
from tests.kept import kept


@kept
def codes(project, lead):
    return [rules.create_code(lead, project, name) for name in ("alpha", "beta", "gamma")]


@kept
def trust(project, lead):
    return rules.create_category(lead, project, "Trust")


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "\u200b", "\u00a0\u2003", "\u0301"])
def test_a_name_needs_something_to_see(name):
    with pytest.raises(BadInput, match="empty"):
        named(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("x" * 10_000, "10,000 characters"),
        ("x" * 201, "201 characters"),
        ("a\x00b", "NUL"),
        ("a\ud800b", "lone surrogate"),
        ("a\x1bb", "escape"),
    ],
)
def test_a_name_that_no_database_should_hold_is_refused_with_the_reason(name, says):
    with pytest.raises(BadInput, match=says):
        named(name)


def test_a_name_is_one_trimmed_line():
    assert named("  in \r\n their\town  words ") == "in their own words"
    assert named("x" * 200) == "x" * 200


def test_texts_of_a_form_come_with_crlf_and_are_stored_with_lf(project, lead, codes):
    rules.reword(lead, codes[0], 1, definition="One.\r\nTwo.\r\n")
    codes[0].refresh_from_db()
    assert codes[0].definition == "One.\nTwo."


@pytest.mark.parametrize("text", ["a\x00b", "a\udfffb", "x" * 20_001])
def test_a_definition_that_cannot_be_kept_is_refused(project, lead, codes, text):
    with pytest.raises(BadInput):
        rules.reword(lead, codes[0], 1, definition=text)
    with pytest.raises(BadInput):
        rules.create_category(lead, project, "New", definition=text)
    assert not Category.objects.exists()


def test_an_adopted_name_is_taken_whatever_its_capitals(project, lead, codes):
    with pytest.raises(NameTaken, match="merge the two"):
        rules.create_code(lead, project, " ALPHA ")


def test_rewording_keeps_the_former_wording_in_the_event(lead, codes):
    rules.reword(lead, codes[0], 1, "Clearer.", name="alpha two", definition="New.")
    event = Event.objects.get(verb="reword_code")
    assert ('"name":"alpha"' in event.before, '"name":"alpha two"' in event.after, event.reason) == (
        True,
        True,
        "Clearer.",
    )


def test_a_stale_page_cannot_overwrite_a_newer_wording(lead, codes):
    rules.reword(lead, codes[0], 1, definition="First.")
    with pytest.raises(MovedOn):
        rules.reword(lead, codes[0], 1, definition="Second.")


def test_a_released_twin_of_an_adopted_code_can_be_defined_without_a_new_name(project, lead, ada, codes):
    twin = Code(project=project, coined_by=ada, released_at=clock.now())
    twin.call("Alpha")
    twin.save()
    rules.reword(lead, twin, 1, name="Alpha", definition="What Ada meant.")
    with pytest.raises(NameTaken):
        rules.reword(lead, twin, 2, name="beta")


def test_a_lead_cannot_reword_what_is_private(project, lead, ada):
    private = rules.coin(project, ada, "mine")
    with pytest.raises(NotLiving, match="private"):
        rules.reword(lead, private, 1, name="yours")


def test_placing_adopts(project, lead, ada, trust):
    code = rules.coin(project, ada, "fluent")
    with pytest.raises(NotLiving, match="private"):
        rules.place(lead, code, trust)
    Code.objects.update(released_at=clock.now())
    placed = rules.place(lead, code, trust)
    assert (placed.category, placed.adopted_at is None) == (trust, False)


def test_placing_where_it_stands_says_nothing(lead, codes, trust):
    rules.place(lead, codes[0], trust)
    rules.place(lead, codes[0], trust)
    assert Event.objects.filter(verb="place_code").count() == 1


def test_a_retired_category_takes_no_code_even_from_a_stale_page(lead, codes, trust):
    stale = Category.objects.get(pk=trust.pk)
    rules.retire(lead, trust, "Two in one.")
    with pytest.raises(NotLiving, match="retired"):
        rules.place(lead, codes[0], stale)
    with pytest.raises(NotLiving, match="retired"):
        rules.choose_core(lead, stale)


def test_retiring_a_category_frees_its_codes(lead, codes, trust):
    rules.place(lead, codes[0], trust)
    rules.retire(lead, trust, "Two in one.")
    assert Code.objects.get(pk=codes[0].pk).category is None
    assert Event.objects.get(verb="retire_category").reason == "Two in one."


def test_nothing_is_retired_twice(lead, codes):
    rules.retire(lead, codes[0], "Never used.")
    with pytest.raises(NotLiving):
        rules.retire(lead, codes[0], "Never used.")


def test_a_retired_name_is_free(project, lead, codes):
    rules.retire(lead, codes[0], "Never used.")
    assert rules.create_code(lead, project, "alpha").pk != codes[0].pk


def test_merges_never_make_a_cycle(lead, codes):
    alpha, beta, gamma = codes
    with pytest.raises(MergeCycle):
        rules.merge_codes(lead, alpha, alpha)
    rules.merge_codes(lead, alpha, beta)
    with pytest.raises(NotLiving):
        rules.merge_codes(lead, beta, alpha)
    with pytest.raises(NotLiving):
        rules.merge_codes(lead, alpha, gamma)


def test_a_merge_follows_to_the_last_target(lead, codes):
    alpha, beta, gamma = codes
    rules.merge_codes(lead, alpha, beta)
    rules.merge_codes(lead, beta, gamma)
    assert set(Code.objects.filter(merged_into=gamma)) == {alpha, beta}


def test_a_merge_keeps_what_the_lead_sorted_and_related(lead, codes, trust):
    alpha, beta, _ = codes
    rules.place(lead, alpha, trust)
    relation = rules.relate(lead, trust, "context", alpha)
    rules.merge_codes(lead, alpha, beta)
    relation.refresh_from_db()
    assert (Code.objects.get(pk=beta.pk).category, relation.filler) == (trust, beta)


def test_a_merge_of_two_in_one_slot_leaves_one(project, lead, codes, trust):
    alpha, beta, _ = codes
    for code in (alpha, beta):
        rules.relate(lead, trust, "context", code)
    rules.merge_codes(lead, alpha, beta)
    assert [str(one.filler) for one in standing_relations(project)] == ["beta"]


def test_codes_of_two_projects_do_not_meet(lead, codes):
    other = rules.create_code(lead, factory.project(lead, "Other"), "delta")
    with pytest.raises(BadInput, match="different projects"):
        rules.merge_codes(lead, codes[0], other)


def test_a_project_holds_5000_shared_codes_and_not_one_more(project, lead):
    many_codes(project, lead, 4_999, adopted_at=clock.now())
    last = rules.create_code(lead, project, "the last")
    with pytest.raises(TooManyCodes, match="5,000"):
        rules.create_code(lead, project, "one more")
    rules.retire(lead, last, "Making room.")
    rules.create_code(lead, project, "one more")


def test_a_coder_holds_5000_private_codes_and_not_one_more(project, ada):
    many_codes(project, ada, 4_999)
    Code.objects.update(released_at=None)
    last = rules.coin(project, ada, "the last")
    with pytest.raises(TooManyCodes):
        rules.coin(project, ada, "one more")
    assert rules.coin(project, ada, "THE LAST") == last


def test_coining_gives_the_one_that_another_tab_coined_in_between(project, ada, monkeypatch):
    first = rules.coin(project, ada, "fluent")
    monkeypatch.setattr(CodeQuerySet, "first", lambda self: None)
    assert rules.coin(project, ada, "Fluent") == first


@pytest.mark.parametrize("verb", ["retire", "reword", "place", "merge", "place into", "choose_core"])
def test_a_word_that_was_taken_back_while_a_lead_waited_is_refused(project, lead, codes, trust, verb):
    alpha, beta, _ = codes
    Code.objects.filter(pk=alpha.pk).delete()
    Category.objects.filter(pk=trust.pk).delete()
    act = {
        "retire": lambda: rules.retire(lead, alpha), "reword": lambda: rules.reword(lead, alpha, 1, name="delta"),
        "place": lambda: rules.place(lead, alpha, None), "merge": lambda: rules.merge_codes(lead, beta, alpha),
        "place into": lambda: rules.place(lead, beta, trust), "choose_core": lambda: rules.choose_core(lead, trust),
    }[verb]  # fmt: skip
    with pytest.raises(NotLiving, match="was taken back meanwhile"):
        act()


def test_one_core_category_at_most(project, lead, trust):
    repair = rules.create_category(lead, project, "Repair")
    rules.choose_core(lead, trust)
    rules.choose_core(lead, repair)
    assert list(Category.objects.filter(is_core=True)) == [repair]
    rules.unchoose_core(lead, repair)
    assert not Category.objects.filter(is_core=True).exists()


def test_a_relation_needs_one_of_the_five_roles(lead, codes, trust):
    with pytest.raises(BadInput, match="five roles"):
        rules.relate(lead, trust, "friend", codes[0])
    with pytest.raises(BadInput, match="own paradigm"):
        rules.relate(lead, trust, "context", trust)
    assert not Relation.objects.exists()


def test_a_slot_takes_the_same_filler_once(lead, codes, trust):
    rules.relate(lead, trust, "context", codes[0])
    with pytest.raises(NameTaken, match="this slot already"):
        rules.relate(lead, trust, "context", codes[0])


def test_a_relation_is_removed_once(lead, codes, trust):
    relation = rules.relate(lead, trust, "context", codes[0], "Because.")
    again = Relation.objects.get(pk=relation.pk)
    rules.unrelate(lead, relation)
    with pytest.raises(NotLiving, match="already"):
        rules.unrelate(lead, again)
    assert "Because." in Event.objects.get(verb="unrelate").before


two_leads = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")


def at_once(first, second):
    """Run `first` in an open transaction, `second` in a thread that has to wait, then commit; give its error."""
    errors = []

    def run():
        try:
            second()
        except Exception as error:  # noqa: BLE001  handed to the test
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "the second lead did not wait for the first"
    thread.join(10)
    assert not thread.is_alive()
    return errors[0] if errors else None


@two_leads
@pytest.mark.django_db(transaction=True)
def test_placing_a_code_that_another_lead_merged_a_second_ago_is_refused(project, lead, codes, trust):
    alpha, beta, _ = codes
    error = at_once(lambda: rules.merge_codes(lead, alpha, beta), lambda: rules.place(lead, alpha, trust))
    assert isinstance(error, NotLiving)
    assert Code.objects.get(pk=alpha.pk).category is None


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_merge_crosswise_make_no_cycle(project, lead, codes):
    alpha, beta, _ = codes
    error = at_once(lambda: rules.merge_codes(lead, alpha, beta), lambda: rules.merge_codes(lead, beta, alpha))
    assert isinstance(error, NotLiving)
    assert Code.objects.get(pk=beta.pk).merged_into is None


@two_leads
@pytest.mark.django_db(transaction=True)
def test_placing_into_a_category_that_another_lead_retires_is_refused(project, lead, codes, trust):
    error = at_once(lambda: rules.retire(lead, trust, "Gone."), lambda: rules.place(lead, codes[0], trust))
    assert isinstance(error, NotLiving)
    assert Code.objects.get(pk=codes[0].pk).category is None


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_give_one_name_at_once_get_one_refusal(project, lead, codes):
    error = at_once(
        lambda: rules.create_category(lead, project, "Same"), lambda: rules.create_category(lead, project, "same")
    )
    assert isinstance(error, NameTaken)


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_rename_to_one_name_at_once_get_one_refusal(project, lead, codes):
    alpha, beta, _ = codes
    error = at_once(lambda: rules.reword(lead, alpha, 1, name="same"), lambda: rules.reword(lead, beta, 1, name="same"))
    assert isinstance(error, NameTaken)
