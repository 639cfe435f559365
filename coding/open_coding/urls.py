from django.urls import path

from coding.open_coding import views

app_name = "open_coding"
urlpatterns = [
    path("code/<uuid:uid>/", views.workspace, name="workspace"),
    path("code/<uuid:uid>/segments/", views.code_segment, name="code_segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/", views.segment, name="segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/delete/", views.delete_segment, name="delete_segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/codes/<uuid:code>/remove/", views.remove_code, name="remove_code"),
    path("code/<uuid:uid>/codes/", views.codes, name="codes"),
    path("code/<uuid:uid>/codes/<uuid:code>/define/", views.define, name="define"),
    path("code/<uuid:uid>/undo/", views.undo, name="undo"),
    path("code/<uuid:uid>/submit/", views.submit, name="submit"),
]
