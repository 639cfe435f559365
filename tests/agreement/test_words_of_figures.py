"""The words beside figures say what these are, and no more."""

import pytest

from coding.agreement.rows import p_value
from coding.codes.models import Category, ScaleCategory
from coding.codes.rules import add_scale, create_category, create_code, map_category, place
from coding.codes.scales import shipped
from coding.lib import clock
from coding.reconciliation.models import Decision, Disagreement
from coding.reconciliation.rules import release_round, settle
from coding.rounds import rules as rounds
from coding.rounds.models import Round
from coding.selective_coding.rules import Choice, Reading, submit
from tests import factory
from tests.agreement.reading import plain, read, read_over, url
from tests.agreement.rounds import STANCES, figure, mapped_round, released, sorted_round, stance_round, weeks_ago, word
from tests.reconciliation.factory import SMALL, rate, rated_round, released_round
from tests.selective_coding.factory import categories

pytestmark = pytest.mark.django_db


def test_mapping_counts_categories_not_codes(project, ada, bo, lead):
    for n in "pq":
        create_category(lead, project, n)
    of = mapped_round(project, {ada: {"p": 7, "q": 7}, bo: {"p": 7}})
    assert "1 category placed" in figure(of, "mapping").left_out["few"]["because"], figure(of, "mapping").left_out


def test_an_adjusted_rand_index_is_called_no_alpha(project, ada, bo, lead, sign_in):
    create_category(lead, project, "Tone")
    for n in "abcd":
        word(project, n)
    own = Category(project=project, coined_by=ada)
    own.call("Own")
    own.save()
    piles = {"a": "Own", "b": "Own", "c": "Tone", "d": "Tone"}
    of = sorted_round(project, {ada: piles, bo: piles})
    said = read(sign_in(lead), of, figure(of, "piles"))
    assert "α 1.00" not in said
    assert "Above the diagonal alpha" not in said


def test_a_stability_figure_is_of_one_coder(project, ada, bo, lead, sign_in):
    weeks_ago(released_round(project, [ada, bo], shows_earlier="none"), 3)
    again = released_round(project, [ada], [(r[0],) for r in SMALL], purpose="stability", shows_earlier="none")
    said = read(sign_in(lead), again, figure(again, "own_primary", "Ada"))
    assert "2 human coders" not in said, said


def test_a_stability_round_that_showed_earlier_work_says_so_once(project, ada, bo, lead, sign_in):
    weeks_ago(released_round(project, [ada, bo], shows_earlier="none"), 3)
    again = rated_round(project, [ada], [(r[0],) for r in SMALL], purpose="stability")
    Round.objects.filter(pk=again.pk).update(shows_earlier="own")  # as a round says that opened before these hid it
    release_round(lead, again)
    said = read(sign_in(lead), again)
    assert "Coders had seen their own earlier" in said
    assert not ("without seeing their earlier work" in said and "Coders had seen their own earlier" in said)


def test_coders_who_judged_nothing_are_not_counted(project, ada, bo, lead, sign_in):
    cy = factory.member(project, "cy")
    of = released_round(project, [ada, bo, cy], [(*r, "") for r in SMALL], "why")
    said = read(sign_in(lead), of)
    assert "of 3 human coders" not in said
    assert "Three coders, who could not see each other’s work, rated" not in said


def test_a_trend_joins_no_two_scales(project, ada, bo, lead, sign_in):
    of = released_round(project, [ada, bo], shows_earlier="none")
    Round.objects.filter(pk=of.pk).update(released_at=clock.now())
    content = shipped("gvs")
    content["name"] = "Other scale"
    other = add_scale(lead, project, content)
    inc = list(project.incidents.order_by("number"))[:6]
    plan = rounds.Plan(stage="rating", coders=[ada, bo], incidents=inc, scale=other, shows_earlier="none", name="two")
    two = rounds.open_round(lead, rounds.draft_round(lead, project, plan))
    cat = ScaleCategory.objects.get(layer__scale=other, number=7)
    for i in inc:
        for c in (ada, bo):
            submit(
                c,
                factory.assignment(two, c, i),
                reading=Reading((Choice(cat.uid),), cat.uid, confidence="high", note="x"),
            )
    release_round(lead, two)
    body = sign_in(lead).get(f"/p/{project.slug}/agreement/").content.decode()
    assert "round by round" not in plain(body)


def test_a_change_of_incidents_is_marked_in_the_trend(project, ada, bo, lead, sign_in):
    inc = factory.incidents(project, 4)
    for part in (inc[:2], inc[2:]):
        of = factory.round_of(project, [ada, bo], "rating", incidents=part, shows_earlier="none")

        for i in part:
            for c in (ada, bo):
                rate(of, c, i, "7" if i.number % 2 else "-")
        release_round(lead, of)
    said = read_over(sign_in(lead), project)
    assert "round by round" in said
    assert "incident" in said.split("round by round")[1].split("Main rounds alone")[0].replace("Incidents", ""), said


def test_two_scales_are_told_apart_on_the_page(project, ada, bo, lead, sign_in):
    other = add_scale(lead, project, {**shipped("gvs"), "name": "Other scale"})
    money = create_category(lead, project, "Money")
    code = create_code(lead, project, "late fee")
    place(lead, code, money)
    for scale in project.scales.all():
        map_category(
            lead, money, scale, ScaleCategory.objects.get(layer__scale=scale, number=7 if scale != other else 1), "fits"
        )
    of = released(project, [{ada: {"abcde": "late fee"}, bo: {"abcde": "late fee"}}])
    said = read(sign_in(lead), of)
    assert "Other scale" in said, said[:2500]


def test_one_is_not_plural(project, ada, bo, lead, sign_in):
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"klmno": "fee"}}])
    assert "coded 1 incidents" not in read(sign_in(lead), of)


def test_a_single_coder_has_no_comma(project, ada, lead, sign_in):
    of = released_round(project, [ada], [(r[0],) for r in SMALL])
    assert "One coder, rated" not in read(sign_in(lead), of)


def test_shares_of_text_are_not_pairs_that_said_the_same(project, ada, bo, lead, sign_in):
    of = released(project, [{ada: {"abcdefghij": "fee"}, bo: {"abcde": "fee"}}])
    assert "79 % of pairs said the same" not in read(sign_in(lead), of, figure(of, "coded"))


def test_note_a_is_for_what_nearly_everyone_denies(project, ada, bo, lead, sign_in):
    of = released_round(project, [ada, bo], [("7", "7")] * 20 + [("7", "1")])  # 7 is nearly always given
    body = sign_in(lead).get(url(of)).content.decode()
    row = next(part for part in body.split("<tr") if "7 Misinformation" in part)
    assert 'href="#rare"' not in row  # "nearly everyone says no: with few uses ...": 21 uses of 21


def test_the_permutation_note_says_of_which_figure(project, ada, bo, lead, sign_in):
    for n in "pqrstu":
        create_category(lead, project, n)
    # No category alike, each layer alike: whatever the ids draw, one p is 1 and the other about 1/20.
    said = {ada: [7, 6, 7, 11, 12, 11], bo: [6, 7, 6, 12, 11, 12]}
    of = mapped_round(project, {who: dict(zip("pqrstu", places, strict=True)) for who, places in said.items()})
    one, two = (figure(of, level).beside["permuted"]["p"] for level in ("mapping", "mapping_layer"))
    assert one == 1
    assert two < 0.3
    text = read(sign_in(lead), of).split("Where categories were mapped")[1].split("A methods paragraph")[0]
    assert p_value(two) in text


def test_intervals_are_named_where_there_are_some(project, ada, bo, lead, sign_in):
    of = released_round(project, [ada, bo])  # 6 events: not one interval
    assert "Intervals: 95 %, 1,000 resamples" not in read(sign_in(lead), of)


def test_a_machine_of_two_versions_is_named_by_both(project, ada, bo, lead):
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    of = rated_round(project, [ada, bo, robot], [(*r, r[0]) for r in SMALL])
    for at, one in enumerate(of.assignments.filter(coder=robot).order_by("pk")):
        one.machine = {"model": "echo", "version": "1" if at < 3 else "2"}
        one.save()
    of = release_round(lead, of).round
    assert "2" in str(figure(of, "primary").beside["machines"][0]["machine"]["said"])


def test_a_stability_round_without_earlier_readings_does_not_claim_14_days(project, ada, lead, sign_in):
    again = released_round(project, [ada], [(r[0],) for r in SMALL], purpose="stability", shows_earlier="none")
    assert "a second time, at least 14 days after the first" not in read(sign_in(lead), again)


def test_stances_are_no_layers_touched(lead, sign_in):
    of = stance_round(lead, STANCES)
    said = read_over(sign_in(lead), of.project)
    assert "Layer touched" not in said, said[:600]


def test_recoding_after_a_discussion_says_so(project, ada, bo, lead, sign_in):
    of = released_round(project, [ada, bo], shows_earlier="none")
    for one in Disagreement.objects.filter(round=of):
        settle(
            lead,
            one,
            "recode",
            [categories(project)[9]],
            categories(project)[9],
            Decision.Reason.values[0],
            "Discussed.",
        )
    again = released_round(project, [ada, bo], shows_earlier="none", purpose="recoding")
    assert "after discussion" in read(sign_in(lead), again).lower()


def test_mean_closeness_of_sets_stands_beside(project, ada, bo, lead, sign_in):
    of = released_round(project, [ada, bo])
    one = figure(of, "sets", coefficient="alpha_masi")
    # method.md, Beside: "Sets: share of identical sets and mean 1 - distance."
    assert f"{100 * one.method['closeness']:.0f} %" in read(sign_in(lead), of, one), one.method["closeness"]


def test_what_was_submitted_again_is_counted_and_said(project, ada, bo, lead, sign_in):
    of = rated_round(project, [ada, bo])
    held = factory.assignment(of, ada)
    assert "submitted again" not in read(sign_in(lead), released_round(project, [ada, bo], name="None reopened"))
    for _ in range(2):
        rounds.reopen(lead, held, "Ada asked for it.")
        submit(ada, held)
    rounds.reopen(lead, factory.assignment(of, bo), "Bo asked for it, and never came back.")
    said = read(sign_in(lead), release_round(lead, of, "Enough.").round)
    assert said.count("1 rating had been submitted, was reopened, and submitted again.") == 2  # and to paste
    assert "read what their own codes suggest" in said
