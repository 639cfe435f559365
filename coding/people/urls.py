from django.urls import path

from coding.people import views

app_name = "people"
urlpatterns = [
    path("health/", views.health, name="health"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("password/", views.password_change, name="password_change"),
    path("password/reset/", views.password_reset, name="password_reset"),
    path("password/reset/sent/", views.password_reset_sent, name="password_reset_sent"),
    path("password/reset/<uidb64>/<token>/", views.password_reset_confirm, name="password_reset_confirm"),
    path("account/", views.account, name="account"),
    path("account/keys/", views.change_keys, name="change_keys"),
    path("account/toured/", views.put_tour_away, name="put_tour_away"),
    path("keys/", views.keys, name="keys"),
    path("account/tokens/", views.issue_token, name="issue_token"),
    path("account/tokens/<uuid:uid>/revoke/", views.revoke_token, name="revoke_token"),
    path("invitation/<str:token>/", views.accept, name="accept"),
    path("p/<slug:slug>/settings/", views.project_settings, name="settings"),
    path("p/<slug:slug>/team/", views.team, name="team"),
    path("p/<slug:slug>/team/invite/", views.invite, name="invite"),
    path("p/<slug:slug>/team/<uuid:uid>/role/", views.change_role, name="change_role"),
    path("p/<slug:slug>/team/<uuid:uid>/group/", views.put_in_group, name="put_in_group"),
    path("p/<slug:slug>/team/<uuid:uid>/remove/", views.remove_member, name="remove_member"),
]
