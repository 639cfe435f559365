from django.urls import path

from coding.memos import views

app_name = "memos"
urlpatterns = [
    path("p/<slug:slug>/memos/", views.memo_list, name="list"),
    path("p/<slug:slug>/memos/on/<slug:kind>/<uuid:uid>/", views.on_thing, name="on"),
    path("p/<slug:slug>/memos/<uuid:uid>/", views.one_memo, name="memo"),
    path("p/<slug:slug>/memos/<uuid:uid>/share/", views.share, name="share"),
    path("p/<slug:slug>/memos/<uuid:uid>/delete/", views.delete, name="delete"),
]
