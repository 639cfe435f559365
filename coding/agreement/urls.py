from django.urls import path

from coding.agreement import views

app_name = "agreement"
urlpatterns = [
    path("agreement-of-a-file/", views.from_file, name="from_file"),
    path("p/<slug:slug>/agreement/", views.overview, name="overview"),
    path("p/<slug:slug>/agreement/<uuid:uid>/", views.round_, name="round"),
    path("p/<slug:slug>/agreement/<uuid:uid>/<uuid:figure>/", views.units, name="units"),
    path("p/<slug:slug>/agreement/<uuid:uid>/<uuid:figure>/table/", views.table, name="table"),
]
