from django.urls import path

from coding.rounds import views

app_name = "rounds"
urlpatterns = [
    path("p/<slug:slug>/rounds/", views.round_list, name="list"),
    path("p/<slug:slug>/rounds/new/", views.new_round, name="new"),
    path("p/<slug:slug>/rounds/<uuid:uid>/", views.round_page, name="round"),
    path("p/<slug:slug>/rounds/<uuid:uid>/open/", views.open_, name="open"),
    path("p/<slug:slug>/rounds/<uuid:uid>/discard/", views.discard, name="discard"),
    path("p/<slug:slug>/rounds/<uuid:uid>/readings/", views.open_readings, name="open_readings"),
    path("p/<slug:slug>/rounds/<uuid:uid>/reopen/", views.reopen, name="reopen"),
]
