from django.urls import path

from coding.agreement import files, views

app_name = "agreement"
picture = "<slug:kind>.<slug:form>"
urlpatterns = [
    path("agreement-of-a-file/", views.from_file, name="from_file"),
    path("p/<slug:slug>/agreement/", views.overview, name="overview"),
    path(f"p/<slug:slug>/agreement/trend/{picture}", files.trend, name="trend"),
    path("p/<slug:slug>/agreement/<uuid:uid>/", views.round_, name="round"),
    path("p/<slug:slug>/agreement/<uuid:uid>/measure/", views.measure, name="measure"),
    path("p/<slug:slug>/agreement/<uuid:uid>/measurements.csv", files.measurements, {"form": "csv"}, name="csv"),
    path("p/<slug:slug>/agreement/<uuid:uid>/measurements.json", files.measurements, {"form": "json"}, name="json"),
    path(f"p/<slug:slug>/agreement/<uuid:uid>/picture/{picture}", files.of_round, name="picture"),
    path("p/<slug:slug>/agreement/<uuid:uid>/<uuid:figure>/", views.units, name="units"),
    path("p/<slug:slug>/agreement/<uuid:uid>/<uuid:figure>/<int:number>/", views.text, name="text"),
    path("p/<slug:slug>/agreement/<uuid:uid>/<uuid:figure>/table/", files.table, name="table"),
]
