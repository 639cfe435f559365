"""`manage.py demo`: it never takes a place where something answers already."""

import socket

import pytest
from django.core.management import CommandError, call_command

from coding.desk.management.commands import demo
from coding.people.models import User


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("options", [{}, {"reset": True}])
def test_a_taken_port_is_refused_before_anything_is_touched(db, taken, options, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda asked: pytest.fail(asked))
    with pytest.raises(CommandError, match=f"port {taken} already"):
        call_command("demo", port=taken, **options)
    assert not User.objects.exists()


def test_new_static_files_leave_those_that_a_running_server_names(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path / "static"
    demo.collect_static()
    older = tmp_path / "static" / "css" / "base.0123456789ab.css"
    older.write_text("older")
    (tmp_path / "static" / ".collected").write_text("another state")
    demo.collect_static()
    assert older.read_text() == "older"
    assert (tmp_path / "static" / ".collected").read_text() == demo.fingerprint()
