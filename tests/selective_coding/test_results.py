"""Results, coverage and the storyline: every figure equals what stands, and opens what is behind it."""

import csv
import io

import pytest
from django.urls import reverse

from coding.codes.models import Category
from coding.codes.rules import add_scale, choose_core, create_category, map_category
from coding.codes.scale_regroup import merge, retire
from coding.codes.scales import shipped
from coding.incidents.models import Incident
from coding.reconciliation.models import Disagreement
from coding.reconciliation.rules import release_round, settle
from coding.rounds.models import Round
from coding.rounds.rules import open_readings
from coding.selective_coding import results
from coding.selective_coding.coverage import uses
from coding.selective_coding.models import ConsensusRating
from coding.selective_coding.standing import standing
from coding.selective_coding.storytelling import told
from tests import factory
from tests.door import Door
from tests.kept import kept
from tests.selective_coding.factory import categories, rate


@kept
def scale(project):
    return project.scales.get()


@kept
def rated(project, lead, ada, bo):
    """Four incidents of which two report one thing: 7 and 6; 7; none; the last read differently and kept plural."""
    held = factory.incidents(project, 4)
    for number, (modality, occurrence, day) in enumerate(
        [
            ("text", "A case", "2024-05-01"),
            ("image", "A case", "2024-06-01"),
            ("", "", None),
            ("text", "", "2025-01-01"),
        ]
    ):
        Incident.objects.filter(pk=held[number].pk).update(
            modality=modality, occurrence=occurrence, occurred_on=day, source_name="=cmd()" if number else ""
        )
    of = factory.round_of(project, [ada, bo], "rating", name="Rating 1")
    for coder in (ada, bo):
        rate(factory.assignment(of, coder, held[0]), 7, 6)
        rate(factory.assignment(of, coder, held[1]), 7)
        rate(factory.assignment(of, coder, held[2]), none=True)
        rate(factory.assignment(of, coder, held[3]), 1 if coder == ada else 2)
    release_round(lead, of)
    settle(lead, Disagreement.objects.get(), "plural", [], None, "legitimately_plural", "Both hold.")
    return Round.objects.get(pk=of.pk)


def line(found, number):
    return next(one for one in found.lines if one.number == number)


def test_an_incident_counts_under_each_of_its_categories_and_the_sum_is_said(rated, scale):
    found = results.results(scale)
    assert (found.incidents, found.occurrences, found.plural, found.sums_to) == (4, 3, 1, 125)
    counts = {one.number: (one.count.any, one.count.primary) for one in found.lines if one.kind == "category"}
    assert {number: said for number, said in counts.items() if said[0]} == {1: (1, 1), 2: (1, 1), 6: (1, 0), 7: (2, 2)}


def test_a_retired_category_is_shown_while_something_stands_under_it(rated, scale, lead, project):
    before = {one.number: one.count for one in results.results(scale).lines}
    held = categories(project)
    retire(lead, held[7], "Split up.")
    retire(lead, held[12], "Not used.")
    merge(lead, held[6], held[8], "One thing.")
    found = results.results(scale)
    assert {one.number: one.count for one in found.lines if one.number} == {
        number: count for number, count in before.items() if number and number != 12
    }
    assert line(found, 7).name == "Misinformation and Factual Hallucinations (retired)"
    assert line(found, 6).name == "Disinformation Fraud and Identity Manipulation (merged into 8)"
    assert (found.sums_to, len(results.behind(scale, str(held[7].uid))[1])) == (125, 2)
    retire(lead, held[1].layer, "Not used.")
    assert results.results(scale).lines[0].name == "Baseline Human Safety Layer (retired)"


def test_coverage_and_the_scale_show_what_is_in_use(rated, scale, lead, project, sign_in):
    merge(lead, categories(project)[6], categories(project)[8], "One thing.")
    answer = sign_in(lead).get(reverse("selective_coding:integrate", args=[project.slug]))
    shown = [row.number for _, rows in answer.context["integration"].coverage for row, *_ in rows]
    assert shown == [1, 2, 3, 4, 5, *range(7, 13)]
    page = sign_in(lead).get(reverse("selective_coding:scale", args=[project.slug, scale.uid])).content.decode()
    assert "6 Disinformation Fraud and Identity Manipulation (merged into 8)" in page


def test_reports_of_one_occurrence_count_as_one_thing_that_happened(rated, scale):
    assert line(results.results(scale), 7).count.occurrences == 1


def test_a_layer_counts_an_incident_once(rated, scale):
    found = {one.layer: one.count.any for one in results.results(scale).lines if one.kind == "layer"}
    assert found == {1: 1, 2: 2, 3: 0}


def test_none_applies_is_a_line_of_its_own(rated, scale):
    assert results.results(scale).lines[-1].count.any == 1


def test_counts_are_divided_and_what_is_not_stated_comes_last(rated, scale):
    found = results.results(scale, "modality")
    assert found.columns == [("text", 2), ("image", 1), ("not stated", 1)]
    assert line(found, 7).cells == (1, 1, 0)
    assert [name for name, _ in results.results(scale, "year").columns] == ["2024", "2025", "no date"]


def test_figures_equal_the_database(rated, scale):
    for one in results.results(scale).lines:
        rows = ConsensusRating.objects.filter(round=rated)
        if one.kind == "category":
            assert one.count.any == rows.filter(scale_category__number=one.number).count()
        elif one.kind == "layer":
            inside = rows.filter(scale_category__layer__position=one.layer)
            assert one.count.any == inside.values("incident").distinct().count()


def test_only_a_random_sample_has_intervals(rated, scale):
    assert line(results.results(scale), 7).count.interval is None
    Round.objects.filter(pk=rated.pk).update(sampling="random")
    assert line(results.results(scale), 7).count.interval == results.wilson(2, 4)


def test_wilson_s_interval_is_the_published_one():
    # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    table = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (count, of), ends in table.items():
        assert results.wilson(count, of) == pytest.approx(ends, abs=5e-5)
    assert results.wilson(0, 0) is None


def test_training_rounds_do_not_count(rated, scale):
    Round.objects.filter(pk=rated.pk).update(purpose="training")
    assert results.results(scale).incidents == 0


def test_a_later_round_s_consensus_takes_the_place_of_an_earlier_one(rated, scale, project, lead):
    first = Incident.objects.filter(project=project).order_by("number")[:1]
    newcomers = [factory.member(project, name) for name in ("chidi", "dora")]
    again = factory.round_of(project, newcomers, "rating", incidents=list(first), purpose="recoding")
    for coder in newcomers:
        rate(factory.assignment(again, coder), 3)
    release_round(lead, again)
    held = standing(scale)
    assert [row.category for row in held.rows[first[0].pk]] == [categories(project)[3].pk]
    assert len(held.reports) == 4


@kept
def values(rated, project, lead, ada):
    """A round on a stance scale, over the same four incidents: +1, -1, +1 and 0 on its first value."""
    held = list(Incident.objects.filter(project=project).order_by("number"))
    stances = factory.round_of(project, [ada], "rating", incidents=held, name="Values")
    other = add_scale(lead, project, shipped("schwartz"))
    Round.objects.filter(pk=stances.pk).update(scale=other, state="settled", released_at=stances.opened_at)
    for incident, stance in zip(held, (1, -1, 1, 0), strict=True):
        ConsensusRating.objects.create(
            round=stances, incident=incident, scale_category=first_value(other), stance=stance, settled_by="rule"
        )
    return Round.objects.get(pk=stances.pk)


def first_value(scale):
    return scale.layers.first().categories.first()


def test_the_cross_table_counts_incidents_on_both_scales_with_their_mean_stance(rated, values):
    crossed = results.cross(rated.scale, values.scale)
    cells = {category.number: cells[0] for category, cells in crossed.lines}
    assert (crossed.incidents, cells[7].n, cells[7].mean, cells[6].mean, cells[1].n) == (4, 2, 0.0, 1.0, 0)
    seven, value = categories_uid(rated.scale, 7), first_value(values.scale)
    found = results.behind_cross(rated.scale, values.scale, str(seven), str(value.uid))
    assert [one.number for one in found[1]] == [1, 2]


def categories_uid(scale, number):
    return next(row.uid for layer in scale.layers.all() for row in layer.categories.all() if row.number == number)


def test_coverage_counts_incidents_and_the_people_who_chose_a_category(rated, scale, project):
    number = {row.pk: row.number for row in categories(project).values()}
    found = {number[pk]: (one.incidents, one.coders) for pk, one in uses(scale).items()}
    assert found == {1: (1, 1), 2: (1, 1), 6: (1, 2), 7: (2, 2)}


def test_coverage_counts_what_stands_under_a_merged_category_for_the_one_that_took_it_over(rated, scale, lead, project):
    held = categories(project)
    merge(lead, held[6], held[7], "One thing.")
    merge(lead, held[1], held[2], "One thing.")
    found = {pk: (one.incidents, one.coders) for pk, one in uses(scale).items()}
    assert found == {held[2].pk: (1, 2), held[7].pk: (2, 2)}


# The pages


@pytest.fixture
def url(project):
    return reverse("selective_coding:results", args=[project.slug])


def behind(project, scale, of, query=""):
    return reverse("selective_coding:behind", args=[project.slug, scale.uid, of]) + query


def test_the_page_says_what_sums_past_a_hundred_and_why_there_is_no_interval(sign_in, rated, url, lead):
    text = sign_in(lead).get(url).content.decode()
    assert "the categories sum to 125 %" in text
    assert "not all drawn at random" in text
    assert "kept plural" in text


def test_each_figure_opens_its_incidents(sign_in, rated, scale, project, lead):
    browser, seven = sign_in(lead), categories_uid(scale, 7)
    for query, numbers in (
        ("", [1, 2]),
        ("?by=modality&value=text", [1]),
        ("?primary=1", [1, 2]),
        ("?by=x&value=y", [1, 2]),
    ):
        page = browser.get(behind(project, scale, seven, query))
        assert [one.number for one in page.context["page"]] == numbers
    assert [one.number for one in browser.get(behind(project, scale, "none")).context["page"]] == [3]
    assert browser.get(behind(project, scale, "nothing")).status_code == 404
    assert browser.get(behind(project, scale, seven, f"?stance={scale.uid}&value=x")).status_code == 404


def test_who_has_not_opened_the_readings_learns_of_no_incident_what_stands_for_it(sign_in, rated, scale, project):
    watcher = factory.member(project, "olu", "observer")
    url = behind(project, scale, categories_uid(scale, 7))
    page = sign_in(watcher).get(url)
    assert (list(page.context["page"]), page.context["closed"]) == ([], 2)
    assert "not named to you" in page.content.decode()
    open_readings(watcher, project.rounds.get(stage="rating"))
    assert [one.number for one in sign_in(watcher).get(url).context["page"]] == [1, 2]


def test_a_cell_of_the_cross_table_names_incidents_to_whoever_opened_the_readings_on_both_scales(
    sign_in, rated, values, project
):
    watcher = factory.member(project, "olu", "observer")
    asked = f"?stance={values.scale.uid}&value={first_value(values.scale).uid}"
    url = behind(project, rated.scale, categories_uid(rated.scale, 7), asked)
    for opened, numbers in ((rated, []), (values, [1, 2])):
        open_readings(watcher, opened)
        page = sign_in(watcher).get(url)
        assert ([one.number for one in page.context["page"]], page.context["closed"]) == (numbers, 2 - len(numbers))


def test_an_incident_that_a_lead_codes_blind_is_not_named(sign_in, rated, scale, project, lead):
    first = project.incidents.get(number=1)
    factory.round_of(project, [lead], "open", name="Now", incidents=[first], shows_earlier="none")
    page = sign_in(lead).get(behind(project, scale, categories_uid(scale, 7)))
    assert ([one.number for one in page.context["page"]], page.context["closed"]) == ([2], 1)


def test_the_file_holds_the_table_and_no_formula(sign_in, rated, scale, project, lead):
    address = reverse("selective_coding:results_file", args=[project.slug, scale.uid])
    rows = list(csv.reader(io.StringIO(sign_in(lead).get(f"{address}?by=source_name").content.decode())))
    assert rows[0][-2:] == ["'=cmd()", "not stated"]
    seven = next(row for row in rows if row[1] == "7")
    assert seven[2:5] == ["Misinformation and Factual Hallucinations", "2", "50.0000"]


def test_strangers_and_coders_of_a_blind_round_read_no_results(sign_in, rated, scale, project, url, stranger, ada):
    factory.round_of(project, [ada], "rating", name="Now", is_blind=True, incidents=factory.incidents(project, 5)[4:])
    addresses = [
        url,
        behind(project, scale, "none"),
        reverse("selective_coding:results_file", args=[project.slug, scale.uid]),
    ]
    for person, status in ((stranger, 404), (ada, 403)):
        assert {sign_in(person).get(address).status_code for address in addresses} == {status}
    assert {sign_in(ada).post(address).status_code for address in addresses} == {405}


def test_an_empty_project_says_what_belongs_there(sign_in, project, url, lead):
    assert "Nothing stands yet" in sign_in(lead).get(url).content.decode()


# The storyline


@pytest.fixture
def story(project, lead):
    for name in ("Trust", "Trusting what seems right", "A & <b>"):
        create_category(lead, project, name)
    factory.incidents(project, 2)
    choose_core(lead, Category.objects.get(name="Trust"))
    return lambda text: told(project, text)


def test_categories_and_incidents_become_links_and_the_longest_name_wins(story):
    found = story("It is @trusting what seems right, not @Trust; see @incident 2.")
    assert found.html.count("<a ") == 3
    assert ">Trusting what seems right</a>, not <a" in found.html
    assert "/incidents/2/" in found.html
    assert (found.unknown, found.names_core) == ([], True)


def test_brackets_say_where_a_name_ends(story):
    assert ">Trust</a>ing" in story("@[trust]ing").html


def test_what_names_nothing_stays_text_and_is_listed(story):
    found = story("@[Nobody] and @incident 99, ada@trust.example, @Trusted.")
    assert "<a " not in found.html
    assert found.unknown == ["@[Nobody]", "@incident 99"]
    assert not found.names_core


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "@[<img src=x onerror=alert(1)>]", "@A & <b>", "@[A & <b>]"]
)
def test_a_script_in_the_story_or_in_a_name_is_only_text(story, text):
    html = story(text).html
    assert not {"<script", "<img", "<b>"} & {html[at : at + size] for at in range(len(html)) for size in (3, 4, 7)}


def test_the_page_shows_the_story_with_links_and_names_a_missing_core(sign_in, story, project, lead):
    browser = sign_in(lead)
    address = reverse("selective_coding:storyline", args=[project.slug])
    assert browser.post(address, {"text": "All about @incident 1.\n\nMore.", "version": 0}).status_code == 302
    text = browser.get(reverse("selective_coding:integrate", args=[project.slug])).content.decode()
    assert f'<a href="/p/{project.slug}/incidents/1/">incident 1</a>' in text
    assert "does not name the core category" in text


def test_the_api_gives_what_the_page_shows(rated, scale, project, lead, stranger):
    where = f"projects/{project.uid}/scales/{scale.uid}/results/"
    found, page = Door(lead).get(f"{where}?by=modality").json(), results.results(scale, "modality")
    assert [found[name] for name in ("incidents", "occurrences", "plural", "rounds", "by")] == [
        4,
        3,
        1,
        ["Rating 1"],
        "modality",
    ]
    assert found["columns"] == [name for name, _ in page.columns]
    said = [(one["name"], one["incidents"], one["primary"], one["cells"]) for one in found["lines"]]
    assert said == [(one.name, one.count.any, one.count.primary, list(one.cells)) for one in page.lines]
    assert found["lines"][0]["interval"] == (
        list(page.lines[0].count.interval) if page.lines[0].count.interval else None
    )
    assert Door(lead).get(f"{where}?by=colour").status_code == 400
    assert Door(stranger).get(where).status_code == 404


def test_a_program_reads_the_cross_table(rated, values, project, lead, stranger):
    where = f"projects/{project.uid}/scales/{rated.scale.uid}/results/cross/{values.scale.uid}/"
    found, seven = Door(lead).get(where).json(), str(categories_uid(rated.scale, 7))
    assert (found["incidents"], found["presence"], found["stance"]) == (
        4, str(rated.scale.uid), str(values.scale.uid),
    )  # fmt: skip
    cells = {one["category"]: one["cells"] for one in found["lines"]}[seven]
    assert cells[0] == {"value": str(first_value(values.scale).uid), "incidents": 2, "mean": 0.0}
    for other in (rated.scale.uid, seven):  # neither is a stance scale
        assert Door(lead).get(where.replace(str(values.scale.uid), str(other))).status_code == 404
    assert Door(stranger).get(where).status_code == 404


def test_a_program_reads_the_coverage_both_ways(rated, scale, project, lead, ada, stranger):
    here, nowhere, later = (create_category(lead, project, name) for name in ("Made up", "Elsewhere", "Later"))
    six, seven = categories(project)[6], categories(project)[7]
    map_category(lead, here, scale, seven, "")
    map_category(lead, nowhere, scale, None, "No category speaks of it.")
    where = f"projects/{project.uid}/scales/{scale.uid}/coverage/"
    found = Door(lead).get(where).json()
    places = {one["scale_category"]: one for one in found["places"]}
    assert len(places) == 12
    assert places[str(seven.uid)] == {
        "scale_category": str(seven.uid), "layer": str(seven.layer.uid), "categories": [str(here.uid)],
        "incidents": 2, "coders": 2,
    }  # fmt: skip
    assert (places[str(six.uid)]["categories"], places[str(six.uid)]["incidents"]) == ([], 1)
    assert str(nowhere.uid) in found["does_not_fit"]
    assert str(later.uid) in found["unmapped"]
    assert Door(stranger).get(where).status_code == 404
    factory.round_of(project, [ada], "rating", name="Blind now")
    assert Door(ada).get(where).status_code == 403
