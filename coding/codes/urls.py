from django.urls import path

from coding.codes import example_views, scale_views, views

app_name = "codes"
urlpatterns = [
    path("projects/new/", views.start, name="start"),
    path("p/<slug:slug>/codes/<uuid:uid>/", views.code, name="code"),
    path("p/<slug:slug>/categories/<uuid:uid>/", views.category, name="category"),
    path("p/<slug:slug>/scales/import/", scale_views.import_page, name="import_scale"),
    path("p/<slug:slug>/scales/<uuid:uid>/examples/", example_views.examples, name="examples"),
    path("p/<slug:slug>/editions/<int:number>/", views.edition, name="edition"),
]
