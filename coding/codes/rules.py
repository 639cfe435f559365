"""Verbs over the words: scales, codes and categories, relations, mappings, editions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from coding.codes.checks import (
    CRITERIA,
    MOST_CODES,
    anew,
    refuse_own_or_taken,
    refuse_reword,
    refuse_taken,
    refuse_too_many,
    usable,
)
from coding.codes.checks import MergeCycle as MergeCycle
from coding.codes.checks import MovedOn as MovedOn
from coding.codes.checks import NameTaken as NameTaken
from coding.codes.checks import NotLiving as NotLiving
from coding.codes.checks import TooManyCodes as TooManyCodes
from coding.codes.checks import named as named
from coding.codes.checks import worded as worded
from coding.codes.content import content_of
from coding.codes.models import (
    Category,
    Code,
    Edition,
    Layer,
    Mapping,
    Relation,
    Scale,
    ScaleCategory,
    Storyline,
    Word,
)
from coding.codes.scale_edits import in_use
from coding.codes.scales import EMPTY, shipped
from coding.codes.standing import adopt as adopt
from coding.codes.standing import adopt_codes as adopt_codes
from coding.codes.standing import merge_codes as merge_codes
from coding.codes.standing import place as place
from coding.codes.standing import place_codes as place_codes
from coding.codes.standing import retire as retire
from coding.lib import clock
from coding.lib.canonical import canonical, sha256
from coding.lib.prepared import Prepared, number, text
from coding.lib.refusals import BadInput
from coding.lib.text import name_key
from coding.people.models import Project, User
from coding.people.rules import Key, answered, answered_in_turn, create_project, lock_project_stream, record

HUES = 12
MOST_OWN_CATEGORIES = 200
OWN_HUES = Prepared(
    lambda: Code.objects.own(number("coder")).filter(project=number("project")).values_list("hue", flat=True)
)
OWN_NAMED = Prepared(lambda: Code.objects.own(number("coder")).filter(project=number("project"), name_key=text("key")))


@transaction.atomic
def start_project(
    by: User,
    name: str,
    question: str = "",
    scale: str = "gvs",
    *,
    slug: str = "",
    at: datetime | None = None,
    key: Key | None = None,
) -> Project:
    """Create a project that starts from a shipped scale, or from an empty one; the same key again gives it again."""
    if event := answered_in_turn(by, key):
        return event.project
    project = create_project(by, name, question, slug, at=at, key=key)
    if scale != EMPTY:
        add_scale(by, project, shipped(scale))
    return project


@transaction.atomic
def add_scale(by: User, project: Project, content: dict[str, Any]) -> Scale:
    """Write a scale from its plain form (see `scales.shipped`)."""
    scale = Scale.objects.create(
        project=project, name=content["name"], source=content.get("source", ""), rating_kind=content["rating_kind"]
    )
    layers = [
        Layer(scale=scale, position=position, name=row["name"], definition=row["definition"])
        for position, row in enumerate(content["layers"], 1)
    ]
    Layer.objects.bulk_create(layers)
    placed = [
        (layer, place, fields)
        for layer, row in zip(layers, content["layers"], strict=True)
        for place, fields in enumerate(row["categories"], 1)
    ]
    ScaleCategory.objects.bulk_create(
        ScaleCategory(layer=layer, position=place, number=number, **fields)
        for number, (layer, place, fields) in enumerate(placed, 1)
    )
    record(project, by, "add_scale", scale, after={"name": scale.name})
    return scale


def coin(
    project: Project, coder: User, name: str, *, in_vivo: bool = False, beside: Iterable[int] = (), **fields: Any
) -> Code:
    """Coin a private code, or give the coder's own living one of that name; call it under the assignment's lock.

    Its hue is none of those `beside` it, as long as there are others, and among them one that the coder uses least.
    """
    name = named(name)
    for found in OWN_NAMED(coder=coder.pk, project=project.pk, key=name_key(name)):
        return cast(Code, found)
    hues = OWN_HUES(coder=coder.pk, project=project.pk)
    if len(hues) >= MOST_CODES:
        raise TooManyCodes
    taken, used = set(beside), Counter(hues)
    hue = min(range(1, HUES + 1), key=lambda one: (one in taken, used[one], (one - 1 - len(hues)) % HUES))
    code = Code(project=project, coined_by=coder, in_vivo=in_vivo, hue=hue, **fields)
    code.call(name)
    # The same coder may coin the same name in another tab, under another assignment's lock: the first one stands.
    Code.objects.bulk_create([code], ignore_conflicts=True)
    [coined] = OWN_NAMED(coder=coder.pk, project=project.pk, key=code.name_key)
    return cast(Code, coined)


@transaction.atomic
def create_code(by: User, project: Project, name: str, **wording: str) -> Code:
    """Create a code for everybody: released and adopted at once (a lead's act)."""
    lock_project_stream(project)
    now = clock.now()
    count = refuse_too_many(project)
    code = Code(project=project, coined_by=by, hue=count % HUES + 1, released_at=now, adopted_at=now, **worded(wording))
    code.call(named(name))
    refuse_taken(code)
    code.save(force_insert=True)
    record(project, by, "create_code", code, after=code.wording())
    return code


@transaction.atomic
def create_category(by: User, project: Project, name: str, **fields: Any) -> Category:
    """Create an axial category for everybody (a lead's act)."""
    lock_project_stream(project)
    now = clock.now()
    texts = worded({field: fields.pop(field) for field in CRITERIA if field in fields})
    category = Category(project=project, coined_by=by, released_at=now, adopted_at=now, **texts, **fields)
    category.call(named(name))
    refuse_taken(category)
    category.save(force_insert=True)
    record(project, by, "create_category", category, after=category.wording())
    return category


def coin_category(project: Project, coder: User, name: str) -> Category:
    """Coin a private category, or give the coder's own one of that name; call it under the assignment's lock."""
    category = Category(project=project, coined_by=coder)
    category.call(named(name))
    own = Category.objects.own(coder).filter(project=project)
    if own.count() >= MOST_OWN_CATEGORIES:
        raise BadInput(
            f"You have {MOST_OWN_CATEGORIES} categories of your own, which is the most. Remove an empty one."
        )
    # The same coder may coin the same name in another tab, under another assignment's lock: the first one stands.
    Category.objects.bulk_create([category], ignore_conflicts=True)
    coined: Category = own.get(name_key=category.name_key)
    return coined


@transaction.atomic
def reword(
    by: User, word: Word, version: int, reason: str = "", *, stream: str = "", key: Key | None = None, **wording: str
) -> None:
    """Change the name or wording of a code or category; the former wording stays in the event.

    A private word's event goes to the given stream and is its coder's alone. Raises MovedOn when `version` is stale.
    """
    if not stream:
        lock_project_stream(word.project)
    if answered(by, key):
        return
    fresh = anew(word)
    if fresh.version != version:
        raise MovedOn
    refuse_reword(fresh, private=bool(stream))
    before, texts = fresh.wording(), worded({k: v for k, v in wording.items() if k != "name"})
    for field, said in texts.items():
        setattr(fresh, field, said)
    if "name" in wording and (name := named(wording["name"])) != fresh.name:
        fresh.call(name)
        refuse_own_or_taken(fresh)
    if fresh.wording() == before:
        return
    fresh.version += 1
    try:
        with transaction.atomic():
            fresh.save(update_fields=["name", "name_key", *CRITERIA, "version"])
    except IntegrityError as wrong:  # coined in another tab since it was looked for
        raise NameTaken from wrong
    record(fresh.project, by, f"reword_{fresh._meta.model_name}", fresh, before=before, after=fresh.wording(),
           reason=reason, stream=stream, key=key, private=fresh.released_at is None)  # fmt: skip


@transaction.atomic
def relate(by: User, phenomenon: Category, role: str, filler: Category | Code, rationale: str = "") -> Relation:
    """Fill a slot of the paradigm model of a phenomenon."""
    lock_project_stream(phenomenon.project)
    if filler.project_id != phenomenon.project_id:
        raise BadInput("The two belong to different projects.")
    if filler == phenomenon:
        raise BadInput("A category can't stand in a slot of its own paradigm. Choose another.")
    phenomenon = usable(phenomenon)
    filler = adopt(by, filler) if isinstance(filler, Code) else usable(filler)
    field = {"filler_category" if isinstance(filler, Category) else "filler_code": filler}
    rationale = worded({"rationale": rationale})["rationale"]
    if Relation.objects.filter(phenomenon=phenomenon, role=role, **field).exists():
        raise NameTaken(f"“{filler}” stands in this slot already.")
    relation = Relation(phenomenon=phenomenon, role=role, rationale=rationale, **field)
    try:
        relation.clean_fields()
    except ValidationError as fault_:
        raise BadInput("Choose one of the five roles of the paradigm model.") from fault_
    relation.save()
    record(phenomenon.project, by, "relate", relation, after={"says": str(relation), "rationale": rationale})
    return relation


@transaction.atomic
def unrelate(by: User, relation: Relation) -> None:
    """Take a relation away; the event keeps what it said."""
    project = relation.phenomenon.project
    lock_project_stream(project)
    if not Relation.objects.filter(pk=relation.pk).exists():
        raise NotLiving("This relation was removed already.")
    before = {"says": str(relation), "rationale": relation.rationale}
    record(project, by, "unrelate", relation, before=before)
    relation.delete()


@transaction.atomic
def map_category(
    by: User, category: Category, scale: Scale, scale_category: ScaleCategory | None, rationale: str
) -> Mapping:
    """Give a category its place in a scale, or say (None) that it does not fit; both with a rationale."""
    lock_project_stream(category.project)
    rationale = worded({"rationale": rationale})["rationale"]
    if scale.project_id != category.project_id or (scale_category and scale_category.layer.scale_id != scale.pk):
        raise BadInput("The category and the scale belong to different projects.")
    category = usable(category)
    if scale_category is not None:
        in_use(scale_category)
    if scale_category is None and not rationale:
        raise BadInput("Say why it does not fit: that is a finding, and sends people back to the scale.")
    before = Mapping.objects.filter(category=category, scale=scale).select_related("scale_category").first()
    mapping, _ = Mapping.objects.update_or_create(
        category=category, scale=scale, defaults={"scale_category": scale_category, "rationale": rationale}
    )
    record(category.project, by, "map_category", category, before={"says": str(before)} if before else None,
           after={"says": str(mapping), "rationale": rationale})  # fmt: skip
    return mapping


@transaction.atomic
def unmap(by: User, mapping: Mapping) -> None:
    """Take a category's place in the scale back."""
    lock_project_stream(mapping.category.project)
    if not Mapping.objects.filter(pk=mapping.pk).exists():
        raise NotLiving("This place in the scale was taken back already.")
    record(mapping.category.project, by, "unmap", mapping.category, before={"says": str(mapping)})
    mapping.delete()


@transaction.atomic
def choose_core(by: User, category: Category) -> None:
    """Declare the core category, of which there is at most one."""
    lock_project_stream(category.project)
    category = usable(category)
    # A retired one keeps the choice, for the undo of its retirement.
    Category.objects.living().filter(project=category.project, is_core=True).update(is_core=False)
    Category.objects.filter(pk=category.pk).update(is_core=True)
    record(category.project, by, "choose_core", category, after={"name": category.name})


@transaction.atomic
def unchoose_core(by: User, category: Category) -> None:
    """Take the choice of the core category back; no other takes its place."""
    lock_project_stream(category.project)
    if Category.objects.filter(pk=category.pk, is_core=True).update(is_core=False):
        record(category.project, by, "unchoose_core", category, before={"name": category.name})


@transaction.atomic
def tell(by: User, project: Project, text: str, version: int) -> Storyline:
    """Write the storyline; each wording stays in its event. Raises MovedOn when `version` is stale."""
    text = worded({"storyline": text})["storyline"]
    lock_project_stream(project)
    story, new = Storyline.objects.get_or_create(project=project)
    if not new and story.version != version:
        raise MovedOn
    before, story.text = story.text, text
    story.version += 1
    story.save(update_fields=["text", "version"])
    record(project, by, "tell_storyline", story, before={"text": before}, after={"text": text})
    return story


@transaction.atomic
def freeze(by: User, project: Project, note: str = "", at: datetime | None = None) -> Edition:
    """Freeze the present state as the next edition; an unchanged state gives the latest edition again."""
    lock_project_stream(project)
    text = canonical(content_of(project))
    latest = Edition.objects.filter(project=project).order_by("-number").first()
    if latest and latest.sha256 == sha256(text):
        return latest
    number = (Edition.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0) + 1
    edition = Edition.objects.create(
        project=project, number=number, content=text, sha256=sha256(text), note=note, by=by, at=at or clock.now()
    )
    record(project, by, "freeze_edition", edition, after={"number": number, "sha256": edition.sha256}, reason=note)
    return edition


def is_frozen(project: Project) -> bool:
    """Say whether the latest edition holds the present state."""
    latest = Edition.objects.filter(project=project).order_by("-number").first()
    return latest is not None and latest.sha256 == sha256(canonical(content_of(project)))


def release_words(
    project: Project, coders: list[User], at: datetime, *, still_blind: Sequence[User] = (), used: Any = (),
    sorted_into: Any = (),
) -> None:  # fmt: skip
    """Open the private codes and categories of a released round's coders to everybody; adopts none.

    Of coders who still code blind in another round only the `used` codes and the categories that they `sorted_into`
    (keys, or a query of them) are opened: the others may be words of that round.
    """
    for model, here in ((Code, used), (Category, sorted_into)):
        private = model.objects.filter(project=project, coined_by__in=coders, released_at=None)
        private.filter(Q(pk__in=here) | ~Q(coined_by__in=still_blind)).update(released_at=at)
