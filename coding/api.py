"""The second door: each room's viewsets on one router, under /api/v1/, in the data's order."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import SimpleRouter

from coding.agreement.api import Measurements
from coding.axial_coding.acts_api import Acts
from coding.axial_coding.api import Placements
from coding.axial_coding.cooccurrence_api import CoOccurrences
from coding.axial_coding.label_api import InVivoLabels
from coding.axial_coding.regroup_api import CategoryChanges, CodeSplits, NearDuplicates
from coding.axial_coding.relation_api import BoardMoves, Properties, Relations
from coding.axial_coding.sorts_api import SortsSideBySide
from coding.codes.api import Codes, Projects, Scales
from coding.codes.category_api import Categories
from coding.codes.example_api import Examples
from coding.incidents.api import Incidents
from coding.lib.api import unknown
from coding.memos.api import Memos
from coding.open_coding.api import Segments, UsableCodes
from coding.people.access import public
from coding.people.api import Members
from coding.reconciliation.api import Releases
from coding.reconciliation.mapping_api import MappedRounds
from coding.rounds.api import Assignments, Rounds
from coding.selective_coding.api import Ratings
from coding.selective_coding.flow_api import Flows
from coding.selective_coding.integration_api import Coverages, LivingMappings
from coding.selective_coding.mapping_api import Places
from coding.selective_coding.negative_api import ChainBreaks, NegativeCases
from coding.selective_coding.results_api import ResultTables
from coding.selective_coding.sampling_api import Samplings
from coding.selective_coding.saturation_api import Judgements, Saturations
from coding.selective_coding.scale_edit_api import ScaleEdits
from coding.selective_coding.storyline_api import Storylines
from coding.selective_coding.vectors_api import ValueVectors

app_name = "api"
IN_PROJECT = "projects/<uuid:project>"
IN_PART = f"{IN_PROJECT}/scales/<uuid:uid>/parts/<uuid:part>"
IN_MAPPED = f"{IN_PROJECT}/rounds/<uuid:round>/mapping"
IN_ASSIGNMENT = "assignments/<uuid:assignment>"


@csrf_exempt
@public
def schema(request: HttpRequest) -> Any:
    """The OpenAPI description; it says nothing of any project, so anybody may read it."""
    from drf_spectacular.views import SpectacularJSONAPIView  # heavy, and seldom asked for

    answer: HttpResponseBase = SpectacularJSONAPIView.as_view()(request)
    return answer


router = SimpleRouter(use_regex_path=False)
router.register("projects", Projects, "project")
router.register(f"{IN_PROJECT}/members", Members, "member")
router.register(f"{IN_PROJECT}/incidents", Incidents, "incident")
router.register(f"{IN_PROJECT}/codes", Codes, "code")
router.register(f"{IN_PROJECT}/scales", Scales, "scale")
router.register(f"{IN_PROJECT}/examples", Examples, "example")
router.register(f"{IN_PROJECT}/rounds", Rounds, "round")
router.register(f"{IN_PROJECT}/relations", Relations, "relation")
router.register(f"{IN_PROJECT}/acts", Acts, "act")
router.register(f"{IN_PROJECT}/memos", Memos, "memo")
router.register(f"{IN_PROJECT}/saturation-judgements", Judgements, "saturation-judgement")
router.register(f"{IN_PROJECT}/negative-cases", NegativeCases, "negative-case")
router.register(f"{IN_PROJECT}/chain-breaks", ChainBreaks, "chain-break")
router.register("assignments", Assignments, "assignment")
router.register(f"{IN_ASSIGNMENT}/segments", Segments, "segment")
router.register(f"{IN_ASSIGNMENT}/codes", UsableCodes, "usable-code")

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", schema, name="schema"),
    *router.urls,
    path(f"{IN_ASSIGNMENT}/placements/", Placements.as_view({"get": "retrieve", "post": "create"}), name="placement"),
    path(
        f"{IN_ASSIGNMENT}/placements/categories/<uuid:category>/",
        Placements.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="placement-category",
    ),
    path(f"{IN_ASSIGNMENT}/placements/submit/", Placements.as_view({"post": "submit"}), name="placement-submit"),
    path(f"{IN_ASSIGNMENT}/ratings/", Ratings.as_view({"get": "retrieve", "put": "update"}), name="rating"),
    path(f"{IN_ASSIGNMENT}/ratings/scale/", Ratings.as_view({"get": "scale"}), name="rating-scale"),
    path(f"{IN_ASSIGNMENT}/ratings/submit/", Ratings.as_view({"post": "submit"}), name="rating-submit"),
    path(f"{IN_PROJECT}/board-moves/", BoardMoves.as_view({"post": "create"}), name="board-moves"),
    path(f"{IN_PROJECT}/co-occurrence/", CoOccurrences.as_view({"get": "list"}), name="co-occurrence"),
    path(
        f"{IN_PROJECT}/co-occurrence/segments/",
        CoOccurrences.as_view({"get": "segments"}),
        name="co-occurrence-segments",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/in-vivo-label/",
        InVivoLabels.as_view({"get": "retrieve", "put": "update"}),
        name="category-label",
    ),
    path(
        f"{IN_PROJECT}/categories/",
        Categories.as_view({"get": "list", "post": "create"}),
        name="category-list",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/",
        Categories.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="category-detail",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/retire/",
        Categories.as_view({"post": "retire"}),
        name="category-retire",
    ),
    path(
        f"{IN_PROJECT}/storyline/",
        Storylines.as_view({"get": "retrieve", "put": "update"}),
        name="storyline",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/core/",
        Categories.as_view({"put": "choose", "delete": "take_back"}),
        name="category-core",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/properties/",
        Properties.as_view({"get": "list", "post": "create", "delete": "destroy"}),
        name="properties",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/properties/incidents/",
        Properties.as_view({"post": "locate"}),
        name="properties-incidents",
    ),
    path(f"{IN_ASSIGNMENT}/ratings/suggestion/", Ratings.as_view({"get": "suggestion"}), name="rating-suggestion"),
    path(
        f"{IN_ASSIGNMENT}/ratings/second-thought/",
        Ratings.as_view({"post": "second_thought"}),
        name="rating-second-thought",
    ),
    path(f"{IN_PROJECT}/scales/<uuid:uid>/", ScaleEdits.as_view({"get": "retrieve"}), name="scale-detail"),
    path(f"{IN_PROJECT}/scales/<uuid:uid>/parts/", ScaleEdits.as_view({"post": "create"}), name="scale-parts"),
    path(f"{IN_PART}/", ScaleEdits.as_view({"patch": "partial_update"}), name="scale-part"),
    path(f"{IN_PART}/effects/", ScaleEdits.as_view({"get": "effects"}), name="scale-part-effects"),
    *(
        path(f"{IN_PART}/{verb.replace('_', '-')}/", ScaleEdits.as_view({"post": verb}), name=f"scale-part-{verb}")
        for verb in ("move", "move_to_layer", "retire", "bring_back", "merge", "split", "undo")
    ),
    path(f"{IN_PROJECT}/scales/<uuid:uid>/mappings/", LivingMappings.as_view({"get": "list"}), name="mapping-list"),
    path(
        f"{IN_PROJECT}/scales/<uuid:uid>/mappings/<uuid:category>/",
        LivingMappings.as_view({"put": "update", "delete": "destroy"}),
        name="mapping-detail",
    ),
    path(f"{IN_PROJECT}/scales/<uuid:uid>/results/", ResultTables.as_view({"get": "retrieve"}), name="results"),
    path(
        f"{IN_PROJECT}/scales/<uuid:uid>/results/cross/<uuid:stance>/",
        ResultTables.as_view({"get": "cross"}),
        name="results-cross",
    ),
    path(f"{IN_PROJECT}/scales/<uuid:uid>/coverage/", Coverages.as_view({"get": "retrieve"}), name="coverage"),
    path(f"{IN_PROJECT}/near-duplicates/", NearDuplicates.as_view({"get": "list"}), name="near-duplicates"),
    path(
        f"{IN_PROJECT}/codes/<uuid:code>/split/",
        CodeSplits.as_view({"get": "list", "post": "create"}),
        name="code-split",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/merge/",
        CategoryChanges.as_view({"post": "merge"}),
        name="category-merge",
    ),
    path(
        f"{IN_PROJECT}/categories/<uuid:category>/split/",
        CategoryChanges.as_view({"post": "split"}),
        name="category-split",
    ),
    path(f"{IN_PROJECT}/sampling/", Samplings.as_view({"get": "retrieve"}), name="sampling"),
    path(f"{IN_PROJECT}/vectors/", ValueVectors.as_view({"get": "list"}), name="vector-list"),
    path(f"{IN_PROJECT}/flow/", Flows.as_view({"get": "retrieve"}), name="flow"),
    path(f"{IN_PROJECT}/saturation/", Saturations.as_view({"get": "retrieve"}), name="saturation"),
    path(f"{IN_ASSIGNMENT}/places/", Places.as_view({"get": "retrieve"}), name="places"),
    path(f"{IN_ASSIGNMENT}/places/scale/", Places.as_view({"get": "scale"}), name="places-scale"),
    path(f"{IN_ASSIGNMENT}/places/submit/", Places.as_view({"post": "submit"}), name="places-submit"),
    path(f"{IN_ASSIGNMENT}/places/<uuid:category>/", Places.as_view({"put": "update"}), name="place"),
    path(f"{IN_PROJECT}/rounds/<uuid:round>/sorts/", SortsSideBySide.as_view({"get": "retrieve"}), name="round-sorts"),
    path(f"{IN_PROJECT}/rounds/<uuid:round>/release/", Releases.as_view({"post": "create"}), name="round-release"),
    path(f"{IN_MAPPED}/", MappedRounds.as_view({"get": "list"}), name="mapped"),
    path(f"{IN_MAPPED}/take-over/", MappedRounds.as_view({"post": "take_over"}), name="mapped-take-over"),
    *(
        path(f"{IN_MAPPED}/<uuid:category>/{verb}/", MappedRounds.as_view({"post": verb}), name=f"mapped-{verb}")
        for verb in ("settle", "reopen")
    ),
    path(
        f"{IN_PROJECT}/rounds/<uuid:round>/measurements/",
        Measurements.as_view({"get": "list", "post": "create"}),
        name="round-measurements",
    ),
    path("", public(unknown), name="nothing"),
    path("<path:rest>", public(unknown), name="unknown"),
]
