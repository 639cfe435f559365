from django.urls import path

from coding.axial_coding import (
    cooccurrence_views,
    duplicate_views,
    evidence_views,
    label_views,
    map_views,
    property_views,
    regroup_views,
    sort_views,
    split_views,
    views,
)

app_name = "axial_coding"
urlpatterns = [
    path("p/<slug:slug>/axial/", views.board, name="board"),
    path("p/<slug:slug>/axial/codes/<uuid:uid>/", views.card, name="card"),
    path("p/<slug:slug>/axial/codes/<uuid:uid>/split/", split_views.split, name="split"),
    path("p/<slug:slug>/axial/move/", views.move, name="move"),
    path("p/<slug:slug>/axial/adopt/", views.adopt, name="adopt"),
    path("p/<slug:slug>/axial/acts/", views.acts, name="acts"),
    path("p/<slug:slug>/axial/duplicates/", duplicate_views.duplicates, name="duplicates"),
    path("p/<slug:slug>/axial/co-occurrence/", cooccurrence_views.matrix, name="cooccurrence"),
    path("p/<slug:slug>/axial/co-occurrence/<uuid:one>/<uuid:other>/", cooccurrence_views.behind, name="behind_pair"),
    path("p/<slug:slug>/axial/map/", map_views.relation_map, name="map"),
    path("p/<slug:slug>/axial/merge/", views.merge, name="merge"),
    path("p/<slug:slug>/axial/categories/", views.new_category, name="new_category"),
    path("p/<slug:slug>/axial/categories/<uuid:uid>/properties/", property_views.properties, name="properties"),
    path("p/<slug:slug>/axial/categories/<uuid:uid>/label/", label_views.label_page, name="label"),
    path("p/<slug:slug>/axial/categories/<uuid:uid>/", regroup_views.regroup, name="regroup"),
    path("p/<slug:slug>/axial/relations/", views.relations, name="relations"),
    path("p/<slug:slug>/axial/relations/<uuid:uid>/", evidence_views.evidence, name="evidence"),
    path("p/<slug:slug>/axial/relations/<uuid:uid>/remove/", views.unrelate, name="unrelate"),
    path("p/<slug:slug>/axial/rounds/<uuid:uid>/", sort_views.sorts, name="sorts"),
    path("sort/<uuid:uid>/", sort_views.sort, name="sort"),
    path("sort/<uuid:uid>/codes/<uuid:code>/", sort_views.sort_card, name="sort_card"),
    path("sort/<uuid:uid>/move/", sort_views.sort_move, name="sort_move"),
    path("sort/<uuid:uid>/categories/<uuid:category>/", sort_views.own_category, name="own_category"),
    path("sort/<uuid:uid>/submit/", sort_views.sort_submit, name="sort_submit"),
    path("sort/<uuid:uid>/ask-reopening/", sort_views.sort_ask_back, name="sort_ask_back"),
]
