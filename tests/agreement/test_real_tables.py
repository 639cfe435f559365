"""Real tables, read where they lie and measured by the command; each value stands beside one computed elsewhere."""

import csv
import io
from collections import defaultdict
from pathlib import Path

import krippendorff
import numpy as np
import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LEVELS = ("is_abuse.1", "is_abuse.0", "is_abuse.-1", "is_abuse.-2", "is_abuse.-3")
DIGITS = 1e-9
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="The reference data is not here.")


def rows_of(*path):
    with DATA.joinpath(*path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def long_list(judged):
    """Write (unit, coder) -> value as a long list."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["unit", "coder", "value"])
    writer.writerows((unit, coder, value) for (unit, coder), value in judged.items())
    return out.getvalue()


def reliability(judged):
    """Coders x units with NaN for missing, as the package `krippendorff` takes it."""
    units, coders = ({key: at for at, key in enumerate(dict.fromkeys(keys))} for keys in zip(*judged, strict=True))
    table = np.full((len(coders), len(units)), np.nan)
    for (unit, coder), value in judged.items():
        table[coders[coder], units[unit]] = float(value)
    return table


def once(pairs):
    """Keep the judgements of coders who judged the unit once: twice with two values is no one judgement."""
    said = defaultdict(set)
    for key, value in pairs:
        said[key].add(value)
    return {key: next(iter(values)) for key, values in said.items() if len(values) == 1}


@pytest.fixture(scope="module")
def abuse():
    """ConvAbuse: how severe is the abuse in an exchange, from 1 (none) to -3; eight annotators, much missing."""
    answers = (
        ((row["item_id"], row["annotator_id"]), name.removeprefix("is_abuse."))
        for row in rows_of("convabuse", "convabuse_full.csv") for name in LEVELS if row[name] == "1"
    )  # fmt: skip
    return once(answers)


@pytest.fixture(scope="module")
def birds():
    """CUBAM's bluebirds: 108 pictures x 39 raters, complete."""
    return {(row["item_id"], row["rater_id"]): row["value"] for row in rows_of("cubam_crowd", "bluebirds_ratings.csv")}


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_severity_of_abuse(run, abuse, level):
    options = (
        "--long",
        "unit,coder,value",
        "--coefficient",
        "krippendorff_alpha",
        "--level",
        level,
        "--bootstrap",
        "0",
    )
    [row] = run(long_list(abuse), *options, "--json")
    assert row["value"] == pytest.approx(krippendorff.alpha(reliability(abuse), level_of_measurement=level), abs=DIGITS)
    assert row["coders"] == 8


def test_a_complete_crowd(run, birds):
    rows = {row["coefficient"]: row for row in run(long_list(birds), "--long", "unit,coder,value", "--json")}
    assert (rows["krippendorff_alpha"]["units"], rows["krippendorff_alpha"]["coders"]) == (108, 39)
    assert rows["krippendorff_alpha"]["value"] == pytest.approx(
        krippendorff.alpha(reliability(birds), level_of_measurement="nominal"), abs=DIGITS
    )
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    counts, _ = inter_rater.aggregate_raters(reliability(birds).T.astype(int))
    assert rows["fleiss_kappa"]["value"] == pytest.approx(inter_rater.fleiss_kappa(counts), abs=DIGITS)


def test_the_handbooks_raters(run):
    """Four raters of Gwet's handbook, some values missing: the values are those of the handbook's chapters on them."""
    text = DATA.joinpath("irr_reference", "raw_4raters.csv").read_text()
    rows = {row["coefficient"]: row["value"] for row in run(text, "--json")}
    assert round(rows["krippendorff_alpha"], 3) == 0.743
    assert round(rows["gwet_ac1"], 3) == 0.775
    assert round(rows["brennan_prediger"], 3) == 0.773
    assert round(rows["fleiss_kappa"], 3) == 0.761
    assert round(rows["conger_kappa"], 3) == 0.763
    assert round(rows["percent_agreement"], 3) == 0.818


def test_independent_annotators_of_incidents(run):
    """AIID's CSETv1 before its adjudication: each variable with answers of several annotators on the same incidents."""
    answers = defaultdict(list)
    rows = rows_of("aiid", "cset_v1_long.csv")
    names = {name.lower(): name for name in rows[0]}
    slot, variable = names["slot"], names["variable"]
    for row in rows:
        if row[slot] != "FINAL" and row["value"].strip():
            answers[row[variable]].append(((row["incident_id"], row[slot]), row["value"].strip()))
    checked = 0
    for pairs in answers.values():
        judged = once(pairs)
        kinds = sorted(set(judged.values()))
        if not 2 <= len(kinds) <= 12 or any(kind.startswith("{") for kind in kinds):
            continue
        coded = {key: kinds.index(value) for key, value in judged.items()}
        [row] = run(
            long_list(judged),
            "--long",
            "unit,coder,value",
            "--coefficient",
            "krippendorff_alpha",
            "--bootstrap",
            "0",
            "--json",
        )
        table = reliability(coded)
        paired = table[:, (~np.isnan(table)).sum(axis=0) > 1]
        if len(set(paired[~np.isnan(paired)])) < 2:
            assert row["undefined_because"]
            continue
        assert row["value"] == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"), abs=DIGITS)
        checked += 1
    assert checked > 10
