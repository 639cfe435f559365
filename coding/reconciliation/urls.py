from django.urls import path

from coding.reconciliation import views

app_name = "reconciliation"
urlpatterns = [
    path("p/<slug:slug>/reconcile/", views.queue, name="queue"),
    path("p/<slug:slug>/reconcile/<uuid:uid>/<int:number>/", views.unit, name="unit"),
    path("p/<slug:slug>/reconcile/<uuid:uid>/<int:number>/reopen/", views.reopen, name="reopen"),
    path("p/<slug:slug>/rounds/<uuid:uid>/release/", views.release, name="release"),
]
