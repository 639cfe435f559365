from django.urls import path

from coding.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("p/<slug:slug>/", views.project, name="project"),
    path("p/<slug:slug>/activity/", views.activity, name="activity"),
    path("p/<slug:slug>/incidents/<int:number>/", views.incident, name="incident"),
]
