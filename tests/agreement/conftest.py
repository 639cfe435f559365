"""What tests of the command share."""

import json
from io import StringIO

import pytest
from django.core.management import call_command


@pytest.fixture
def run(tmp_path):
    def measure(text, *options, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        said = StringIO()
        call_command("agreement", str(path), *options, stdout=said)
        return json.loads(said.getvalue()) if "--json" in options else said.getvalue()

    return measure
