from django.urls import path

from coding.selective_coding import (
    flow_views,
    mapping_views,
    negative_views,
    results_views,
    sampling_views,
    saturation_views,
    scale_edit_views,
    vector_views,
    views,
)

app_name = "selective_coding"
urlpatterns = [
    path("p/<slug:slug>/selective/", views.integrate, name="integrate"),
    path("p/<slug:slug>/selective/scales/<uuid:uid>/", views.scale, name="scale"),
    path("p/<slug:slug>/selective/scales/<uuid:uid>/categories/<uuid:category>/", views.place, name="place"),
    path("p/<slug:slug>/selective/scales/<uuid:uid>/edit/", scale_edit_views.edit, name="scale_edit"),
    path("p/<slug:slug>/selective/scales/<uuid:uid>/edit/<uuid:part>/", scale_edit_views.part, name="scale_part"),
    path("p/<slug:slug>/selective/storyline/", views.storyline, name="storyline"),
    path("p/<slug:slug>/selective/flow/", flow_views.flow, name="flow"),
    path("p/<slug:slug>/selective/flow/quotes/", flow_views.flow_quotes, name="flow_quotes"),
    path("p/<slug:slug>/selective/saturation/", saturation_views.saturation, name="saturation"),
    path("p/<slug:slug>/selective/saturation/<uuid:uid>/", saturation_views.judge, name="judge"),
    path("p/<slug:slug>/selective/sampling/", sampling_views.sampling, name="sampling"),
    path("p/<slug:slug>/selective/negative/", negative_views.negative, name="negative"),
    path("p/<slug:slug>/selective/breaks/", negative_views.breaks, name="breaks"),
    path("p/<slug:slug>/selective/vectors.jsonl", vector_views.download, name="vectors"),
    path("rate/<uuid:uid>/", views.rate, name="rate"),
    path("rate/<uuid:uid>/second-thought/", views.second_thought, name="second_thought"),
    path("p/<slug:slug>/selective/results/", results_views.results_page, name="results"),
    path("p/<slug:slug>/selective/results/<uuid:uid>.csv", results_views.results_file, name="results_file"),
    path("p/<slug:slug>/selective/results/<uuid:uid>/<slug:of>/", results_views.behind, name="behind"),
    path("map/<uuid:uid>/", mapping_views.map_categories, name="map"),
]
