"""What the document counts and quotes, each in a fixed number of queries, from released rounds only."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Prefetch, Q, QuerySet

from coding.agreement.models import Measurement
from coding.agreement.queries import latest
from coding.axial_coding.models import Evidence
from coding.codebook.models import Publication
from coding.codes.content import words_at
from coding.codes.models import Code, Edition, Example, ScaleCategory
from coding.lib.prepared import Prepared, Slot, number
from coding.open_coding.models import Coding, Segment
from coding.people.models import Project
from coding.reconciliation.models import Decision, Objection
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import ConsensusRating

# Rounds whose work the codebook counts: training compares with a key, stability is the same coder again.
COUNTED = (Round.Purpose.PILOT, Round.Purpose.MAIN, Round.Purpose.RECODING)
MOST_QUOTES = 3
LONG_QUOTE = 400


class Use(NamedTuple):
    """One code on one segment, as a released round holds it."""

    code: str
    segment: int
    start: int
    end: int
    is_uncertain: bool
    incident: int
    number: int
    coder: int


class Standing(NamedTuple):
    """One consensus row of an incident in the round that counts for it."""

    scale: str
    incident: int
    round: int
    released_at: datetime
    category: str | None
    stance: int | None
    is_primary: bool
    is_plural: bool
    settled_by: str


def released(project: Project | Slot) -> QuerySet[Round]:
    return Round.objects.filter(project=project).released()


def counted(project: Project | Slot) -> QuerySet[Round]:
    return released(project).filter(purpose__in=COUNTED)


def iso(at: datetime | None) -> str | None:
    """Write a time to the second, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def uses(project: Project) -> list[Use]:
    """List codings of people in submitted assignments; machines and withdrawn incidents are left out."""
    return [Use(str(row[0]), *row[1:]) for row in USES(project=project.pk)]


def by_owner(found: Iterable[Use], codes: list[dict[str, Any]]) -> dict[str, list[Use]]:
    """Group uses under the code that stands for them: itself, or the one it was merged into."""
    owner = {uid: row["uid"] for row in codes for uid in (row["uid"], *row["merged_from"])}
    grouped: dict[str, list[Use]] = defaultdict(list)
    for use in found:
        if use.code in owner:
            grouped[owner[use.code]].append(use)
    return grouped


def counts(found: Iterable[Use]) -> dict[str, int]:
    """Count segments, incidents and coders, each once."""
    held = list(found)
    return {
        "segments": len({use.segment for use in held}),
        "incidents": len({use.incident for use in held}),
        "coders": len({use.coder for use in held}),
    }


def choose_quotes(found: Iterable[Use]) -> list[int]:
    """Choose up to three segments: certain and short ones first, each from another incident where possible.

    Words that are quoted already are not quoted again under another coder's segment.
    """
    chosen: list[Use] = []
    ranked = sorted(found, key=quote_rank)
    for wants_new_incident in (True, False):
        for use in ranked:
            is_new = all(use.incident != one.incident for one in chosen)
            if len(chosen) < MOST_QUOTES and (is_new if wants_new_incident else not overlaps(use, chosen)):
                chosen.append(use)
    return [use.segment for use in chosen]


def quote_rank(use: Use) -> tuple[bool, bool, int, int, int, int]:
    return (use.is_uncertain, use.end - use.start > LONG_QUOTE, use.number, use.start, use.end, use.segment)


def overlaps(use: Use, chosen: list[Use]) -> bool:
    """Say whether a segment shares words with one that is chosen."""
    return any(use.incident == one.incident and use.start < one.end and one.start < use.end for one in chosen)


def quotes(segments: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Read the words of segments with the place they come from; texts of incidents stay in the database."""
    rows = Segment.objects.filter(pk__in=list(segments)).annotate(
        quote=words_at("assignment__incident__text"), number=F("assignment__incident__number"),
        title=F("assignment__incident__title"), url=F("assignment__incident__source_url"),
    )  # fmt: skip
    kept = ("start", "end", "quote", "number", "title", "url")
    return {row["pk"]: {key: row[key] for key in kept} for row in rows.values("pk", *kept)}


def quote_rows(codes: dict[str, list[Use]]) -> dict[str, list[dict[str, Any]]]:
    """Give each code its quotes, in the order of incidents."""
    chosen = {uid: choose_quotes(found) for uid, found in codes.items()}
    words = quotes(segment for segments in chosen.values() for segment in segments)
    placed = {uid: [words[segment] for segment in segments] for uid, segments in chosen.items()}
    return {uid: sorted(rows, key=lambda row: (row["number"], row["start"])) for uid, rows in placed.items()}


def examples(project: Project) -> dict[str, list[dict[str, Any]]]:
    """Give the anchor examples by the public id of what they show."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in EXAMPLES(project=project.pk):
        of = row["code__uid"] or row["category__uid"] or row["scale_category__uid"]
        found[str(of)].append({
            "kind": row["kind"], "start": row["start"], "end": row["end"], "quote": row["quote"],
            "number": row["incident__number"], "title": row["incident__title"], "url": row["incident__source_url"],
        })  # fmt: skip
    return found


def evidence(project: Project) -> dict[str, list[dict[str, Any]]]:
    """Give what speaks for and against each relation, from released rounds."""
    held = EVIDENCE(project=project.pk)
    words = quotes(segment for _, _, segment in held)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for relation, speaks, segment in held:
        found[str(relation)].append({"speaks": speaks, **words[segment]})
    return found


def standings(project: Project) -> list[Standing]:
    """List what stands for each incident on each scale: the rows of its latest counted round that has any.

    An incident waiting for its decision in a later round keeps what an earlier round settled.
    """
    found = [standing(row) for row in STANDINGS(project=project.pk)]
    last: dict[tuple[str, int], tuple[datetime, int]] = {}
    for row in found:
        key = (row.scale, row.incident)
        last[key] = max(last.get(key, (row.released_at, row.round)), (row.released_at, row.round))
    return [row for row in found if last[row.scale, row.incident] == (row.released_at, row.round)]


def merged_into(project: Project) -> dict[str, str]:
    """Say of each merged scale category which one took it over; that one may be merged by now too."""
    rows = ScaleCategory.objects.filter(layer__scale__project=project, merged_into__isnull=False)
    return {str(uid): str(into) for uid, into in rows.values_list("uid", "merged_into__uid")}


def standing(row: tuple[Any, ...]) -> Standing:
    scale, incident, round_, at, category, *rest = row
    return Standing(str(scale), incident, round_, at, str(category) if category else None, *rest)


def standing_counts(rows: Iterable[Standing]) -> dict[str, int]:
    """Count incidents: any, as primary, and those kept plural; stance 0 says "not touched" and is no use."""
    held = [row for row in rows if row.stance != 0]
    return {
        "incidents": len({row.incident for row in held}),
        "primary": len({row.incident for row in held if row.is_primary}),
        "plural": len({row.incident for row in held if row.is_plural}),
    }


def measurements(project: Project) -> list[Measurement]:
    """Take the latest batch of figures of each released round, in the order of the scale."""
    rows = latest(Measurement.objects.filter(round__in=released(project).values("pk")))
    return list(rows.select_related("round__scale").order_by("round__released_at", "round", "pk"))


def rounds(project: Project) -> list[Round]:
    """Take the released rounds with what they held, in the order of their release."""
    return ROUNDS(project=project.pk)


def decisions(project: Project) -> list[Decision]:
    """Take the decisions that stand, by reason and then by round and incident; none on a withdrawn incident."""
    rows = Decision.objects.filter(disagreement__round__in=released(project).values("pk"), superseded_by=None)
    in_use = Q(disagreement__incident=None) | Q(disagreement__incident__withdrawn_because="")
    rows = rows.filter(in_use, disagreement__settled_at__isnull=False)
    rows = rows.select_related("disagreement__round", "disagreement__incident").prefetch_related(
        Prefetch("objections", Objection.objects.order_by("at", "pk"))
    )
    rows = rows.defer("disagreement__incident__text", "disagreement__incident__search_text")
    return list(rows.order_by("reason", "disagreement__round__released_at", "disagreement__incident__number", "pk"))


def code_names(project: Project, uids: Iterable[str]) -> dict[str, str]:
    """Name codes that were merged away."""
    rows = Code.objects.filter(project=project, uid__in=list(uids)).values_list("uid", "name")
    return {str(uid): name for uid, name in rows}


def not_adopted(project: Project) -> int:
    """Count living released codes that nobody took into the codebook."""
    return Code.objects.filter(project=project).living().released().filter(adopted_at=None).count()


def editions(project: Project, upto: int | None = None) -> list[Edition]:
    """Take the frozen editions in order, up to and with one."""
    rows = Edition.objects.filter(project=project).order_by("number")
    return list(rows.filter(number__lte=upto) if upto is not None else rows)


def publications(project: Project) -> QuerySet[Publication]:
    """List the handed-out codebooks, latest first, without their long documents."""
    rows = Publication.objects.filter(edition__project=project).select_related("edition", "by", "superseded_by")
    return rows.defer("document", "edition__content", "superseded_by__document").order_by("-at", "-pk")


def latest_publication(project: Project) -> Publication | None:
    """Give the publication that none supersedes."""
    return Publication.objects.filter(edition__project=project, superseded_by=None).order_by("-at", "-pk").first()


def with_counts(found: QuerySet[Round]) -> QuerySet[Round]:
    """Annotate rounds with how many coded and what was done."""
    submitted = Q(assignments__state=Assignment.State.SUBMITTED)
    human, machine = (Q(assignments__coder__is_machine=is_machine) for is_machine in (False, True))
    return found.annotate(
        human_coders=Count("assignments__coder", filter=human, distinct=True),
        machine_coders=Count("assignments__coder", filter=machine, distinct=True),
        incidents=Count("assignments__incident", distinct=True),
        planned=Count("assignments", distinct=True),
        submitted=Count("assignments", filter=submitted, distinct=True),
    )


# The document asks all of these at once; building their text would take longer than their answers.
IN_PROJECT = number("project")
USES = Prepared(
    lambda: Coding.objects.filter(
        segment__assignment__round__in=counted(IN_PROJECT).values("pk"),
        segment__assignment__state=Assignment.State.SUBMITTED,
        segment__assignment__coder__is_machine=False,
        segment__assignment__incident__withdrawn_because="",
    ).values_list(
        "code__uid", "segment", "segment__start", "segment__end", "segment__is_uncertain",
        "segment__assignment__incident", "segment__assignment__incident__number", "segment__assignment__coder",
    )
)  # fmt: skip
EXAMPLES = Prepared(
    lambda: Example.objects.filter(incident__project=IN_PROJECT, incident__withdrawn_because="")
    .annotate(quote=words_at("incident__text")).order_by("incident__number", "start", "end", "kind", "pk").values(
        "code__uid", "category__uid", "scale_category__uid",
        "kind", "start", "end", "quote", "incident__number", "incident__title", "incident__source_url",
    )
)  # fmt: skip
STANDINGS = Prepared(
    lambda: ConsensusRating.objects
    .filter(round__in=counted(IN_PROJECT).values("pk"), incident__withdrawn_because="").values_list(
        "round__scale__uid", "incident", "round", "round__released_at", "scale_category__uid",
        "stance", "is_primary", "is_plural", "settled_by",
    )
)  # fmt: skip
ROUNDS = Prepared(
    lambda: with_counts(released(IN_PROJECT).select_related("edition", "scale").defer("edition__content"))
    .order_by("released_at", "pk")
)  # fmt: skip
EVIDENCE = Prepared(
    lambda: Evidence.objects
    .filter(segment__assignment__round__in=released(IN_PROJECT).values("pk"), relation__phenomenon__project=IN_PROJECT)
    .filter(segment__assignment__incident__withdrawn_because="")
    .order_by("segment__assignment__incident__number", "segment__start", "pk")
    .values_list("relation__uid", "speaks", "segment")
)  # fmt: skip
