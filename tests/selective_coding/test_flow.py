"""The map of the whole: its numbers equal the rows, nothing closed shows, and every band leads to its quotes."""

import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from coding.codes.models import Code
from coding.codes.rules import create_category, map_category, merge_codes, place, retire
from coding.incidents.models import Incident
from coding.open_coding.models import Coding, ConsensusCoding
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.rounds.rules import open_readings
from coding.selective_coding.flow import CATEGORY, CODE, MOST, MOST_GROUPS, PLACE, End, Label, Way, flow
from coding.selective_coding.flow_picture import lines_of, picture
from coding.selective_coding.flow_queries import behind, whole_map
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories

QUOTES = ["late fee", "The guest", "the chat", "The manager", "a week later"]


@kept
def coded(project, lead, ada, bo):
    """Five incidents of two modalities: Ada gives each "fee" and one code more, Bo every second "cost"."""
    for number, one in enumerate(factory.incidents(project, 5)):
        Incident.objects.filter(pk=one.pk).update(modality="text" if number < 3 else "")
    coded = factory.round_of(project, [ada, bo], name="Coded")
    for number, one in enumerate(coded.assignments.filter(coder=ada).order_by("position")):
        factory.code(one, "late fee", "fee")
        factory.code(one, QUOTES[1 + number % 2], f"code {number % 2}")
        factory.hand_in(one)
    for number, one in enumerate(coded.assignments.filter(coder=bo).order_by("position")):
        if number % 2:
            factory.code(one, "late fee", "cost")
        factory.hand_in(one)
    release_round(lead, coded)
    return coded


@kept
def sorted_out(project, lead, coded):
    """ "fee" and "cost" in a category that has its place, "code 0" in one that does not fit, "code 1" in none."""
    trust, doubt = (create_category(lead, project, name) for name in ("Trust", "Doubt"))
    for code in Code.objects.filter(project=project, name__in=["fee", "cost"]):
        place(lead, code, trust)
    place(lead, Code.objects.get(name="code 0"), doubt)
    scale = project.scales.get()
    map_category(lead, trust, scale, categories(project)[7], "")
    map_category(lead, doubt, scale, None, "It is something else.")
    return scale


@pytest.fixture
def url(project):
    return reverse("selective_coding:flow", args=[project.slug])


def drawn(user, project, **asked):
    return whole_map(user, project, project.scales.get(), **asked)


def counts(found):
    return {node.name: (node.uses, node.incidents) for node in found.flow.nodes}


# The numbers


def test_each_part_counts_its_uses_and_its_incidents(lead, project, sorted_out):
    found = drawn(lead, project)
    assert (found.flow.incidents, found.flow.uses) == (5, 12)
    assert counts(found) == {
        "Universal Alignment and Integrity Layer": (7, 5), "7 Misinformation and Factual Hallucinations": (7, 5),
        "Trust": (7, 5), "fee": (5, 5), "cost": (2, 2), "Does not fit": (3, 3), "Doubt": (3, 3), "code 0": (3, 3),
        "In no category": (2, 2), "code 1": (2, 2),
    }  # fmt: skip


def test_the_table_equals_the_rows(sign_in, lead, project, url, sorted_out):
    """Counted once more from the rows of the database, by another way: each coding of the page's codes."""
    lines = sign_in(lead).get(url, {"by": "modality"}).context["lines"]
    uses = {(row.code.uid, row.segment.assignment.incident_id) for row in Coding.objects.filter(code__project=project)}
    incident, expected = {one.pk: one for one in Incident.objects.all()}, defaultdict(Counter)
    for uid, pk in uses:
        code = Code.objects.get(uid=uid)
        mapping = code.category.mappings.get() if code.category else None
        to = mapping and mapping.scale_category
        ends = [code.uid, code.category.uid if code.category else "unsorted"]
        ends += [to.uid, to.layer.uid] if to else ["unfit"] if mapping else []
        for end in ends:
            expected[str(end)][incident[pk].modality or "not stated"] += 1
    shown = {
        line.node.key.split(":")[-1]: Counter(
            {cell.of.rpartition(", ")[2]: cell.uses for cell in line.cells if cell.uses}
        )
        for line in lines
    }
    assert shown == dict(expected)


def test_merged_codes_count_once_and_retired_ones_not(lead, project, sorted_out):
    cost, fee = Code.objects.filter(name__in=["fee", "cost"]).order_by("name")
    merge_codes(lead, cost, fee)
    assert counts(drawn(lead, project))["Trust"] == (5, 5)
    retire(lead, Code.objects.get(name="code 0"))
    assert "Doubt" not in counts(drawn(lead, project))


def test_a_settled_round_counts_by_its_consensus(lead, project, coded, sorted_out):
    Round.objects.filter(pk=coded.pk).update(state=Round.State.SETTLED)
    ConsensusCoding.objects.all().delete()
    code, incident = Code.objects.get(name="code 1"), Incident.objects.get(number=4)
    ConsensusCoding.objects.create(round=coded, incident=incident, start=0, end=7, code=code, settled_by="decision")
    found = drawn(lead, project)
    assert counts(found) == {"In no category": (1, 1), "code 1": (1, 1)}
    assert found.unused == 3


def test_an_open_round_changes_nothing(lead, project, ada, bo, sorted_out):
    before = counts(drawn(lead, project))
    again = factory.round_of(project, [ada, bo], name="Again", purpose="recoding")
    factory.code(factory.assignment(again, bo), "The manager", "a new one")
    assert counts(drawn(lead, project)) == before


def test_a_category_without_a_place_is_said_to_have_none(lead, project, sorted_out):
    place(lead, Code.objects.get(name="code 1"), create_category(lead, project, "Waiting"))
    assert counts(drawn(lead, project))["No place yet"] == (2, 2)


def test_a_project_without_a_scale_ends_at_its_categories(lead, project, sorted_out):
    found = whole_map(lead, project, None)
    assert {node.name for node in found.flow.roots} == {"Trust", "Doubt", "In no category"}


def test_few_incidents_stand_alone_and_many_by_modality(lead, project, sorted_out, monkeypatch):
    assert [one.name for one in drawn(lead, project).flow.groups][:2] == ["1 Report 1", "2 Report 2"]
    monkeypatch.setattr("coding.selective_coding.flow_queries.FEW", 2)
    groups = [(one.name, one.incidents) for one in drawn(lead, project).flow.groups]
    assert groups == [("text", 3), ("not stated", 2)]


def test_one_part_is_looked_at_alone(lead, project, sorted_out):
    found = drawn(lead, project, within="unfit")
    assert counts(found) == {"Does not fit": (3, 3), "Doubt": (3, 3), "code 0": (3, 3)}


# Gathering and drawing, without a database


def ways(codes, places=3, inside=5):
    """So many codes, `inside` of them in each category, the categories in turn under a few places."""
    found = {}
    for number in range(codes):
        at = number // inside
        ends = (End(f"category:{at}", CATEGORY, f"Category {at} with a name that takes a second line"), End(f"place:{at % places}", PLACE, f"Place {at % places}", (at % places,)))  # fmt: skip
        found[f"code:{number}"] = Way(End(f"code:{number}", CODE, f"code {number}"), ends)
    return found


def labels(incidents, kinds=3):
    return {one: Label(f"is:{one % kinds}", f"kind {one % kinds}") for one in incidents}


def gathered(held, codes, kinds=3, **more):
    return flow(held, ways(codes), labels(held, kinds), **more)


HELD = st.dictionaries(st.integers(0, 40), st.sets(st.integers(0, 149).map("code:{}".format)), max_size=25)


@given(HELD, st.booleans(), st.integers(1, 30))
def test_no_use_is_lost_and_none_doubled(held, whole, kinds):
    found = gathered(held, 150, kinds, whole=whole)
    total = sum(map(len, held.values()))
    assert found.uses == total
    assert sum(one.uses for one in found.groups) == total
    for node in found.nodes:
        assert not node.children or node.cells == sum((one.cells for one in node.children), Counter())
        assert len(node.codes) == len(set(node.codes))
    for group in found.groups:
        assert sum(root.cells[group.key] for root in found.roots) == group.uses


@given(HELD, st.integers(1, 30))
def test_what_is_shown_stays_few_and_gathered_nodes_stand_for_more_than_one(held, kinds):
    found = gathered(held, 150, kinds)
    assert len(found.groups) <= MOST_GROUPS + 1
    for level in (CODE, CATEGORY):
        alike = [node for node in found.nodes if node.level == level]
        parents = {node.parent.key for node in alike}
        assert len(alike) <= MOST[level] + len(parents)
        assert all(node.gathered > 1 for node in alike if node.key.startswith("others:"))
    assert sum(node.gathered or 1 for node in found.nodes if node.level == CODE) == len(set().union(*held.values()))


def test_the_largest_are_shown_by_name():
    held = {incident: {f"code:{n}" for n in range(60) if n >= incident} for incident in range(60)}
    named = {node.key for node in gathered(held, 60).nodes if node.level == CODE and not node.gathered}
    assert named == {f"code:{number}" for number in range(40, 60)}


@given(HELD, st.integers(1, 30))
def test_bands_leave_and_reach_their_bars_in_full(held, kinds):
    found = gathered(held, 150, kinds)
    shown = picture(found)
    if shown is None:
        assert not found.uses
        return
    out = Counter()
    for band in shown.bands:
        out[band.at, band.column == 0] += band.uses
    for node in found.nodes:
        assert out[node.key, True] == (node.uses if node.level == CODE else 0)
        assert out[node.key, False] == (node.uses if node.parent else 0)


def ends_of(band):
    """Where a band leaves and where it arrives: top and bottom of each."""
    y1, y2, foot2, foot1 = re.fullmatch(
        r"M\d+ ([\d.]+)C\d+ [\d.]+ \d+ [\d.]+ \d+ ([\d.]+)V([\d.]+)C\d+ [\d.]+ \d+ [\d.]+ \d+ ([\d.]+)Z", band.path
    ).groups()
    return (float(y1), float(foot1)), (float(y2), float(foot2))


@given(HELD, st.integers(1, 30))
def test_bands_lie_beside_each_other_on_their_bars(held, kinds):
    found = gathered(held, 150, kinds)
    shown, sides = picture(found), defaultdict(list)
    bars = {bar.key: bar for bar in shown.bars} if shown else {}
    for band in shown.bands if shown else []:
        left, right = ends_of(band)
        node = found.node(band.at)
        sides[band.group or node.key, "leaves"].append(left)
        sides[node.key if band.group else node.parent.key, "arrives"].append(right)
    for (key, _), ends in sides.items():
        ends.sort()
        assert ends[0][0] == pytest.approx(bars[key].y, abs=0.2)
        assert ends[-1][1] == pytest.approx(bars[key].y + bars[key].height, abs=0.9)
        assert all(one[1] == pytest.approx(other[0], abs=0.9) for one, other in pairwise(ends))


@given(HELD, st.integers(1, 30))
def test_no_two_bars_of_a_column_overlap_and_all_stay_inside(held, kinds):
    shown = picture(gathered(held, 150, kinds))
    columns = defaultdict(list)
    for bar in shown.bars if shown else []:
        columns[bar.x].append((bar.y, bar.y + bar.height))
    for column in columns.values():
        assert all(one[1] <= other[0] + 2 for one, other in pairwise(column))
        assert column[0][0] >= 0
        assert column[-1][1] <= shown.height


def test_a_long_name_is_broken_where_there_is_room_and_else_cut():
    assert lines_of("layer", "Contextual and Pluralistic Values Layer") == ["Contextual and", "Pluralistic Values", "Layer"]  # fmt: skip
    assert lines_of("code", "a name of a code that does not end where its column does") == ["a name of a code that does not e…"]  # fmt: skip


# The pages


def test_the_page_shows_picture_and_table_and_both_lead_to_the_same_quotes(sign_in, lead, url, sorted_out):
    page = sign_in(lead).get(url)
    text = page.content.decode()
    assert "5 incidents hold 4 codes, 12 uses in all" in text
    bands = {address for _, address in page.context["bands"]}
    cells = {cell.address for line in page.context["lines"] for cell in line.cells if line.node.level == CODE and cell.uses}  # fmt: skip
    rows = {line.behind for line in page.context["lines"] if line.node.parent}
    assert bands == cells | rows


def test_every_band_opens_as_many_uses_as_it_is_thick(sign_in, lead, url, sorted_out):
    browser = sign_in(lead)
    for band, address in browser.get(url, {"by": "modality"}).context["bands"]:
        page = browser.get(address)
        assert len(page.context["held"].uses) == band.uses
        assert all(use.quotes for use in page.context["uses"])


def test_quotes_are_the_words_with_who_coded_them(sign_in, lead, project, url, sorted_out):
    merge_codes(lead, *Code.objects.filter(name__in=["fee", "cost"]).order_by("name"))
    fee = Code.objects.get(project=project, name="fee")
    address = reverse("selective_coding:flow_quotes", args=[project.slug])
    uses = sign_in(lead).get(address, {"at": f"code:{fee.uid}"}).context["uses"]
    assert [[(quote.words, quote.coders) for quote in use.quotes] for use in uses[:2]] == [
        [("late fee", ("Ada",))],
        [("late fee", ("Ada", "Bo"))],
    ]


def test_quotes_of_a_settled_round_are_its_consensus(sign_in, lead, project, coded, sorted_out):
    Round.objects.filter(pk=coded.pk).update(state=Round.State.SETTLED)
    code, incident = Code.objects.get(name="code 1"), Incident.objects.get(number=4)
    ConsensusCoding.objects.create(round=coded, incident=incident, start=2, end=7, code=code, settled_by="decision")
    found = drawn(lead, project)
    address = reverse("selective_coding:flow_quotes", args=[project.slug])
    [use] = sign_in(lead).get(address, {"at": f"code:{code.uid}", "group": "no:4", "by": "incident"}).context["uses"]
    assert ([(one.words, one.coders) for one in use.quotes], use.one.number) == ([("hotel", ())], 4)
    assert found.settled == found.flow.incidents


@pytest.mark.parametrize("query", ["", "?at=code:x", "?group=is:nothing", "?at=unfit&group=no:99", "?at=unfit&within=layer:x"])  # fmt: skip
def test_quotes_of_nothing_are_404(sign_in, lead, project, sorted_out, query):
    address = reverse("selective_coding:flow_quotes", args=[project.slug]) + query
    assert sign_in(lead).get(address).status_code == 404


def test_a_part_that_is_not_there_is_404(sign_in, lead, url, sorted_out):
    assert sign_in(lead).get(url, {"within": "category:x"}).status_code == 404


def test_an_empty_project_says_where_the_map_begins(sign_in, lead, url):
    assert "The map begins with the codes of a released round" in sign_in(lead).get(url).content.decode()


def test_a_gathered_part_leads_to_what_it_stands_under(sign_in, lead, project, url, sorted_out, monkeypatch):
    monkeypatch.setitem(MOST, CODE, 0)
    monkeypatch.setattr("coding.selective_coding.flow_queries.MOST", MOST)
    lines = sign_in(lead).get(url).context["lines"]
    [other] = [line for line in lines if line.node.gathered]
    assert (other.node.name, other.node.uses, other.node.parent.name) == ("2 other codes", 7, "Trust")
    alone = sign_in(lead).get(other.address).context["lines"]
    assert {line.node.name for line in alone if line.node.level == CODE} == {"fee", "cost"}


# Who reads what


def test_incidents_whose_readings_are_closed_are_not_told_apart(sign_in, project, url, coded, sorted_out):
    olga = factory.member(project, "olga", "observer")
    for by in ("incident", "modality"):
        found = drawn(olga, project, by=by)
        assert [(one.key, one.incidents) for one in found.flow.groups] == [("closed", 5)]
    held = behind(found, "unfit", "")
    assert (held.uses, held.closed) == ([], 3)
    page = sign_in(olga).get(reverse("selective_coding:flow_quotes", args=[project.slug]), {"at": "unfit"})
    assert "The guest" not in page.content.decode()
    open_readings(olga, Round.objects.get(pk=coded.pk))
    assert len(drawn(olga, project, by="incident").flow.groups) == 5


def test_an_incident_that_a_lead_codes_blind_is_not_told_apart(lead, project, sorted_out):
    second = Incident.objects.get(number=2)
    factory.round_of(project, [lead], "rating", incidents=[second])
    found = drawn(lead, project, by="incident")
    assert ("no:2" in {one.key for one in found.flow.groups}, found.closed) == (False, 1)
    assert 2 not in {one.number for one, _ in behind(found, "unsorted", "").uses}


def test_strangers_and_blind_coders_read_nothing(sign_in, stranger, project, ada, url, sorted_out):
    factory.round_of(project, [ada], Round.Stage.RATING)
    paths = [url, reverse("selective_coding:flow_quotes", args=[project.slug]) + "?at=unfit"]
    assert {sign_in(stranger).get(path).status_code for path in paths} == {404}
    assert {sign_in(ada).get(path).status_code for path in paths} == {403}
    assert is_problem(Door(ada).get(f"projects/{project.uid}/flow/"), 403)
    assert is_problem(Door(stranger).get(f"projects/{project.uid}/flow/"), 404)
    assert {sign_in(ada).post(path).status_code for path in paths} == {405}


def test_the_cost_does_not_grow(sign_in, lead, project, url, sorted_out, django_assert_max_num_queries):
    browser = sign_in(lead)
    quotes = reverse("selective_coding:flow_quotes", args=[project.slug]) + "?at=unfit"
    for more in (0, 6):
        for number in range(more):
            category = create_category(lead, project, f"Category {number}")
            map_category(lead, category, sorted_out, None, "No.")
        for path in (url, quotes):
            with django_assert_max_num_queries(20):
                browser.get(path)


# The second door


def test_the_api_gives_every_part_by_its_name(lead, project, sorted_out):
    said = Door(lead).get(f"projects/{project.uid}/flow/?by=modality").json()
    assert (said["incidents"], said["uses"], said["closed"]) == (5, 12, 0)
    parts = {part["name"]: part for part in said["parts"]}
    assert parts["Trust"]["under"] == parts["7 Misinformation and Factual Hallucinations"]["key"]
    assert parts["fee"]["cells"] == [{"group": "is:", "uses": 2}, {"group": "is:text", "uses": 3}]


def test_the_api_refuses_what_is_not_there(lead, project, sorted_out):
    path = f"projects/{project.uid}/flow/"
    assert is_problem(Door(lead).get(f"{path}?by=colour"), 400)
    assert is_problem(Door(lead).get(f"{path}?scale=x"), 400)
    assert is_problem(Door(lead).get(f"{path}?within=x"), 404)
