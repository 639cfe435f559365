"""The front door: each room's pages, in the data's order; then the second door."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("coding.people.urls")),
    path("", include("coding.incidents.urls")),
    path("", include("coding.codes.urls")),
    path("", include("coding.rounds.urls")),
    path("", include("coding.open_coding.urls")),
    path("", include("coding.axial_coding.urls")),
    path("", include("coding.selective_coding.urls")),
    path("", include("coding.memos.urls")),
    path("", include("coding.agreement.urls")),
    path("", include("coding.reconciliation.urls")),
    path("", include("coding.codebook.urls")),
    path("", include("coding.desk.urls")),
    path("api/v1/", include("coding.api")),
    path("admin/", admin.site.urls),
]

handler500 = "coding.desk.views.server_error"
