from django.urls import path

from coding.reconciliation import mapping_views, views

app_name = "reconciliation"
urlpatterns = [
    path("p/<slug:slug>/reconcile/", views.queue, name="queue"),
    path("p/<slug:slug>/reconcile/<uuid:uid>/<int:number>/", views.unit, name="unit"),
    path("p/<slug:slug>/reconcile/<uuid:uid>/<int:number>/reopen/", views.reopen, name="reopen"),
    path("p/<slug:slug>/reconcile/<uuid:uid>/mapping/", mapping_views.mapping, name="mapping"),
    path("p/<slug:slug>/reconcile/<uuid:uid>/mapping/take-over/", mapping_views.take_over, name="take_over"),
    path("p/<slug:slug>/rounds/<uuid:uid>/release/", views.release, name="release"),
]
