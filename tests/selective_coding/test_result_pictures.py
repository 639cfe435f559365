"""The pictures of results: layers of a presence scale, the value space of a stance scale, each as its table says."""

from math import hypot
from statistics import pstdev

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from coding.codes.models import ScaleCategory
from coding.incidents.models import Incident
from coding.reconciliation.rules import release_round
from coding.selective_coding.layer_picture import LEFT, RIGHT, layer_picture
from coding.selective_coding.models import ConsensusRating
from coding.selective_coding.results import results
from coding.selective_coding.value_space import CENTRE, INNER, OUTER, Value, radius, value_space
from tests import factory
from tests.kept import kept
from tests.selective_coding import stances
from tests.selective_coding.factory import rate


@kept
def rated(project, lead, ada, bo):
    """Three incidents: 7 and 6; 7; none applies."""
    held = factory.incidents(project, 3)
    of = factory.round_of(project, [ada, bo], "rating", name="Rating 1")
    for coder in (ada, bo):
        for incident, said in zip(held, ({"numbers": (7, 6)}, {"numbers": (7,)}, {"none": True}), strict=True):
            rate(factory.assignment(of, coder, incident), *said.pop("numbers", ()), **said)
    release_round(lead, of)
    return of


@kept
def values(lead):
    """Three incidents on Schwartz's values: 9 is promoted twice and gone against once, 5 once gone against."""
    project = stances.project(lead)
    coders = [factory.member(project, name) for name in ("ada", "bo")]
    of = stances.rated_round(project, coders, [("+9", "+9"), ("+9 -5", "+9 -5"), ("-9", "-9")])
    release_round(lead, of)
    return project


def test_a_bar_is_as_long_as_its_share_of_all_incidents(rated, project):
    picture = layer_picture(results(project.scales.get()).lines)
    found = {one.name: (one.any, one.primary) for one in picture.strips if one.any}
    assert found == {
        "■ Universal Alignment and Integrity Layer": (2, 0),
        "6 Disinformation Fraud and Identity Manipulation": (1, 0),
        "7 Misinformation and Factual Hallucinations": (2, 2),
        "None applies": (1, 0),
    }
    for one in picture.strips:
        rows = ConsensusRating.objects.filter(round=rated)
        uid = {"category": "scale_category__uid", "layer": "scale_category__layer__uid"}.get(one.kind)
        held = rows.filter(**{uid: one.uid}) if uid else rows.filter(scale_category=None)
        incidents = held.values("incident").distinct().count()
        assert one.width == pytest.approx(incidents / Incident.objects.count() * (RIGHT - LEFT), abs=0.1)
        assert one.primary_width <= one.width


def test_the_pictures_stand_on_the_results_page_beside_their_tables(sign_in, lead, project, rated):
    url = reverse("selective_coding:results", args=[project.slug])
    page = sign_in(lead).get(url).content.decode()
    assert 'class="plot layers"' in page
    assert 'class="plot values"' not in page
    assert 'class="plot layers"' not in sign_in(lead).get(url, {"by": "modality"}).content.decode()


def test_stances_are_counted_as_the_rows_say(lead, values):
    found = {one.name: one for one in results(values.scales.get()).values}
    for category in ScaleCategory.objects.filter(layer__scale__project=values):
        said = list(ConsensusRating.objects.filter(scale_category=category).values_list("stance", flat=True))
        touched, one = [stance for stance in said if stance], found[category.name]
        assert (one.against, one.untouched, one.promotes) == (said.count(-1), said.count(0), said.count(1))
        if touched:
            assert one.mean == pytest.approx(sum(touched) / len(touched))
            assert one.spread == pytest.approx(pstdev(touched))
        else:
            assert (one.mean, one.spread) == (None, None)
    assert (found["Benevolence"].touched, found["Power"].mean, found["Tradition"].touched) == (3, -1.0, 0)


def test_the_value_space_says_the_same_as_its_table(sign_in, lead, values):
    page = sign_in(lead).get(reverse("selective_coding:results", args=[values.slug])).content.decode()
    assert page.count("+0.33") == 3  # in the picture, in its words for who does not see it, in the table
    assert page.count("not defined: no incident touches it") == 8
    assert 'class="plot layers"' not in page


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40))


@given(st.lists(COUNTS, min_size=1, max_size=14))
def test_a_dot_lies_on_its_spoke_where_its_mean_is(counts):
    held = [Value(str(n), f"Value {n}", 1 + n // 4, f"Layer {n // 4}", *(a, 3, p)) for n, (a, p) in enumerate(counts)]
    space = value_space(held)
    if space is None:
        assert not any(map(sum, counts))
        return
    for one in space.spokes:
        if one.value.mean is None:
            assert one.dot is None
            continue
        away = hypot(one.dot[0] - CENTRE[0], one.dot[1] - CENTRE[1])
        assert away == pytest.approx(radius(one.value.mean), abs=0.2)
        for x, y in (one.spread[:2], one.spread[2:]):
            assert INNER - 0.2 <= hypot(x - CENTRE[0], y - CENTRE[1]) <= OUTER + 0.2
    assert len(space.arcs) == len({one.layer for one in held})


def test_a_scale_that_nobody_used_has_no_picture(project):
    assert layer_picture(results(project.scales.get()).lines) is None
    assert value_space([]) is None
