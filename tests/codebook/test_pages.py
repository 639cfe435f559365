"""The document page, freezing, finalising and the files: who may, what they answer, what they cost."""

import io
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from coding.axial_coding.labels import label_category
from coding.codebook import rules
from coding.codebook.formats import json_
from coding.codebook.models import Publication
from coding.codebook.outline import relation_views
from coding.codes import rules as words
from coding.codes.content import Frozen
from coding.codes.models import Code, Edition, Mapping
from coding.lib.canonical import canonical
from coding.reconciliation.rules import release_round
from coding.rounds.models import Opening
from coding.selective_coding import mapping
from coding.selective_coding.mapping import Said
from tests import factory
from tests.codebook import factory as made
from tests.kept import kept

pytestmark = pytest.mark.django_db
PAGES = ["document", "finalise", "schema"]
FILES = ["xlsx", "json"]


def url(project, name="document", *more):
    return reverse(f"codebook:{name}", args=[project.slug, *more])


def doors(project):
    return [url(project, page) for page in PAGES] + [url(project, "export", name) for name in FILES]


@pytest.fixture
def web(sign_in, lead):
    return sign_in(lead)


@kept
def observer(project):
    return factory.member(project, "olu", "observer")


def test_the_document_shows_the_way_from_scale_to_words(web, project, study):
    page = web.get(url(project)).content.decode()
    for expected in ["Fabricated content", "Why here:", "invented rule", made.CLAIM, "merged from", "Does not fit",
                     "It names what people do", "A conjecture", "guideline gap",
                     "2 incidents, 2 as primary"]:  # fmt: skip
        assert expected.lower() in page.lower()
    assert reverse("desk:incident", args=[project.slug, 1]) in page
    assert reverse("agreement:overview", args=[project.slug]) in page


def test_an_in_vivo_label_stands_in_quotation_marks_under_the_name(web, lead, project, study):
    label_category(lead, study.fabricated, "had been waived")
    for page in (url(project), reverse("codes:edition", args=[project.slug, words.freeze(lead, project).number])):
        assert web.get(page).content.decode().count('<q dir="auto">had been waived</q>') == 1


def test_a_later_mapping_round_leaves_the_figures_of_the_scale(web, project, study, lead, ada, bo):
    plan = {"scale": project.scales.get(), "name": "Mapping 1", "shows_earlier": "none"}
    mapped = factory.round_of(project, [ada, bo], "mapping", **plan)
    for assignment in mapped.assignments.all():
        for category in (study.fabricated, study.duty):
            mapping.choose_place(assignment.coder, assignment, category.uid, Said(None, True, "No place for it."))
        mapping.submit(assignment.coder, assignment)
    release_round(lead, mapped)
    page = web.get(url(project)).content.decode()
    assert f"alpha of “{study.rated.name}”" in page
    assert "α 1.00" in page


def test_members_read_and_strangers_find_nothing(sign_in, project, study, observer, ada, stranger, client):
    for person in (observer, ada):
        assert sign_in(person).get(url(project)).status_code == 200
        assert sign_in(person).get(url(project, "finalise")).status_code == 200
    assert sign_in(stranger).post(url(project, "freeze")).status_code == 404
    for address in doors(project):
        assert sign_in(stranger).get(address).status_code == 404
        assert client.get(address).status_code == 302


def test_only_a_lead_freezes_and_finalises(sign_in, project, study, observer, ada):
    for person in (observer, ada):
        for name in ("freeze", "finalise"):
            assert sign_in(person).post(url(project, name)).status_code == 403
        assert "button primary" not in sign_in(person).get(url(project, "finalise")).content.decode()


def test_other_methods_are_refused(web, project, study):
    assert web.get(url(project, "freeze")).status_code == 405
    for address in [url(project), url(project, "schema"), url(project, "export", "json")]:
        assert web.post(address).status_code == 405


def test_a_coder_of_an_open_blind_round_reads_none_of_it(sign_in, project, study):
    cleo = factory.member(project, "cleo")
    factory.round_of(project, [cleo], name="Later")
    for address in doors(project):
        expected = 200 if address.endswith("/schema/") else 403
        assert sign_in(cleo).get(address).status_code == expected


@pytest.mark.parametrize("number", [1, 2])
def test_a_lead_who_codes_blind_reads_no_decision_on_those_incidents(sign_in, project, study, lead, number):
    published, second = rules.finalise(lead, project), factory.member(project, "cleo")
    factory.round_of(project, [second], "rating", incidents=[study.incidents[number - 1]], name="Later")
    project.memberships.filter(user=second).update(role="lead")
    web = sign_in(second)
    for query in ({}, {"publication": published.uid}):
        page = web.get(url(project), query).content.decode()
        assert ("The invented rule was stated as a fact." in page) == (number == 1)
        assert "Decisions on what you judge in an open blind round are left out" in page
        assert web.get(url(project, "export", "json"), query).status_code == 409


def test_quotes_and_files_open_with_the_readings(sign_in, project, study, ada):
    web = sign_in(ada)
    page = web.get(url(project)).content.decode()
    assert made.CLAIM not in page
    assert "open to you with the readings of" in page
    assert url(project, "export", "json") not in page
    refused = web.get(url(project, "export", "json"))
    assert refused.status_code == 409
    assert "readings of" in refused.content.decode()
    Opening.objects.create(round=study.opened, user=ada, at=study.opened.released_at)
    assert made.CLAIM in web.get(url(project)).content.decode()
    assert web.get(url(project, "export", "json")).status_code == 200


def test_phenomena_stand_in_the_order_of_the_categories():
    """Also where a document that was stored earlier lists its relations by public id."""
    listed = [
        ("k2", "context"),
        ("k2", "causal_condition"),
        ("k1", "consequence"),
        ("k1", "context"),
        ("gone", "context"),
    ]
    relations = [{"phenomenon": uid, "role": role, "evidence": []} for uid, role in listed]
    views = relation_views({"relations": relations}, {uid: {"uid": uid} for uid in ("k1", "k2", "k3")})
    assert [(view["phenomenon"]["uid"], [row["role"] for row in view["rows"]]) for view in views] == [
        ("k1", ["context", "consequence"]), ("k2", ["causal_condition", "context"]),
    ]  # fmt: skip


def test_a_quoted_relation_is_not_called_a_conjecture_while_quotes_are_closed(sign_in, project, study, ada):
    from coding.axial_coding.models import Evidence
    from coding.open_coding.models import Segment

    Evidence.objects.create(relation=study.relation, segment=Segment.objects.order_by("pk").first())
    assert "A conjecture" not in sign_in(ada).get(url(project)).content.decode()


def test_the_editions_can_be_chosen_and_unknown_ones_are_not_found(web, project, study):
    page = web.get(url(project), {"edition": 1})
    assert page.status_code == 200
    assert "Codebook, edition 1" in page.content.decode()
    for query in ({"edition": 99}, {"edition": "x"}, {"edition": "٣"}, {"edition": "-1"}, {"edition": "9" * 30},
                  {"publication": str(uuid.uuid4())}, {"publication": "x"}):  # fmt: skip
        assert web.get(url(project), query).status_code == 404
        assert web.get(url(project, "export", "json"), query).status_code == 404


def test_a_publication_of_another_project_is_not_found(web, project, study, lead):
    publication = rules.finalise(lead, project)
    other = factory.project(lead, "Other")
    assert web.get(url(other), {"publication": publication.uid}).status_code == 404


def test_names_with_markup_are_inert(web, project, study, lead):
    words.create_category(lead, project, "<script>alert(1)</script>", definition="<img src=x onerror=alert(1)>")
    page = web.get(url(project)).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_freezing_tells_the_number_and_an_unchanged_state_stands(web, project, study):
    before = Edition.objects.count()
    words.create_code(factory.lead_of(project), project, "a late code")
    page = web.post(url(project, "freeze"), {"note": "Before round 2."}, follow=True)
    assert f"Edition {before + 1} is frozen." in page.content.decode()
    assert Edition.objects.get(number=before + 1).note == "Before round 2."
    again = web.post(url(project, "freeze"), {"note": ""}, follow=True).content.decode()
    assert f"Nothing has changed since edition {before + 1}" in again


def test_a_note_on_an_unchanged_state_is_refused_with_what_was_written(web, project, study, lead):
    edition = words.freeze(lead, project, "Before round 2.")
    answer = web.post(url(project, "freeze"), {"note": "A second thought."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"Nothing has changed since edition {edition.number}" in page
    assert "A second thought.</textarea>" in page


@pytest.mark.parametrize("note", ["a\x00b", "a\x0bb", "x" * 2_001])
def test_a_bad_note_is_refused_beside_its_field(web, project, study, note):
    editions = Edition.objects.count()
    for name in ("freeze", "finalise"):
        answer = web.post(url(project, name), {"note": note})
        assert answer.status_code == 400
        assert "error-summary" in answer.content.decode()
    assert (Edition.objects.count(), Publication.objects.count()) == (editions, 0)


def test_finalising_lists_the_publication_with_its_hash(web, project, study):
    page = web.post(url(project, "finalise"), {"note": "For the journal."}, follow=True).content.decode()
    publication = Publication.objects.get()
    assert publication.sha256 in page
    assert "is published" in page
    stood = web.get(url(project), {"publication": publication.uid}).content.decode()
    assert "It stands as it was handed out." in stood


def test_a_stale_finalise_is_refused_in_a_sentence(web, project, study):
    Mapping.objects.filter(category=study.duty).delete()
    answer = web.post(url(project, "finalise"), {"note": ""})
    assert answer.status_code == 409
    assert "without a place in the scale" in answer.content.decode()


@pytest.mark.parametrize("is_ready", [True, False])
def test_the_finalise_page_has_one_filled_button(web, project, study, is_ready):
    if not is_ready:
        Mapping.objects.all().delete()
    page = web.get(url(project, "finalise")).content.decode()
    assert page.count("button primary") + page.count("button small primary") == 1
    assert ("Hand it out" in page) == is_ready


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_an_attachment_of_its_own_type(web, project, study, name):
    answer = web.get(url(project, "export", name))
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{project.slug}-codebook-living-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] in {
        "application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }  # fmt: skip
    assert web.get(url(project, "export", "exe")).status_code == 404


def test_the_files_of_an_edition_are_those_of_its_publication(web, project, study, lead):
    publication = rules.finalise(lead, project)
    words.create_code(lead, project, "a late code")
    query = {"edition": publication.edition.number}
    body = json.loads(web.get(url(project, "export", "json"), query).content)
    assert body["sha256"] == publication.sha256
    book = load_workbook(io.BytesIO(web.get(url(project, "export", "xlsx"), query).content))
    assert "a late code" not in {cell.value for cell in book["Codes"]["B"]}
    assert (
        web.get(url(project, "export", "json"), query).content
        == web.get(url(project, "export", "json"), {"publication": publication.uid}).content
    )


def test_the_schema_is_handed_out(web, project):
    answer = web.get(url(project, "schema"))
    assert answer.content == json_.SCHEMA.read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="codebook.schema.json"'


def test_an_empty_codebook_says_what_belongs_there(web, lead):
    page = web.get(url(factory.project(lead, "Empty", scale="empty"))).content.decode()
    assert "The codebook is empty" in page


def test_no_page_writes_on_reading(web, project, study):
    for address in doors(project):
        with CaptureQueriesContext(connection) as captured:
            web.get(address)
        assert not [row for row in captured if row["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize("name", ["document", "finalise"])
def test_pages_cost_the_same_for_any_amount_of_data(web, project, study, lead, name):
    def cost(of):
        with CaptureQueriesContext(connection) as captured:
            assert web.get(url(of, name)).status_code == 200
        return len(captured)

    cost(project)
    few = cost(project)
    more = factory.project(lead, "More")
    made.study(more, factory.member(more, "cleo"), factory.member(more, "dan"), incidents=9)
    for number in range(12):
        words.create_code(lead, more, f"code {number}")
        words.freeze(lead, more)
    assert cost(more) == few
    assert few <= {"document": 42, "finalise": 24}[name]


def test_a_printed_page_is_kept_only_for_the_state_it_shows(web, project, study, lead):
    page = url(project)
    before = web.get(page).content.decode()
    code = Code.objects.get(pk=study.invented.pk)
    words.reword(lead, code, code.version, definition="An answer that nobody had authorised.")
    after = web.get(page).content.decode()
    assert "An answer that nobody had authorised." in after
    assert "An answer that nobody had authorised." not in before


def test_reading_the_codebook_leaves_the_kept_editions_as_they_were_frozen(web, project, study):
    editions = list(Edition.objects.filter(project=project))
    for edition in editions:
        assert web.get(url(project), {"edition": edition.number}).status_code == 200
        assert web.get(reverse("codes:edition", args=[project.slug, edition.number])).status_code == 200
    assert web.get(url(project)).status_code == 200
    assert editions
    for edition in editions:
        assert canonical(Frozen.of(edition).content) == edition.content
