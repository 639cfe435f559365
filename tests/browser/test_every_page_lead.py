"""Every page that a lead gets; the walk stands in two files, so that two processes share it."""

import pytest

from tests.browser.every_page import check_every_page

pytestmark = pytest.mark.browser


def test_no_page_has_a_fault(demonstration, chromium):
    check_every_page(demonstration, chromium, "lead")
