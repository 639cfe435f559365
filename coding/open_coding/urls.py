from django.urls import path

from coding.open_coding import views

app_name = "open_coding"
urlpatterns = [
    path("code/<uuid:uid>/", views.workspace, name="workspace"),
    path("code/<uuid:uid>/segments/", views.code_segment, name="code_segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/", views.segment, name="segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/delete/", views.delete_segment, name="delete_segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/codes/<uuid:code>/remove/", views.remove_code, name="remove_code"),
    path("code/<uuid:uid>/segments/<uuid:segment>/codes/<uuid:code>/change/", views.change_code, name="change_code"),
    path("code/<uuid:uid>/segments/<uuid:segment>/ends/", views.move_ends, name="move_ends"),
    path("code/<uuid:uid>/segments/<uuid:segment>/split/", views.split_segment, name="split_segment"),
    path("code/<uuid:uid>/segments/<uuid:segment>/join/", views.join_segments, name="join_segments"),
    path("code/<uuid:uid>/segments/<uuid:segment>/doubt/", views.say_uncertain, name="say_uncertain"),
    path("code/<uuid:uid>/segments/<uuid:segment>/against/", views.speak_against, name="speak_against"),
    path("code/<uuid:uid>/marks/", views.mark_paragraphs, name="mark_paragraphs"),
    path("code/<uuid:uid>/hits/", views.code_hits, name="code_hits"),
    path("code/<uuid:uid>/search/", views.search, name="search"),
    path("code/<uuid:uid>/compare/<uuid:code>/", views.compare, name="compare"),
    path("code/<uuid:uid>/history/", views.acts, name="acts"),
    path("code/<uuid:uid>/uncodable/", views.call_uncodable, name="call_uncodable"),
    path("code/<uuid:uid>/ask-reopening/", views.ask_reopening, name="ask_reopening"),
    path("code/<uuid:uid>/codes/", views.codes, name="codes"),
    path("code/<uuid:uid>/codes/<uuid:code>/define/", views.define, name="define"),
    path("code/<uuid:uid>/codes/<uuid:code>/propose/", views.propose, name="propose"),
    path("code/<uuid:uid>/undo/", views.undo, name="undo"),
    path("code/<uuid:uid>/redo/", views.redo, name="redo"),
    path("code/<uuid:uid>/submit/", views.submit, name="submit"),
]
