"""The page that measures a table from elsewhere: for anybody, and nothing stays."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coding.agreement.forms import MOST_BYTES
from coding.agreement.models import Measurement
from tests.agreement.test_agreement_command import LONG, MISSING, SPANS

URL = "/agreement-of-a-file/"


def send(client, text, name="table.csv", **fields):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(URL, {"file": file, "layout": "wide", "columns": "unit,coder,value", **fields})


def test_anybody_may_measure_a_file_and_nothing_of_it_is_kept(client, db):
    assert reverse("agreement:from_file") == URL
    assert client.get(URL).status_code == 200
    answer = send(client, MISSING)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Krippendorff’s alpha" in page
    assert "<strong>.74</strong>" in page
    assert not Measurement.objects.exists()


@pytest.mark.parametrize(("layout", "text"), [("long", LONG), ("spans", json.dumps(SPANS))])
def test_lists_and_spans_are_measured_too(client, db, layout, text):
    answer = send(client, text, layout=layout)
    assert answer.status_code == 200
    assert len(answer.context["rows"]) > 3


def test_what_is_written_in_a_file_is_shown_as_text(client, db):
    page = send(client, "unit,a,b\n1,<script>x</script>,y\n2,y,y\n", value="<script>x</script>").content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


@pytest.mark.parametrize(
    ("text", "fields", "says"),
    [
        ("unit,a,b\n1,{x\n", {}, "no closing brace"),
        ("unit,a,b\n1,x,y\n", {"level": "ordinal"}, "no number"),
        ("unit,a,b\n1,x,y\n", {"level": "nonsense"}, "valid choice"),
        ("unit,a,b\n1,x,y\n", {"value": "z"}, "Nobody used"),
        ("unit,a,b\n1,x,y\n", {"layout": "long"}, "no column"),
        ("unit,a,b\n1,x,y\n", {"layout": "spans"}, "no JSON"),
        (b"\xff", {}, "not UTF-8"),
        ("x" * (MOST_BYTES + 1), {}, "larger than 1 MB"),
        ("", {}, "empty"),
    ],
)
def test_what_can_not_be_measured_is_said_at_the_file(client, db, text, fields, says):
    answer = send(client, text, **fields)
    assert answer.status_code == 400
    assert says in answer.content.decode()
