"""The page of a category's merge and split: what it says, what it does, and to whom it opens."""

from django.urls import reverse

from coding.codes.models import Category, Code
from coding.codes.rules import create_code, place, relate, retire
from tests import factory
from tests.axial_coding.factory import category
from tests.kept import kept


@kept
def words(project, lead):
    trust, repair = category(project, "Trust"), category(project, "Repair")
    codes = [create_code(lead, project, name) for name in ("alpha", "beta")]
    for code in codes:
        place(lead, code, trust)
    relate(lead, trust, "context", repair)
    return trust, repair, codes


def url(one):
    return reverse("axial_coding:regroup", args=[one.project.slug, one.uid])


def test_it_says_what_goes_over_and_merges(sign_in, lead, words):
    trust, repair, _ = words
    client = sign_in(lead)
    body = client.get(url(trust)).content.decode()
    assert "Repair: context of Trust" in body
    assert "2 codes" in body
    answer = client.post(url(trust), {"do": "merge", "target": repair.uid, "reason": "One."})
    assert answer.status_code == 302
    assert set(Code.objects.values_list("category", flat=True)) == {repair.pk}
    assert client.get(url(trust)).status_code == 404


def test_the_chosen_codes_go_into_a_new_category(sign_in, lead, words):
    trust, _, codes = words
    sent = {"do": "split", "name": "Distrust", "codes": [codes[0].uid], "reason": "Two."}
    assert sign_in(lead).post(url(trust), sent).status_code == 302
    assert Code.objects.get(category__name="Distrust") == codes[0]


def test_bad_input_gets_a_sentence_and_changes_nothing(sign_in, lead, words):
    trust, repair, codes = words
    client = sign_in(lead)
    both = [code.uid for code in codes]
    for sent, status in (
        ({}, 400), ({"do": "merge"}, 400), ({"do": "merge", "target": trust.uid, "reason": "x"}, 400),
        ({"do": "split", "name": "x", "codes": both, "reason": "x"}, 400), ({"do": "split", "name": "x", "reason": "x"}, 400),
        ({"do": "split", "name": "Repair", "codes": both[:1], "reason": "x"}, 409),
        ({"do": "split", "name": "x", "codes": ["sing"], "reason": "x"}, 400),
    ):  # fmt: skip
        assert client.post(url(trust), sent).status_code == status, sent
    assert Category.objects.count() == 2
    retire(lead, repair, "Not used.")
    assert client.post(url(trust), {"do": "merge", "target": repair.uid, "reason": "x"}).status_code == 400


def test_others_do_neither(sign_in, project, ada, stranger, words):
    observer = factory.member(project, "eva", "observer")
    for who, status in ((ada, 403), (observer, 403), (stranger, 404)):
        client = sign_in(who)
        assert client.get(url(words[0])).status_code == status
        assert client.post(url(words[0]), {"do": "merge", "target": words[1].uid, "reason": "x"}).status_code == status
    assert not Category.objects.filter(retired_at__isnull=False).exists()
