"""Make data through the verbs in a process of its own, under the server's settings; print what a client must know."""

import json
import random
import re
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from coding.agreement.models import Measurement  # noqa: E402
from coding.agreement.rules import measure  # noqa: E402
from coding.axial_coding.rules import sort  # noqa: E402
from coding.codes.models import Category, Code, ScaleCategory  # noqa: E402
from coding.codes.rules import map_category, start_project  # noqa: E402
from coding.desk.demonstration import PASSWORD  # noqa: E402
from coding.incidents.columns import RowValues  # noqa: E402
from coding.incidents.models import Incident  # noqa: E402
from coding.incidents.rules import import_rows  # noqa: E402
from coding.lib import clock  # noqa: E402
from coding.open_coding import judging  # noqa: E402
from coding.open_coding import rules as open_coding  # noqa: E402
from coding.open_coding.models import Coding, Segment  # noqa: E402
from coding.open_coding.naming import Naming  # noqa: E402
from coding.people.models import Project, Role, User  # noqa: E402
from coding.people.rules import add_member  # noqa: E402
from coding.reconciliation.rules import release_round  # noqa: E402
from coding.rounds.models import Round  # noqa: E402
from coding.rounds.rules import Plan, draft_round, open_readings, open_round  # noqa: E402
from coding.selective_coding import rules as selective  # noqa: E402

CODERS = 8
HELD = 12  # incidents of each round that is saved to
WORDS = ["the", "guest", "asked", "assistant", "refund", "answer", "policy", "model", "image", "voice", "wrote", "claimed", "false", "later", "paid", "court", "newspaper", "city", "school", "doctor", "engine", "driver", "patient", "company", "report", "said", "nobody", "knew", "rule", "screen"]  # fmt: skip


def new_people(project, lead, names):
    """Make accounts that code in this project."""
    for name in names:
        add_member(lead, project, User.objects.create_user(f"{name}@bench.example", name, PASSWORD), Role.CODER)
    return list(User.objects.filter(email__in=[f"{name}@bench.example" for name in names]).order_by("email"))


def opened(lead, project, coders, stage, incidents, **plan):
    said = Plan(
        name=f"Bench {stage}", stage=stage, coders=coders, incidents=incidents, coders_per_incident=len(coders), **plan
    )
    return open_round(lead, draft_round(lead, project, said))


def saving():
    """Open two rounds in the demonstration for eight new coders: one to code segments, one to rate."""
    project, lead = Project.objects.get(), User.objects.get(email="lead@loam.example")
    coders = new_people(project, lead, [f"c{number}" for number in range(1, CODERS + 1)])
    incidents = list(Incident.objects.filter(project=project).order_by("number"))
    coded = opened(lead, project, coders, Round.Stage.OPEN, incidents[:HELD])
    rated = opened(lead, project, coders, Round.Stage.RATING, incidents[HELD : 2 * HELD], scale=project.scales.get())
    return {
        "coders": [
            {"email": coder.email, "rated": [str(one.uid) for one in rated.assignments.filter(coder=coder)],
             "coded": [{"uid": str(one.uid), "text": one.incident.text}
                       for one in coded.assignments.filter(coder=coder).select_related("incident")]}
            for coder in coders
        ],
        "categories": [str(one.uid) for one in ScaleCategory.objects.filter(layer__scale=project.scales.get())],
    }  # fmt: skip


def report(seed, words=300, size=50):
    """Write a text of so many words, `size` of them in each paragraph."""
    chance = random.Random(seed)
    chosen = [chance.choice(WORDS) for _ in range(words)]
    return "\n\n".join(" ".join(chosen[at : at + size]) + "." for at in range(0, words, size))


def project():
    """Start a project without incidents, with a lead who can sign in."""
    lead = User.objects.create_user("lead@bench.example", "Lead", PASSWORD)
    return {"slug": start_project(lead, "Bench").slug}


@transaction.atomic
def growth(count):
    """A project with so many incidents, all coded and rated by two coders, released."""
    slug, lead = project()["slug"], User.objects.get(email="lead@bench.example")
    held = Project.objects.get(slug=slug)
    rows = [RowValues(n, title=f"Report {n}", text=report(n), external_id=f"R-{n}") for n in range(1, count + 1)]
    import_rows(held, rows)
    coders = new_people(held, lead, ["ada", "bo"])
    incidents = list(Incident.objects.filter(project=held).order_by("number"))
    code_all(opened(lead, held, coders, Round.Stage.OPEN, incidents), lead)
    rate_all(opened(lead, held, coders, Round.Stage.RATING, incidents, scale=held.scales.get()), lead)
    return {"slug": slug}


@transaction.atomic
def rated(count):
    """A project with so many incidents, rated by three coders, released."""
    slug, lead = project()["slug"], User.objects.get(email="lead@bench.example")
    held = Project.objects.get(slug=slug)
    import_rows(
        held, [RowValues(n, title=f"Report {n}", text=report(n, 60), external_id=f"R-{n}") for n in range(1, count + 1)]
    )
    coders = new_people(held, lead, ["ada", "bo", "cy"])
    incidents = list(Incident.objects.filter(project=held).order_by("number"))
    of = opened(lead, held, coders, Round.Stage.RATING, incidents, scale=held.scales.get())
    start = time.perf_counter()
    rate_all(of, lead)
    found = Measurement.objects.filter(round=of)
    again = time.perf_counter()
    measure(of, clock.now(), of.seed)
    return {"slug": slug, "round": str(of.uid), "primary": str(found.filter(level="primary").first().uid),
            "seconds": again - start, "measuring": time.perf_counter() - again}  # fmt: skip


# Words and segments; the many short ones are what a coder goes through in a round.
SIZES = {"long": (10_000, 2_000), "middle": (2_000, 50)} | {f"short {n}": (300, 0) for n in range(1, HELD + 1)}


@transaction.atomic
def coding():
    """Incidents of different lengths, coded as densely as SIZES says by the first of eight coders."""
    slug, lead = project()["slug"], User.objects.get(email="lead@bench.example")
    held = Project.objects.get(slug=slug)
    rows = [
        RowValues(n, title=name, text=report(n, words, 100), external_id=name)
        for n, (name, (words, _)) in enumerate(SIZES.items(), 1)
    ]
    import_rows(held, rows)
    coders = new_people(held, lead, [f"c{number}" for number in range(1, CODERS + 1)])
    incidents = list(Incident.objects.filter(project=held).order_by("number"))
    coded = opened(lead, held, coders, Round.Stage.OPEN, incidents)
    for one in coded.assignments.filter(coder=coders[0]).select_related("incident"):
        code_densely(one, SIZES[one.incident.title][1])
    return {
        "coders": [
            {"email": coder.email,
             "coded": {one.incident.title: {"uid": str(one.uid), "text": one.incident.text}
                       for one in coded.assignments.filter(coder=coder).select_related("incident")}}
            for coder in coders
        ],
    }  # fmt: skip


CODES, CATEGORIES, EACH = 500, 40, 20  # codes of an incident


@transaction.atomic
def board():
    """500 codes, each on three incidents, sorted into 40 categories but for the last fifty."""
    slug, lead = project()["slug"], User.objects.get(email="lead@bench.example")
    held, count = Project.objects.get(slug=slug), 3 * CODES // EACH
    import_rows(
        held, [RowValues(n, title=f"Report {n}", text=report(n), external_id=f"R-{n}") for n in range(1, count + 1)]
    )
    [coder] = new_people(held, lead, ["ada"])
    coded = opened(
        lead, held, [coder], Round.Stage.OPEN, list(Incident.objects.filter(project=held).order_by("number"))
    )
    for at, one in enumerate(coded.assignments.select_related("incident").order_by("position")):
        words = list(re.finditer(r"\S+", one.incident.text))
        for nth in range(EACH):
            start, end = words[nth * 9].start(), words[nth * 9 + 5].end()
            name = f"a code of some length, number {(at * EACH + nth) % CODES}"
            open_coding.code_segment(coder, one, start, end, one.incident.text[start:end], [Naming(name=name)])
        judging.submit(coder, one, judging.Kind.NOTHING_HERE)
    open_readings(lead, release_round(lead, coded).round)
    codes = list(Code.objects.filter(project=held).order_by("pk"))
    for number in range(CATEGORIES):
        sort(lead, held, codes[: CODES - 50][number::CATEGORIES], None, f"Category number {number}")
    return {"slug": slug, "codes": len(codes), "categories": CATEGORIES}


@transaction.atomic
def flow(count):
    """So many incidents with 10 of 400 codes by each of two coders; most codes in 40 categories, these on the scale.

    The codes are coined by the verb; the other 40,000 codings are written as rows, and released as a release leaves them.
    """
    slug, lead = project()["slug"], User.objects.get(email="lead@bench.example")
    held, chance = Project.objects.get(slug=slug), random.Random(FLOW_CODES)
    kinds = ("text", "image", "video", "audio", "")
    import_rows(held, [
        RowValues(n, title=f"Report {n}", text=report(n, 120), external_id=f"R-{n}", modality=kinds[n % len(kinds)])
        for n in range(1, count + 1)
    ])  # fmt: skip
    coders = new_people(held, lead, ["ada", "bo"])
    coded = opened(lead, held, coders, Round.Stage.OPEN, list(Incident.objects.filter(project=held)))
    ones = list(coded.assignments.select_related("incident", "coder").order_by("pk"))
    for number in range(FLOW_CODES):
        code_densely_once(ones[0], number)
    codes = list(Code.objects.filter(project=held).order_by("pk"))
    often = [1 / (rank + 5) for rank in range(FLOW_CODES)]
    segments, codings = [], []
    for one in ones[1:]:
        for nth, code in enumerate(dict.fromkeys(chance.choices(codes, often, k=10))):
            segments.append(Segment(assignment=one, start=nth * 30, end=nth * 30 + 25))
            codings.append(Coding(segment=segments[-1], code=code))
    Segment.objects.bulk_create(segments, 2_000)
    Coding.objects.bulk_create(codings, 2_000)
    now = clock.now()
    coded.assignments.update(state="submitted", submitted_at=now)
    Code.objects.filter(project=held).update(released_at=now)
    Round.objects.filter(pk=coded.pk).update(state=Round.State.RELEASED, released_at=now, released_by=lead)
    open_readings(lead, Round.objects.get(pk=coded.pk))
    scale, places = held.scales.get(), list(ScaleCategory.objects.filter(layer__scale__project=held))
    for number in range(CATEGORIES):
        sort(lead, held, codes[: FLOW_CODES - 20][number::CATEGORIES], None, f"Category number {number}")
    for number, category in enumerate(Category.objects.filter(project=held).order_by("pk")):
        map_category(lead, category, scale, places[number % 13] if number % 13 < len(places) else None, "So it is.")
    return {"slug": slug, "codes": len(codes), "codings": len(codings), "incidents": count}


FLOW_CODES = 400


def code_densely_once(one, number):
    """Coin one more code on three words of an incident."""
    words = list(re.finditer(r"\S+", one.incident.text))
    start = words[number % (len(words) - 3)].start() + number // (len(words) - 3)
    end = words[number % (len(words) - 3) + 2].end()
    hits = [(start, end, None)]
    open_coding.code_hits(one.coder, one, hits, Naming(name=f"a code of some length, number {number}"))


def code_densely(one, count):
    """Code stretches of one to twelve words anywhere, fifty with each code."""
    chance, text = random.Random(count), one.incident.text
    words = list(re.finditer(r"\S+", text))
    spans = set()
    while len(spans) < count:
        first = chance.randrange(len(words) - 12)
        spans.add((words[first].start(), words[first + chance.randrange(12)].end()))
    chosen = chance.sample(sorted(spans), len(spans))
    for number, at in enumerate(range(0, len(chosen), 50)):
        hits = [(start, end, None) for start, end in chosen[at : at + 50]]
        open_coding.code_hits(one.coder, one, hits, Naming(name=f"a code of some length, number {number}"))


def code_all(coded, lead):
    for one in coded.assignments.select_related("incident", "coder").order_by("pk"):
        end = one.incident.text.index(" ", 20)
        naming = Naming(name=f"code {one.position % 10}")
        open_coding.code_segment(one.coder, one, 0, end, one.incident.text[:end], [naming])
        judging.submit(one.coder, one, judging.Kind.NOTHING_HERE)
    release_round(lead, coded)


def rate_all(rated, lead):
    """Rate so that the two agree on three incidents of four."""
    categories = list(ScaleCategory.objects.filter(layer__scale=rated.scale).order_by("number"))
    for one in rated.assignments.select_related("coder").order_by("pk"):
        differs = one.position % 4 == 0 and one.coder.email.startswith("bo")
        chosen = categories[(one.position + differs) % len(categories)].uid
        selective.submit(one.coder, one, reading=selective.Reading((selective.Choice(chosen),), chosen))
    release_round(lead, rated)


if __name__ == "__main__":
    making = {
        "saving": saving,
        "project": project,
        "growth": growth,
        "coding": coding,
        "rated": rated,
        "board": board,
        "flow": flow,
    }[sys.argv[1]]
    print(json.dumps(making(*map(int, sys.argv[2:]))))
