"""`manage.py agreement FILE`: published figures by the command, and a sentence where there is no number."""

import json
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from coding.lib.home import ROOT

# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C: nominal .743 (four coders, missing values).
MISSING = """unit,A,B,C,D
1,1,1,,1
2,2,2,3,2
3,3,3,3,3
4,3,3,3,3
5,2,2,2,2
6,1,2,3,4
7,4,4,4,4
8,1,1,2,1
9,2,2,2,2
10,,5,5,5
11,,,1,1
12,,3,,
"""
LONG = "unit,coder,value\n" + "".join(
    f"{line.split(',')[0]},{coder},{value}\n"
    for line in MISSING.splitlines()[1:]
    for coder, value in zip("ABCD", line.split(",")[1:], strict=True)
    if value
)
SPANS = {
    "length": 20, "coders": ["r1", "r2"],
    "spans": [
        {"coder": "r1", "start": 0, "end": 10, "label": "X"}, {"coder": "r2", "start": 5, "end": 10, "label": "X"},
        {"coder": "r2", "start": 12, "end": 14, "label": "Y"},
    ],
}  # fmt: skip


def by_name(rows):
    return {(row["coefficient"], row["about"]): row for row in rows}


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_alphas_of_one_table(run, level, published):
    [row] = run(MISSING, "--coefficient", "krippendorff_alpha", "--level", level, "--json")
    assert round(row["value"], 3) == published
    assert (row["coefficient"], row["level"], row["undefined_because"]) == ("krippendorff_alpha", level, "")
    assert (row["units"], row["coders"], row["pairable"], row["left_out"]) == (11, 4, 40, 1)
    assert row["low"] < row["value"] < row["high"]
    assert (row["resamples"], row["seed"]) == (1000, 0)


def test_a_long_list_is_the_same_table(run):
    assert run(LONG, "--long", "unit,coder,value", "--json") == run(MISSING, "--json")


def test_what_fits_is_measured_and_each_row_is_a_value_or_a_reason(run):
    rows = run(MISSING, "--json")
    names = [row["coefficient"] for row in rows]
    assert names[:2] == ["krippendorff_alpha", "percent_agreement"]
    assert "cohen_kappa" not in names  # four coders
    assert "gwet_ac2" not in names  # no weights
    for row in rows:
        assert (row["value"] is None) == bool(row["undefined_because"])
    two = run("unit,a,b\n1,x,x\n2,x,y\n3,y,y\n", "--json")
    assert {"cohen_kappa", "scott_pi"} <= {row["coefficient"] for row in two}


def test_weights_make_the_weighted_kappas_and_ac2(run):
    rows = by_name(run(MISSING, "--weights", "quadratic", "--json"))
    assert rows["gwet_ac2", ""]["level"] == rows["fleiss_kappa", ""]["level"] == "weights:quadratic"
    assert rows["gwet_ac1", ""]["level"] == rows["krippendorff_alpha", ""]["level"] == "nominal"


def test_a_coefficient_that_can_not_be_applied_has_a_reason(run):
    cohen, ac2 = run(MISSING, "--coefficient", "cohen_kappa", "--coefficient", "gwet_ac2", "--json")
    assert cohen["value"] is ac2["value"] is None
    assert cohen["undefined_because"].startswith("Not defined: ")
    assert "weights" in ac2["undefined_because"]


def test_one_value_against_the_rest(run):
    rows = by_name(run(MISSING, "--value", "3", "--coefficient", "krippendorff_alpha", "--json"))
    [(key, row)] = rows.items()
    assert key == ("krippendorff_alpha", "3")
    other = MISSING.replace("1,1,1,,1", "1,2,2,,2").replace("5,5,5", "4,4,4")  # the rest is one value, whatever it is
    assert run(other, "--value", "3", "--coefficient", "krippendorff_alpha", "--json")[0]["value"] == row["value"]


def test_sets_are_compared_as_sets(run):
    table = "unit,a,b\n1,{x|y},{x}\n2,{},{}\n3,{z},{z}\n4,{x},{y}\n"
    alpha, percent = run(table, "--bootstrap", "0", "--json")
    assert (alpha["level"], percent["value"]) == ("set:masi", 0.5)
    assert alpha["low"] is alpha["high"] is None
    jaccard = run(table, "--level", "set:jaccard", "--bootstrap", "0", "--json")[0]
    assert jaccard["value"] > alpha["value"]
    assert run(table, "--value", "x", "--coefficient", "percent_agreement", "--json")[0]["value"] == 0.75


def test_spans_are_measured_by_length(run):
    rows = by_name(run(json.dumps(SPANS), "--json", name="spans.json"))
    assert rows["percent_agreement", ""]["value"] == 0.65  # characters 0 to 5 and 12 to 14 are coded by one alone
    assert {("bar_u_alpha", ""), ("bar_u_alpha", "X"), ("bar_u_alpha", "Y"), ("u_alpha", "")} <= rows.keys()
    only = by_name(run(json.dumps(SPANS), "--value", "X", "--json", name="spans.json"))
    assert ("bar_u_alpha", "X") in only
    assert ("bar_u_alpha", "Y") not in only


def test_the_older_coefficient_of_unitizing_is_measured_where_it_is_asked_for(run):
    # Krippendorff 2004, Content Analysis, 2nd ed., p. 254: a continuum of 300 that begins at 150; alpha_U of c .7286,
    # of k 1. Over both .8591 is printed, from rounded disagreements; without rounding it is .8587.
    said = {"i": "c225-295 c370-400 k180-240 k300-350", "j": "c220-300 c355-375 c400-420 k180-240 k300-350"}
    spans = [
        {"coder": coder, "start": int(one[1:4]), "end": int(one[5:]), "label": one[0]}
        for coder, units in said.items()
        for one in units.split()
    ]
    text = json.dumps({"length": 300, "begin": 150, "coders": ["i", "j"], "spans": spans})
    rows = by_name(run(text, "--coefficient", "alpha_u", "--json", name="spans.json"))
    assert {about: round(row["value"], 4) for (_, about), row in rows.items()} == {"": 0.8587, "c": 0.7286, "k": 1}
    [only] = run(text, "--coefficient", "alpha_u", "--value", "c", "--json", name="spans.json")
    assert only == rows["alpha_u", "c"]
    assert only["method"]["source"].startswith("Krippendorff 1995")
    assert "alpha_u" not in {row["coefficient"] for row in run(text, "--json", name="spans.json")}


def test_card_sorts_are_compared_by_pairs_of_codes(run):
    # Hubert & Arabie 1985 by hand: of the 6 pairs of four codes a put 2 together (one two, three four), b put 1, both 1.
    sorts = "code,a,b\none,p,x\ntwo,p,x\nthree,q,y\nfour,q,z\nfive,q,\n"
    [row] = run(sorts, "--coefficient", "adjusted_rand", "--json")
    both = 4
    pairs_a, pairs_b, together, pairs = 2, 1, 1, 6
    chance = pairs_a * pairs_b / pairs
    assert row["value"] == pytest.approx((together - chance) / ((pairs_a + pairs_b) / 2 - chance), abs=1e-12)
    assert (row["units"], row["coders"], row["left_out"], row["low"]) == (both, 2, 1, None)
    assert 0 < row["method"]["p"] <= 1


def test_without_json_a_table_is_written_for_the_eye(run):
    said = run(MISSING, "--coefficient", "krippendorff_alpha", "--coefficient", "cohen_kappa")
    head, alpha, cohen, *_ = said.splitlines()
    assert head.split()[:4] == ["coefficient", "level", "about", "value"]
    assert alpha.split()[:3] == ["krippendorff_alpha", "nominal", "0.743"]
    assert " – " in cohen
    assert "cohen_kappa: Not defined: " in said


def test_nothing_is_asked_of_the_database(run, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        run(MISSING, "--json")


def test_the_same_seed_gives_the_same_bounds(run):
    options = ("--coefficient", "krippendorff_alpha", "--json")
    assert run(MISSING, *options) == run(MISSING, *options)
    assert run(MISSING, *options, "--seed", "1")[0]["low"] is not None


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("unit,a,b\n1,x\n", ["--coefficient", "kappa"], "no coefficient “kappa”"),
        ("unit,a,b\n1,x,y\n", ["--level", "set:masi"], "holds none"),
        ("unit,a,b\n1,{x},{y}\n", ["--level", "nominal"], "holds sets"),
        ("unit,a,b\n1,x,y\n", ["--level", "ordinal"], "no number"),
        ("unit,a,b\n1,x,y\n", ["--weights", "linear"], "no number"),
        ("unit,a,b\n1,x,y\n", ["--value", "z"], "Nobody used “z”"),
        ("unit,a,b\n1,x,y\n", ["--bootstrap", "10"], "100 resamples"),
        ("unit,a,b\n1,x,y\n", ["--bootstrap", "-1"], "100 resamples"),
        ("unit,a,b\n1,x,y\n", ["--seed", "-1"], "seed"),
        ("unit,a,b\n1,x,y\n", ["--coefficient", "u_alpha"], "about spans"),
        ("unit,a,b\n1,x,y\n", ["--coefficient", "alpha_u"], "about spans"),
        ("unit,a,b\n" + "".join(f"{at},note {at},x\n" for at in range(2000)), [], "2,001 different values"),
        ("", [], "is empty"),
        (b"\xff\xfe", [], "not UTF-8"),
    ],
)
def test_what_can_not_be_measured_is_refused_in_a_sentence(run, text, options, says):
    with pytest.raises(CommandError, match=says):
        run(text, *options)


def test_a_researcher_with_a_table_needs_no_installation_of_their_own(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(MISSING)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("LOAM_", "DJANGO_", "DATABASE"))}
    said = subprocess.run(
        [sys.executable, ROOT / "manage.py", "agreement", path, "--coefficient", "krippendorff_alpha", "--json"],
        env={**bare, "LOAM_HOME": str(tmp_path / "none")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert round(json.loads(said.stdout)[0]["value"], 3) == 0.743
    assert not list((tmp_path / "none").iterdir())  # no database, no secret


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="can't be read"):
        call_command("agreement", str(tmp_path / "none.csv"))


def test_what_goes_through_pairs_of_coders_is_not_measured_unasked_for_a_crowd(run):
    crowd = (
        "unit," + ",".join(f"r{at}" for at in range(21)) + "\n" + "".join(f"{at}{',x,y,x' * 7}\n" for at in range(3))
    )
    assert not {"light_kappa", "conger_kappa"} & {row["coefficient"] for row in run(crowd, "--json")}
    [light] = run(crowd, "--coefficient", "light_kappa", "--json")
    assert light["value"] is not None


def test_too_many_labels_are_refused(run):
    spans = [{"coder": "r1", "start": at, "end": at + 1, "label": f"L{at}"} for at in range(201)]
    with pytest.raises(CommandError, match="201 labels"):
        run(json.dumps({"length": 300, "coders": ["r1", "r2"], "spans": spans}), name="spans.json")


def test_a_table_coefficient_is_refused_for_spans(run):
    with pytest.raises(CommandError, match="about a table"):
        run(json.dumps(SPANS), "--coefficient", "cohen_kappa", name="spans.json")
