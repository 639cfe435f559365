"""Properties of a category: their ranges, and where incidents lie on them."""

import json
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from coding.axial_coding.models import Position
from coding.axial_coding.properties import MOST_PROPERTIES, drop_property, locate, positions, set_property
from coding.codes.checks import MovedOn, NameTaken, NotLiving
from coding.codes.content import content_of
from coding.codes.models import Category
from coding.codes.rules import place, retire
from coding.lib.refusals import BadInput
from coding.people.models import Event, Role
from tests import factory
from tests.axial_coding.factory import category, code_named, coded
from tests.kept import kept

WORDS = {"the late fee": ["promise"], "sometimes makes things up": ["inventing"]}


@kept
def trust(project, lead, ada):
    coded(project, [ada], WORDS)
    made = category(project, "Trust")
    place(lead, code_named("promise"), made)
    return made


def fresh(made):
    return Category.objects.get(pk=made.pk)


def address(made):
    return reverse("axial_coding:properties", args=[made.project.slug, made.uid])


def test_a_property_is_added_changed_and_removed_with_events(lead, trust):
    set_property(lead, trust, " Stake ", "amusement", "")
    set_property(lead, trust, "Stakes", "amusement", "life savings", was="stake")
    assert fresh(trust).properties == [{"name": "Stakes", "from": "amusement", "to": "life savings"}]
    drop_property(lead, trust, "STAKES")
    assert fresh(trust).properties == []
    verbs = ["set_property", "set_property", "drop_property"]
    assert list(Event.objects.filter(verb__in=verbs).order_by("position").values_list("verb", flat=True)) == verbs


def test_incidents_follow_a_property_to_its_new_name_and_go_with_it(lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    assert locate(lead, trust, "stake", {1: 2}) == 1
    set_property(lead, trust, "What is lost", "low", "high", was="Stake")
    assert positions(trust) == {"what is lost": {1: 2}}
    drop_property(lead, trust, "What is lost")
    assert positions(trust) == {}
    assert json.loads(Event.objects.get(verb="drop_property").before)["incidents"] == {"1": 2}


def test_only_what_changed_is_recorded(lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    assert locate(lead, trust, "Stake", {1: 2}) == 1
    assert locate(lead, trust, "Stake", {1: 2}) == 0
    assert locate(lead, trust, "Stake", {1: None}) == 1
    assert Event.objects.filter(verb="locate_incidents").count() == 2
    assert positions(trust) == {}


def test_what_is_no_property_of_ours_stays_as_it_was_written(lead, trust):
    trust.properties = ["only a line", {"name": "Tone", "from": "kind", "seen": "twice"}]
    trust.save()
    set_property(lead, trust, "Tone", "kind", "harsh", was="tone")
    set_property(lead, trust, "Stake", "", "")
    assert fresh(trust).properties == [
        "only a line", {"name": "Tone", "from": "kind", "seen": "twice", "to": "harsh"},
        {"name": "Stake", "from": "", "to": ""},
    ]  # fmt: skip


def test_where_incidents_lie_is_in_no_edition(lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    before = json.dumps(content_of(trust.project))
    locate(lead, trust, "Stake", {1: 5})
    assert json.dumps(content_of(trust.project)) == before


REFUSED = [
    ({"do": "set", "name": " "}, 400, "Name the property"),
    ({"do": "set", "name": "stake"}, 409, "has a property"),
    ({"do": "set", "name": "a\x00b"}, 400, "Remove it"),
    ({"do": "set", "name": "x" * 201}, 400, "Shorten it"),
    ({"do": "set", "name": "Tone", "was": "gone"}, 409, "has no property"),
    ({"do": "drop", "was": "gone"}, 409, "has no property"),
    ({"do": "locate", "was": "Stake", "at-1": "6"}, 400, "five steps"),
    ({"do": "locate", "was": "Stake", "at-1": "²"}, 400, "five steps"),
    ({"do": "locate", "was": "Stake", "at-99": "1"}, 400, "no incident 99"),
    ({"do": "locate", "was": "Stake", "at-x": "1"}, 400, "no place"),
    ({"do": "locate", "was": "gone", "at-1": "1"}, 409, "has no property"),
    ({"do": "dance"}, 400, "can't be done here"),
]


@pytest.mark.parametrize(("sent", "status", "says"), REFUSED)
def test_bad_input_gets_a_sentence_and_changes_nothing(sign_in, lead, trust, sent, status, says):
    set_property(lead, trust, "Stake", "low", "high")
    answer = sign_in(lead).post(address(trust), sent)
    assert answer.status_code == status
    assert says in answer.content.decode().replace("&#x27;", "'")
    assert fresh(trust).properties == [{"name": "Stake", "from": "low", "to": "high"}]
    assert positions(trust) == {}


def test_one_property_more_than_the_most_is_refused(lead, trust):
    trust.properties = [{"name": f"p{at}", "from": "", "to": ""} for at in range(MOST_PROPERTIES)]
    trust.save()
    with pytest.raises(BadInput, match="at most 20"):
        set_property(lead, trust, "one more", "", "")


def test_a_retired_category_takes_no_property(lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    retire(lead, trust, "Empty.")
    for act in (
        lambda: set_property(lead, trust, "Tone", "", ""), lambda: locate(lead, trust, "Stake", {1: 1}),
        lambda: drop_property(lead, trust, "Stake"),
    ):  # fmt: skip
        with pytest.raises(NotLiving):
            act()


def test_a_name_stands_once_in_a_category(lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    set_property(lead, trust, "Tone", "kind", "harsh")
    with pytest.raises(NameTaken):
        set_property(lead, trust, "STAKE", "", "", was="Tone")
    with pytest.raises(MovedOn):
        drop_property(lead, trust, "Colour")


def test_the_database_keeps_one_step_of_five_for_each_incident(project, trust):
    incident = project.incidents.get(number=1)
    Position.objects.create(category=trust, property="stake", incident=incident, step=1)
    for step in (2, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            Position.objects.create(
                category=trust, property="stake" if step == 2 else "tone", incident=incident, step=step
            )


def test_a_lead_places_incidents_on_the_page_and_an_observer_reads(sign_in, lead, trust):
    set_property(lead, trust, "Stake", "amusement", "life savings")
    client = sign_in(lead)
    body = client.get(f"{address(trust)}?property=Stake").content.decode()
    assert "the late fee" in body
    assert 'name="at-1"' in body
    answer = client.post(f"{address(trust)}?property=Stake", {"do": "locate", "was": "Stake", "at-1": "5"}, follow=True)
    assert "1 incident is placed anew" in answer.content.decode()
    olga = factory.member(trust.project, "olga", Role.OBSERVER)
    seen = sign_in(olga).get(address(trust)).content.decode()
    assert "life savings" in seen
    assert '<form method="post"' not in seen.split("<main")[1]
    assert sign_in(olga).post(address(trust), {"do": "drop", "was": "Stake"}).status_code == 403


def sent_by(body, do, **chosen):
    """What the form with the hidden fields of this page sends, with some of them chosen anew."""
    [form] = [one for one in re.findall(r"<form.*?</form>", body, re.DOTALL) if f'value="{do}"' in one]
    hidden = dict(re.findall(r'<input type="hidden" name="(was[^"]*|version)" value="([^"]*)"', form))
    typed = dict(re.findall(r'<input id="[^"]*" name="([^"]*)"[^>]* value="([^"]*)"', form))
    checked = dict(re.findall(r'<input type="radio" name="([^"]*)" value="([^"]*)" checked', form))
    return {"do": do, **hidden, **typed, **checked, **{name.replace("_", "-"): value for name, value in chosen.items()}}


def test_a_form_opened_before_leaves_the_places_that_another_lead_gave(sign_in, lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    client, where = sign_in(lead), f"{address(trust)}?property=Stake"
    body = client.get(where).content.decode()
    locate(lead, trust, "Stake", {1: 2})
    answer = client.post(where, sent_by(body, "locate", at_2="4"), follow=True)
    assert "1 incident is placed anew" in answer.content.decode()
    assert positions(trust) == {"stake": {1: 2, 2: 4}}


def test_an_incident_placed_meanwhile_is_placed_anew_only_by_who_saw_it(sign_in, lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    client, where = sign_in(lead), f"{address(trust)}?property=Stake"
    sent = sent_by(client.get(where).content.decode(), "locate", at_1="5")
    locate(lead, trust, "Stake", {1: 2, 2: 3})
    answer = client.post(where, sent)
    body = answer.content.decode()
    assert (answer.status_code, positions(trust)) == (409, {"stake": {1: 2, 2: 3}})
    assert "Incident 1 was placed anew on “Stake” since you opened it." in body
    assert "Placed meanwhile: nearer the first end." in body
    again = sent_by(body, "locate")
    assert {name: again[name] for name in again if name[-1].isdigit()} == {
        "was-1": "2", "at-1": "5", "was-2": "3", "at-2": "3"
    }  # fmt: skip
    for _ in range(2):  # sent twice, it is done once
        assert client.post(where, again).status_code == 302
    assert positions(trust) == {"stake": {1: 5, 2: 3}}


def test_a_property_changed_meanwhile_is_changed_only_by_who_saw_it(sign_in, lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    client = sign_in(lead)
    sent = sent_by(client.get(address(trust)).content.decode().split('<h2 id="another"')[0], "set", to="everything")
    set_property(lead, trust, "Stake", "amusement", "high", was="Stake")
    answer = client.post(address(trust), sent)
    stands = [{"name": "Stake", "from": "amusement", "to": "high"}]
    assert (answer.status_code, fresh(trust).properties) == (409, stands)
    first, another = answer.content.decode().split('<h2 id="another"')
    assert "“Stake” was changed since you opened it." in first
    assert '<span dir="auto">amusement</span>' in first  # what stands, above what was typed
    again = sent_by(first, "set")
    assert again == {**sent, "version": again["version"]}
    assert "everything" not in another
    events = Event.objects.filter(verb="set_property").count()
    for _ in range(2):  # sent twice, it is done once
        assert client.post(address(trust), again).status_code == 302
    assert fresh(trust).properties == [{"name": "Stake", "from": "low", "to": "everything"}]
    assert Event.objects.filter(verb="set_property").count() == events + 1


def test_a_property_changed_meanwhile_is_removed_only_by_who_saw_it(sign_in, lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    client = sign_in(lead)
    sent = sent_by(client.get(address(trust)).content.decode(), "drop")
    set_property(lead, trust, "Stake", "amusement", "high", was="Stake")
    answer = client.post(address(trust), sent)
    stands = [{"name": "Stake", "from": "amusement", "to": "high"}]
    assert (answer.status_code, fresh(trust).properties) == (409, stands)
    assert "“Stake” was changed since you opened it. Look at what stands now" in answer.content.decode()
    assert client.post(address(trust), sent_by(answer.content.decode(), "drop")).status_code == 302
    assert fresh(trust).properties == []


def test_what_was_typed_of_a_property_that_is_gone_can_be_added_anew(sign_in, lead, trust):
    set_property(lead, trust, "Stake", "low", "high")
    client = sign_in(lead)
    sent = sent_by(client.get(address(trust)).content.decode().split('<h2 id="another"')[0], "set", to="everything")
    drop_property(lead, trust, "Stake")
    answer = client.post(address(trust), sent)
    assert answer.status_code == 409
    assert sent_by(answer.content.decode(), "set") == {"do": "set", "name": "Stake", "from": "low", "to": "everything"}


def test_strangers_find_no_page(sign_in, stranger, trust):
    assert sign_in(stranger).get(address(trust)).status_code == 404


@pytest.mark.parametrize("size", [2, 30])
def test_the_cost_of_the_page_does_not_grow(sign_in, project, lead, ada, size, django_assert_num_queries):
    coded(project, [ada], WORDS, incidents=factory.incidents(project, size))
    made = category(project, "Trust")
    place(lead, code_named("promise"), made)
    for name in "abcdefgh"[: 2 if size == 2 else 8]:
        set_property(lead, made, name, "low", "high")
        locate(lead, made, name, dict.fromkeys(range(1, size + 1), 3))
    client = sign_in(lead)
    with django_assert_num_queries(9):
        client.get(f"{address(made)}?property=a")
