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
    lock_codes,
    refuse_not_living,
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
from coding.codes.scales import EMPTY, shipped
from coding.lib import clock
from coding.lib.canonical import canonical, sha256
from coding.lib.prepared import Prepared, number, text
from coding.lib.refusals import BadInput
from coding.lib.text import name_key
from coding.people.models import Project, User
from coding.people.rules import Key, answered, answered_in_turn, create_project, lock_project_stream, record

HUES = 12
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
    fresh = type(word).objects.select_for_update(no_key=True).get(pk=word.pk)  # type: ignore[attr-defined]  # every Word has it
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
def adopt(by: User, code: Code) -> Code:
    """Take a released code into the shared codebook."""
    (code,) = lock_codes(code.project, code)
    refuse_not_living(code)
    if code.adopted_at is None:
        refuse_taken(code)
        refuse_too_many(code.project)
        code.adopted_at = clock.now()
        code.save(update_fields=["adopted_at"])
        record(code.project, by, "adopt_code", code, after={"name": code.name})
    return code


@transaction.atomic
def place(by: User, code: Code, category: Category | None) -> Code:
    """Put a released code into a category, which adopts it; None takes it out."""
    (code,) = lock_codes(code.project, code)
    refuse_not_living(code)
    before = code.category
    if category is not None:
        if category.project_id != code.project_id:
            raise BadInput("The code and the category belong to different projects.")
        category = usable(category)
        code = adopt(by, code)
    if before == category:
        return code
    code.category = category
    code.save(update_fields=["category"])
    record(code.project, by, "place_code", code, before={"category": before and before.name},
           after={"category": category and category.name, "name": code.name})  # fmt: skip
    return code


@transaction.atomic
def merge_codes(by: User, source: Code, target: Code, reason: str = "") -> Code:
    """Merge one released code into another; codings keep the code that the coder gave, readers follow the merge.

    Relations follow too, and a target without category takes the source's. Raises MergeCycle, NotLiving.
    """
    if source.pk == target.pk:
        raise MergeCycle
    if source.project_id != target.project_id:
        raise BadInput("The two codes belong to different projects.")
    source, target = lock_codes(source.project, source, target)
    refuse_not_living(source)
    refuse_not_living(target)
    was_adopted, source.adopted_at = source.adopted_at, None
    source.merged_into = target
    source.save(update_fields=["merged_into", "adopted_at"])
    Code.objects.filter(merged_into=source).update(merged_into=target)
    record(source.project, by, "merge_codes", source, before={"adopted": bool(was_adopted)},
           after={"into": target.ref(), "name": target.name}, reason=reason)  # fmt: skip
    carry_relations(source, target)
    if target.category_id is None and source.category is not None and source.category.retired_at is None:
        return place(by, target, source.category)
    return adopt(by, target)


def carry_relations(source: Code, target: Code) -> None:
    """Let the slots that the source filled be filled by the target; where it stands already, once is enough."""
    there = set(Relation.objects.filter(filler_code=target).values_list("phenomenon", "role"))
    for relation in Relation.objects.filter(filler_code=source):
        if (relation.phenomenon_id, relation.role) in there:
            continue
        relation.filler_code = target
        relation.save(update_fields=["filler_code"])


@transaction.atomic
def retire(by: User, word: Word, reason: str = "") -> None:
    """Take a code or category out of use; what was coded with it stays."""
    lock_project_stream(word.project)
    word = type(word).objects.select_for_update(no_key=True).get(pk=word.pk)  # type: ignore[attr-defined]  # every Word has it
    refuse_reword(word, private=False)
    word.retired_at = clock.now()
    word.save(update_fields=["retired_at"])
    if isinstance(word, Category):
        Code.objects.filter(category=word).update(category=None)
    record(word.project, by, f"retire_{word._meta.model_name}", word, after={"name": word.name}, reason=reason)


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
    Category.objects.filter(project=category.project, is_core=True).update(is_core=False)
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
    project: Project, coders: list[User], at: datetime, *, still_blind: Sequence[User] = (), used: Any = ()
) -> None:
    """Open the private codes and categories of a released round's coders to everybody; adopts none.

    Of coders who still code blind in another round only the `used` codes (keys, or a query of them) are opened:
    the others may be words of that round.
    """
    for model in (Code, Category):
        private = model.objects.filter(project=project, coined_by__in=coders, released_at=None)
        here = Q(pk__in=used) if model is Code else Q(pk__in=[])
        private.filter(here | ~Q(coined_by__in=still_blind)).update(released_at=at)
