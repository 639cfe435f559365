"""The pages of measured rounds: sections, order, what stands beside, downloads and pictures."""

import csv
import io
import json

import pytest
from django.urls import reverse

from coding.agreement.models import Measurement
from coding.people.models import Event
from coding.rounds.rules import open_readings
from tests import factory
from tests.agreement.rounds import figure, released, word
from tests.kept import kept
from tests.reconciliation.factory import SMALL, many, released_round

pytestmark = pytest.mark.django_db


@kept
def observer(project):
    return factory.member(project, "olu", "observer")


@kept
def coded(project, ada, bo):
    """An open round over two incidents with codes in a mapped category, one without place and one coined."""
    word(project, "late fee", "Money", 7)
    word(project, "refund", "Money", 7)
    word(project, "tone")
    said = {ada: {"abcde": "late fee", "klmno": "tone"}, bo: {"abcde": "refund", "klm": "tone", "pq": "my own"}}
    return released(project, [said, {ada: {"abcde": "tone"}, bo: {"abcde": "tone"}}])


def page(of, name="round", *more):
    return reverse(f"agreement:{name}", args=[of.project.slug, of.uid, *more])


def test_an_open_round_is_read_from_the_whole_down_to_each_code(sign_in, lead, coded):
    found = sign_in(lead).get(page(coded)).context["figures"]
    assert [section.title for section in found.sections] == [
        "Is it coded at all", "By layer", "By scale category", "By category", "By code", "Exclusive groups",
    ]  # fmt: skip


def test_a_code_that_one_coder_coined_stands_apart(sign_in, lead, coded):
    answer = sign_in(lead).get(page(coded))
    codes = next(section for section in answer.context["figures"].sections if section.title == "By code")
    assert [row.name for row in codes.coined] == ["my own"]
    assert "only one coder had this code" in answer.content.decode()


@pytest.mark.parametrize(
    ("sort", "names"),
    [("alpha", ["late fee", "refund", "tone"]), ("-alpha", ["tone", "late fee", "refund"]), ("-uses", ["tone", "late fee", "refund"])],
)  # fmt: skip
def test_codes_are_sorted_as_asked(sign_in, lead, coded, sort, names):
    found = sign_in(lead).get(f"{page(coded)}?sort={sort}").context["figures"].sections
    assert [row.name for row in next(one for one in found if one.title == "By code").rows] == names


def test_what_is_not_defined_comes_last_in_either_order(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo])
    for sort in ("alpha", "-alpha"):
        rows = sign_in(lead).get(f"{page(of)}?sort={sort}").context["figures"].sections[0].rows
        values = [row.found.value for row in rows]
        defined = [value for value in values if value is not None]
        assert values == [*sorted(defined, reverse=sort == "-alpha"), *[None] * (len(values) - len(defined))]
        assert len(defined) < len(values)


def test_an_unknown_order_is_the_scales(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo])
    plain, odd = (sign_in(lead).get(page(of) + query) for query in ("", "?sort=<b>"))
    assert [row.name for row in odd.context["figures"].rows] == [row.name for row in plain.context["figures"].rows]


def test_a_figure_of_texts_leads_to_its_incidents_and_each_to_the_text(sign_in, lead, coded):
    one = figure(coded, "placed", "Money")
    answer = sign_in(lead).get(page(coded, "units", one.uid))
    assert [(line.number, line.differs) for line in answer.context["lines"]] == [(1, False), (2, False)]
    tone = figure(coded, "code", "tone")
    lines = sign_in(lead).get(page(coded, "units", tone.uid)).context["lines"]
    assert [(line.number, line.apart) for line in lines] == [(1, 2), (2, 0)]
    shown = sign_in(lead).get(page(coded, "text", tone.uid, 1))
    assert [(one.quote, one.marked, one.not_marked) for one in shown.context["shown"].differences] == [
        ("no", ["Ada"], ["Bo"])
    ]
    assert "Ada: tone" in shown.content.decode()
    assert "late fee" not in shown.content.decode()


def test_the_text_is_closed_until_the_readings_are_opened(sign_in, observer, coded):
    url = page(coded, "text", figure(coded, "coded").uid, 1)
    assert sign_in(observer).get(url).status_code == 403
    open_readings(observer, coded)
    assert sign_in(observer).get(url).status_code == 200
    assert sign_in(observer).get(page(coded, "text", figure(coded, "coded").uid, 99)).status_code == 404


def test_a_machines_segments_are_named_as_a_machines(sign_in, lead, project, ada, bo):
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    of = released(project, [{ada: {"abc": "fee"}, bo: {"abc": "fee"}, robot: {"abc": "fee"}}])
    assert "Robot (machine)" in sign_in(lead).get(page(of, "text", figure(of, "coded").uid, 1)).content.decode()


def test_who_said_what_beside_what_opens_with_the_readings(sign_in, lead, observer, project, ada, bo):
    of = released_round(project, [ada, bo])
    assert sign_in(observer).get(page(of)).context["confusion"] is None
    assert sign_in(observer).get(page(of, "picture", "confusion", "svg")).status_code == 404
    assert "confusion" not in sign_in(observer).get(page(of, "json")).content.decode()
    open_readings(observer, of)
    found = sign_in(observer).get(page(of)).context["confusion"]
    assert (found.first, found.second, found.same, found.all) == ("Ada", "Bo", 3, 6)
    assert "confusion" in sign_in(observer).get(page(of, "json")).content.decode()


def test_a_cell_of_the_matrix_opens_what_lies_behind_it(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo])
    one = figure(of, "primary")
    lines = sign_in(lead).get(f"{page(of, 'units', one.uid)}?said=6~7").context["lines"]
    assert [line.number for line in lines] == [5]
    same = sign_in(lead).get(f"{page(of, 'units', one.uid)}?said=7~7").context["lines"]
    assert [line.number for line in same] == [1, 3]


def test_pairs_of_three_coders_are_chosen_one_by_one(sign_in, lead, project, ada, bo):
    cy = factory.member(project, "cy")
    of = released_round(project, [ada, bo, cy], [(*row, row[0]) for row in SMALL])
    whole, pair = (sign_in(lead).get(page(of) + query).context["confusion"] for query in ("", "?pair=0-2"))
    assert (whole.first, whole.all) == ("", 2 * 3 * 6)
    assert (pair.first, pair.second, pair.same, pair.all) == ("Ada", "Cy", 6, 6)


def test_a_lead_measures_again_and_the_earlier_figures_stay(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo])
    answer = sign_in(lead).post(page(of, "measure"), follow=True)
    assert "The earlier ones are kept" in answer.content.decode()
    assert set(Measurement.objects.filter(round=of).values_list("batch", flat=True)) == {1, 2}
    assert Event.objects.filter(verb="measure").count() == 1


def test_nobody_else_measures_again(sign_in, observer, stranger, project, ada, bo):
    of = released_round(project, [ada, bo])
    answers = [sign_in(person).post(page(of, "measure")).status_code for person in (ada, observer, stranger)]
    assert answers == [403, 403, 404]
    assert set(Measurement.objects.filter(round=of).values_list("batch", flat=True)) == {1}


def test_all_measurements_leave_as_csv_and_json(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo])
    client = sign_in(lead)
    client.post(page(of, "measure"))
    rows = list(csv.DictReader(io.StringIO(client.get(page(of, "csv")).content.decode())))
    alphas = [row for row in rows if row["level"] == "primary" and row["coefficient"] == "alpha"]
    assert {row["batch"] for row in alphas} == {"1", "2"}
    assert float(alphas[0]["value"]) == figure(of, "primary").value
    assert {row["name"] for row in rows if row["coefficient"] == "cohen_kappa"} == {"Ada and Bo"}
    held = json.loads(client.get(page(of, "json")).content)
    assert len(held["measurements"]) == Measurement.objects.filter(round=of).count()
    assert held["measurements"][0]["method"]["versions"]["loam"]


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg "), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_pictures_leave_as_svg_pdf_and_png(sign_in, lead, project, ada, bo, form, begins):
    of = released_round(project, [ada, bo], many(16))
    for kind in ("figures", "confusion"):
        answer = sign_in(lead).get(page(of, "picture", kind, form))
        assert answer.content.startswith(begins)
        assert answer["Content-Disposition"].startswith("attachment")


def test_a_picture_holds_every_row_of_the_page(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo], many(16))
    client = sign_in(lead)
    svg = client.get(page(of, "picture", "figures", "svg")).content.decode()
    figures = client.get(page(of)).context["figures"]
    assert svg.count("<circle") == sum(row.whisker is not None for row in figures.all_rows)
    assert svg.count("<g class") == len(figures.all_rows)


@pytest.mark.parametrize("wrong", [("figures", "exe"), ("cats", "svg"), ("confusion", "txt")])
def test_there_is_no_other_picture(sign_in, lead, project, ada, bo, wrong):
    of = released_round(project, [ada, bo])
    assert sign_in(lead).get(page(of, "picture", *wrong)).status_code == 404


def test_two_main_rounds_make_a_trend_and_a_pilot_does_not(sign_in, lead, project, ada, bo):
    released_round(project, [ada, bo], shows_earlier="none")
    released_round(project, [ada, bo], shows_earlier="none", purpose="pilot")
    url = reverse("agreement:overview", args=[project.slug])
    assert sign_in(lead).get(url).context["trends"] == []
    released_round(project, [ada, bo], shows_earlier="none")
    [trend] = sign_in(lead).get(url).context["trends"]
    assert [stop.rated.purpose for stop in trend.stops] == ["main", "main"]
    picture = reverse("agreement:trend", args=[project.slug, "ratings", "svg"])
    assert sign_in(lead).get(picture).content.startswith(b"<svg ")
    assert sign_in(lead).get(reverse("agreement:trend", args=[project.slug, "texts", "svg"])).status_code == 404


def test_the_methods_paragraph_says_what_was_measured(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo], many(16), seed=7, sampling="random")
    said = sign_in(lead).get(page(of)).context["figures"].methods
    assert "Two coders, who could not see each other’s work, rated 16 incidents" in said.text
    assert "They were drawn at random." in said.text
    assert "1,000 resamples, seed 7; Hayes & Krippendorff, 2007" in said.text
    assert "grounded theory" not in said.text.lower()
    assert any("Passonneau" in source for source in said.sources)


def test_the_methods_paragraph_has_no_number_where_there_is_none(sign_in, lead, project, ada, bo):
    of = released_round(project, [ada, bo], [("7", "7")] * 3)
    said = sign_in(lead).get(page(of)).context["figures"].methods.text
    assert "not defined, because every coder used the same value" in said
