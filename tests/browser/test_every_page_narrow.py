"""Every page at 390 px, dark; a file for each width, so that two processes share the walk."""

import pytest

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person
from tests.browser.every_page import check_every_page, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.alike]


@pytest.mark.parametrize("role", ["lead", "ada", "olga", ""])
def test_no_page_has_a_fault(demonstration, chromium, role):
    check_every_page(demonstration, chromium, role, 390, "dark")


@pytest.mark.parametrize("path", ["/p/nowhere/", "/nowhere/"])
def test_the_page_that_is_not_there_has_no_fault_either(demonstration, chromium, path):
    person = Person(chromium, demonstration, "ada@loam.example", PASSWORD, viewport={"width": 390, "height": 900})
    assert person.page.goto(path).status == 404
    assert faults_of(person.page, "404", path) == []
