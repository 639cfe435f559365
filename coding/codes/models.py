"""The words we give: open codes, axial categories and their relations, scales, and frozen editions of all of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.lib.prepared import Slot
from coding.lib.text import name_key
from coding.people.models import Project, User, shielded

NAME_LENGTH = 200


class WordQuerySet(models.QuerySet[Any]):
    """What codes and categories share: private until released, living until merged or retired."""

    def visible_to(self, user: User | AnonymousUser) -> WordQuerySet:
        """A person's own words, and the released ones of their projects."""
        if not user.is_authenticated:
            return self.none()
        open_to = Q(coined_by=user) | Q(released_at__isnull=False) & ~shielded(user)
        return self.filter(open_to, project__memberships__user=user)

    def released(self) -> WordQuerySet:
        return self.filter(released_at__isnull=False)

    def adopted(self) -> WordQuerySet:
        return self.living().filter(adopted_at__isnull=False)

    def living(self) -> WordQuerySet:
        return self.filter(retired_at=None)


class Word(Public):
    """What a code and a category both carry."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    name_key = models.CharField(max_length=NAME_LENGTH * 3, editable=False)
    definition = models.TextField(blank=True)
    use_when = models.TextField(blank=True)
    avoid_when = models.TextField(blank=True)
    coined_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    adopted_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def call(self, name: str) -> None:
        """Set the name and the key under which it is unique."""
        self.name, self.name_key = name, name_key(name)

    def wording(self) -> dict[str, str]:
        """Give what a reader judges by; each change of it is kept in an event."""
        return {f: getattr(self, f) for f in ("name", "definition", "use_when", "avoid_when")}


class CategoryQuerySet(WordQuerySet):
    def own(self, user: User | Slot) -> WordQuerySet:
        """A coder's own private categories, living ones."""
        return self.living().filter(coined_by=user, released_at=None)


class Category(Word):
    """An axial category: codes grouped under a phenomenon, with properties and their dimensional range.

    Its in-vivo label is what somebody says in an incident that names it best; empty where nobody does.
    """

    in_vivo_label = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    properties = models.JSONField(default=list, blank=True)
    is_core = models.BooleanField(default=False)
    is_exclusive = models.BooleanField(default=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "coined_by", "name_key"], condition=Q(released_at=None), name="category_private_once"
            ),
            models.UniqueConstraint(
                fields=["project", "name_key"],
                condition=Q(adopted_at__isnull=False, retired_at=None),
                name="category_adopted_once",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_core=True, retired_at=None), name="category_core_once"
            ),
        ]

    @property
    def stands_as_core(self) -> bool:
        """Is it the core category of those in use? A retired one keeps the choice for an undo."""
        return self.is_core and self.retired_at is None


class CodeQuerySet(WordQuerySet):
    def living(self) -> WordQuerySet:
        return self.filter(retired_at=None, merged_into=None)

    def own(self, user: User | Slot) -> WordQuerySet:
        """A coder's own private codes, living ones."""
        return self.living().filter(coined_by=user, released_at=None)


class Code(Word):
    """An open code: a name given to segments. Used anywhere, it is merged or retired, never deleted."""

    hue = models.PositiveSmallIntegerField(default=1)
    in_vivo = models.BooleanField(default=False)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="codes")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "coined_by", "name_key"],
                condition=Q(released_at=None, merged_into=None, retired_at=None),
                name="code_private_once",
            ),
            models.UniqueConstraint(
                fields=["project", "name_key"],
                condition=Q(adopted_at__isnull=False, merged_into=None, retired_at=None),
                name="code_adopted_once",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="code_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(hue__gte=1, hue__lte=12), name="code_hue_in_palette"),
        ]


class Relation(Public):
    """A typed link of the paradigm model (Strauss & Corbin 1990): a phenomenon and what fills one of its slots."""

    class Role(models.TextChoices):
        CAUSAL_CONDITION = "causal_condition", "Causal condition"
        CONTEXT = "context", "Context"
        INTERVENING_CONDITION = "intervening_condition", "Intervening condition"
        ACTION = "action", "Action/interaction"
        CONSEQUENCE = "consequence", "Consequence"

    phenomenon = models.ForeignKey(Category, models.CASCADE, related_name="relations")
    role = models.CharField(max_length=24, choices=Role.choices)
    filler_category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="fills")
    filler_code = models.ForeignKey(Code, models.CASCADE, null=True, blank=True, related_name="fills")
    rationale = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(filler_category__isnull=False, filler_code=None)
                | Q(filler_category=None, filler_code__isnull=False),
                name="relation_one_filler",
            ),
            models.CheckConstraint(condition=~Q(phenomenon=F("filler_category")), name="relation_not_to_itself"),
            models.UniqueConstraint(fields=["phenomenon", "role", "filler_category"], name="relation_category_once"),
            models.UniqueConstraint(fields=["phenomenon", "role", "filler_code"], name="relation_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.filler}: {self.get_role_display().lower()} of {self.phenomenon}"

    @property
    def filler(self) -> Category | Code | None:
        return self.filler_category or self.filler_code


class ScaleQuerySet(models.QuerySet["Scale"]):
    def visible_to(self, user: User | AnonymousUser) -> ScaleQuerySet:
        return self.filter(project__memberships__user=user) if user.is_authenticated else self.none()


class Scale(Public):
    """The target: layers, each with categories."""

    class RatingKind(models.TextChoices):
        PRESENCE = "presence", "Presence: none, or one or more categories, one of them primary"
        STANCE = "stance", "Stance: -1, 0 or +1 on every category"

    project = models.ForeignKey(Project, models.CASCADE, related_name="scales")
    name = models.CharField(max_length=NAME_LENGTH)
    source = models.TextField(blank=True)
    rating_kind = models.CharField(max_length=8, choices=RatingKind.choices)

    objects = ScaleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="scale_name_once")]

    def __str__(self) -> str:
        return self.name


class LayerQuerySet(models.QuerySet["Layer"]):
    def living(self) -> LayerQuerySet:
        return self.filter(retired_at=None)


class Layer(Public):
    """One layer of a scale, at a position counted from 1; a retired one keeps its place in case it comes back."""

    scale = models.ForeignKey(Scale, models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_LENGTH)
    definition = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = LayerQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scale", "position"], name="layer_position_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name, with what became of it."""
        return f"{self.name} (retired)" if self.retired_at else self.name


class ScaleCategoryQuerySet(models.QuerySet["ScaleCategory"]):
    def living(self) -> ScaleCategoryQuerySet:
        return self.filter(retired_at=None)

    def survivors(self) -> dict[int, int | None]:
        """Say by key which category stands for each: itself, the one that it was merged into, or none (retired)."""
        rows = {pk: (retired, into) for pk, retired, into in self.values_list("pk", "retired_at", "merged_into")}
        found: dict[int, int | None] = {}
        for pk in rows:
            at: int | None = pk
            while at is not None and rows[at][0]:
                at = rows[at][1]
            found[pk] = at
        return found


class ScaleCategory(Public):
    """One category of a layer. `number` counts through the whole scale from 1 and is the key pressed for it.

    A category that was merged or retired keeps its number, and no other ever gets it.
    """

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="categories")
    position = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_LENGTH)
    definition = models.TextField(blank=True)
    use_when = models.TextField(blank=True)
    avoid_when = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    objects = ScaleCategoryQuerySet.as_manager()

    class Meta:
        ordering = ["layer__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "position"], name="scale_category_position_once"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="scale_category_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(retired_at__isnull=False), name="scale_category_merged_is_retired"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name, with what became of it."""
        if self.merged_into:
            return f"{self.name} (merged into {self.merged_into.number})"
        return f"{self.name} (retired)" if self.retired_at else self.name


class Mapping(Public):
    """A category's place in a scale; without scale category it says "does not fit"."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="mappings")
    scale = models.ForeignKey(Scale, models.CASCADE, related_name="mappings")
    scale_category = models.ForeignKey(ScaleCategory, models.PROTECT, null=True, blank=True, related_name="mappings")
    rationale = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "scale"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.category} -> {self.scale_category or 'does not fit'}"


class Storyline(Public):
    """The story around the core category."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="storyline")
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.text[:60]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User | AnonymousUser) -> ProposalQuerySet:
        """A person's own proposals, and the released ones of their projects."""
        if not user.is_authenticated:
            return self.none()
        open_to = Q(by=user) | Q(released_at__isnull=False) & ~shielded(user)
        return self.filter(open_to, project__memberships__user=user)


class Proposal(Public):
    """A proposed wording for the next edition; private until its round is released.

    Rounds stand downstream, so the round is named by its public id.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        TAKEN = "taken", "Taken"
        DECLINED = "declined", "Declined"

    project = models.ForeignKey(Project, models.CASCADE, related_name="proposals")
    target = models.CharField(max_length=80)
    wording = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    round_uid = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.by} on {self.target}"


class Example(Public):
    """A stretch of a report that shows what a code, category or scale category means: an anchor example.

    Editions hold those of scale categories, since whoever rates reads an edition.
    """

    class Kind(models.TextChoices):
        TYPICAL = "typical", "Typical"
        BORDERLINE = "borderline", "Borderline"
        COUNTER = "counter", "Counter-example"

    code = models.ForeignKey(Code, models.CASCADE, null=True, blank=True, related_name="examples")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="examples")
    scale_category = models.ForeignKey(ScaleCategory, models.CASCADE, null=True, blank=True, related_name="examples")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="examples")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TYPICAL)

    class Meta:
        db_table = "codebook_example"  # where the first databases keep it
        constraints = [
            models.CheckConstraint(condition=Q(start__gte=0) & Q(start__lt=F("end")), name="example_span"),
            models.CheckConstraint(
                condition=Q(code__isnull=False, category=None, scale_category=None)
                | Q(code=None, category__isnull=False, scale_category=None)
                | Q(code=None, category=None, scale_category__isnull=False),
                name="example_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.incident}"


class Edition(Public):
    """A frozen, numbered, hashed state of codes, categories, relations and scales, as canonical JSON text."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="edition_number_once")]

    def __str__(self) -> str:
        return f"Edition {self.number}"
