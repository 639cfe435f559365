"""Every page at 1280 px, light; a file for each width, so that two processes share the walk."""

import pytest

from tests.browser.every_page import check_every_page

pytestmark = [pytest.mark.browser, pytest.mark.alike]


@pytest.mark.parametrize("role", ["lead", "ada", "olga", ""])
def test_no_page_has_a_fault(demonstration, chromium, role):
    check_every_page(demonstration, chromium, role, 1280, "light")
