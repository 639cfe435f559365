"""The list of incidents: search, sort, pages, alike on both databases."""

import pytest

from coding.incidents.columns import RowValues
from coding.incidents.models import Incident
from coding.incidents.rules import import_rows
from tests import factory


def rows_of(project, *titles, **said):
    import_rows(
        project, [RowValues(n, title=title, text="Something happened.", **said) for n, title in enumerate(titles, 1)]
    )


@pytest.fixture
def shown(project, lead, sign_in):
    """Give the titles that the page shows for a query."""
    client = sign_in(lead)

    def titles(**query):
        answer = client.get(f"/p/{project.slug}/incidents/", query)
        assert answer.status_code == 200
        return [incident.title for incident in answer.context["page"]]

    return titles


def test_an_empty_project_says_what_belongs_here(project, lead, ada, sign_in):
    path = f"/p/{project.slug}/incidents/"
    for_lead, for_coder = sign_in(lead).get(path).content.decode(), sign_in(ada).get(path).content.decode()
    assert "No incidents yet" in for_lead
    assert "Import incidents" in for_lead
    assert "The lead imports them." in for_coder
    assert "Import incidents" not in for_coder


@pytest.mark.parametrize(
    ("words", "found"),
    [("CAFE", ["Café Ångström"]), ("café angstrom", ["Café Ångström"]), ("ΣΊΣΥΦΟΣ", ["Σίσυφος"]), ("σισυφοσ", ["Σίσυφος"]),
     ("STRASSE", ["Straße"]), ("100%", ["100% sure"]), ("_", ["a_b"]), ("\\", ["c:\\temp"]), ("ﬁre", ["Fire"]), ("nothing", []),
     ("straße fire", []), ("Г", ["Где"])],
)  # fmt: skip
def test_search_folds_capitals_and_accents_and_takes_signs_as_they_are(project, shown, words, found):
    rows_of(project, "Café Ångström", "Σίσυφος", "Straße", "100% sure", "a_b", "c:\\temp", "Fire", "Где")
    assert shown(q=words) == found


def test_every_word_must_stand_in_title_or_text(project, shown):
    rows_of(project, "Alpha", "Beta")
    assert shown(q="alpha happened") == ["Alpha"]
    assert shown(q="alpha beta") == []


@pytest.mark.parametrize(
    "words", ["\x00", "a\x00b", "a " * 2000, "x" * 60_000, "'; drop table incidents; --", "%", "\\\\"]
)
def test_no_search_breaks_the_page(project, shown, words):
    rows_of(project, "ab")
    shown(q=words)


def test_titles_sort_by_letters_not_by_capitals_or_locale(project, shown):
    rows_of(project, "zebra", "Änne", "apple", "_b", "Zoo", "Écho", "10")
    assert shown(sort="title") == ["10", "_b", "Änne", "apple", "Écho", "zebra", "Zoo"]
    assert shown(sort="-title") == ["Zoo", "zebra", "Écho", "apple", "Änne", "_b", "10"]


def test_incidents_without_a_date_stand_last_either_way(project, shown):
    for number, day in enumerate(["2024-01-01", None, "2023-01-01"]):
        rows_of(project, f"T{number}", occurred_on=day)
    assert shown(sort="date") == ["T2", "T0", "T1"]
    assert shown(sort="-date") == ["T0", "T2", "T1"]


@pytest.mark.parametrize("sort", ["", "nothing", "--title", "text", "project__name", "-"])
def test_an_unknown_order_is_by_number(project, shown, sort):
    rows_of(project, "B", "A")
    assert sorted(shown(sort=sort)) == ["A", "B"]


@pytest.mark.parametrize(("page", "first"), [("1", "T001"), ("2", "T051"), ("99", "T051"), ("0", "T051"), ("-1", "T051"),
                                             ("x", "T001"), ("", "T001"), ("9" * 40, "T051"), ("1\x00", "T001")])  # fmt: skip
def test_a_page_out_of_range_is_the_nearest(project, shown, page, first):
    rows_of(project, *(f"T{number:03}" for number in range(1, 61)))
    assert shown(page=page)[0] == first


def test_links_to_pages_keep_search_and_order(project, lead, sign_in):
    rows_of(project, *(f"T&{number}" for number in range(60)))
    page = sign_in(lead).get(f"/p/{project.slug}/incidents/?q=T%26&sort=-title").content.decode()
    assert "?page=2&amp;q=T%26&amp;sort=-title" in page


def test_html_in_a_title_is_inert(project, lead, sign_in):
    rows_of(project, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    for query in ("", "?q=<script>"):
        page = sign_in(lead).get(f"/p/{project.slug}/incidents/{query}").content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_withdrawn_incidents_are_not_listed(project, shown):
    rows_of(project, "Here", "Gone")
    Incident.objects.filter(title="Gone").update(withdrawn_because="A hoax.")
    assert shown() == ["Here"]


def test_incidents_of_other_projects_are_not_listed(project, lead, shown):
    rows_of(project, "Mine")
    rows_of(factory.project(lead, "Other"), "Theirs")
    assert shown(q="happened") == ["Mine"]


def test_the_fragment_is_the_same_rows(project, lead, sign_in):
    rows_of(project, "Alpha")
    client, path = sign_in(lead), f"/p/{project.slug}/incidents/?q=alpha"
    fragment = client.get(path, headers={"HX-Request": "true"}).content.decode().strip()
    assert fragment.startswith('<div id="rows">')
    assert "".join(fragment.split()) in "".join(client.get(path).content.decode().split())


def test_everybody_in_the_project_reads_and_nobody_posts(project, ada, stranger, sign_in):
    path = f"/p/{project.slug}/incidents/"
    assert sign_in(ada).get(path).status_code == 200
    assert sign_in(factory.member(project, "olga", "observer")).get(path).status_code == 200
    assert sign_in(stranger).get(path).status_code == 404
    assert sign_in(ada).post(path).status_code == 405


@pytest.mark.parametrize("query", ["", "?q=happened&sort=title&page=2"])
def test_the_page_costs_the_same_for_10_and_for_1000(project, lead, sign_in, django_assert_num_queries, query):
    client, path = sign_in(lead), f"/p/{project.slug}/incidents/{query}"
    for size in (10, 1000):
        rows_of(project, *(f"T{size}-{number}" for number in range(size)))
        with django_assert_num_queries(5) as held:
            client.get(path)
    assert not any('"incidents_incident"."text"' in query["sql"] for query in held.captured_queries)
