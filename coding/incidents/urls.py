from django.urls import path

from coding.incidents import views

app_name = "incidents"
urlpatterns = [
    path("p/<slug:slug>/incidents/", views.incident_list, name="list"),
    path("p/<slug:slug>/incidents/import/", views.upload, name="import"),
    path("p/<slug:slug>/incidents/import/<uuid:uid>/", views.preview, name="import_preview"),
]
