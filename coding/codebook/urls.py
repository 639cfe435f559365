from django.urls import path

from coding.codebook import views

app_name = "codebook"
urlpatterns = [
    path("p/<slug:slug>/codebook/", views.document, name="document"),
    path("p/<slug:slug>/codebook/freeze/", views.freeze, name="freeze"),
    path("p/<slug:slug>/codebook/finalise/", views.finalise, name="finalise"),
    path("p/<slug:slug>/codebook/schema/", views.schema, name="schema"),
    path("p/<slug:slug>/codebook/export/<slug:name>/", views.export, name="export"),
]
