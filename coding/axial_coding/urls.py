from django.urls import path

from coding.axial_coding import views

app_name = "axial_coding"
urlpatterns = [
    path("p/<slug:slug>/axial/", views.board, name="board"),
    path("p/<slug:slug>/axial/codes/<uuid:uid>/", views.card, name="card"),
    path("p/<slug:slug>/axial/move/", views.move, name="move"),
    path("p/<slug:slug>/axial/merge/", views.merge, name="merge"),
    path("p/<slug:slug>/axial/categories/", views.new_category, name="new_category"),
    path("p/<slug:slug>/axial/relations/", views.relations, name="relations"),
    path("p/<slug:slug>/axial/relations/<uuid:uid>/remove/", views.unrelate, name="unrelate"),
]
