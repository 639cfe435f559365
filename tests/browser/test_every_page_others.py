"""Every page that a coder, an observer and nobody gets; the lead's stand in a file of their own."""

import pytest

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person
from tests.browser.every_page import check_every_page, faults_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", ["ada", "olga", ""])
def test_no_page_has_a_fault(demonstration, chromium, role):
    check_every_page(demonstration, chromium, role)


@pytest.mark.parametrize("path", ["/p/nowhere/", "/nowhere/"])
def test_the_page_that_is_not_there_has_no_fault_either(demonstration, chromium, path):
    person = Person(chromium, demonstration, "ada@loam.example", PASSWORD)
    assert person.page.goto(path).status == 404
    assert faults_of(person.page, path) == []
