"""What the log holds and what it never does; what a wrong setting says."""

import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from coding.lib.logs import WithoutTexts
from coding.people import rules as people


@pytest.fixture
def log(caplog):
    def written():
        return "\n".join(WithoutTexts().format(record) for record in caplog.records)

    caplog.set_level(logging.WARNING)
    for name in ("django", "django.request"):
        logging.getLogger(name).addHandler(caplog.handler)
    yield written
    for name in ("django", "django.request"):
        logging.getLogger(name).removeHandler(caplog.handler)


def test_the_log_holds_no_secret_of_a_link(project, lead, log, client):
    _, token = people.invite(lead, project, "eve@example.org", "coder")
    url = reverse("people:accept", args=[token])
    assert client.post(url, {"name": "Eve", "password1": "x", "password2": "y"}).status_code == 400
    assert client.get(f"/password/reset/MQ/{token}/x").status_code == 404
    assert "Bad Request: /invitation/…" in log()
    assert token not in log()


def test_the_log_of_a_fault_holds_where_it_was_and_no_text(log, project, lead, monkeypatch):
    def fall(*args, **fields):
        try:
            raise IntegrityError(f"Key (name)=({words}) exists")
        except IntegrityError as error:
            raise ValueError(words) from error

    words = "what nobody may read"
    monkeypatch.setattr(people, "describe_project", fall)
    client = Client(raise_request_exception=False)
    client.force_login(lead)
    assert client.post(reverse("people:settings", args=[project.slug]), {"name": "New"}).status_code == 500
    assert words not in log()
    assert "in project_settings" in log()
    assert log().index("ValueError") < log().index("because of:") < log().index("IntegrityError")


@pytest.mark.parametrize(
    ("setting", "says"),
    [({"LOAM_SECRET_KEY": ""}, "LOAM_SECRET_KEY is not set."), ({"LOAM_EMAIL_PORT": "abc"}, "LOAM_EMAIL_PORT is “abc”"),
     ({"DATABASE_URL": ""}, ""), ({}, "")],
)  # fmt: skip
def test_a_wrong_setting_stops_the_start_with_a_sentence(tmp_path, setting, says):
    env = {"PATH": os.environ["PATH"], "LOAM_HOME": str(tmp_path), "LOAM_SECRET_KEY": "y" * 60, **setting}
    asked = [sys.executable, "-c", "import coding.settings"]
    done = subprocess.run(asked, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert says in done.stderr
    assert done.returncode == (1 if says else 0), done.stderr
