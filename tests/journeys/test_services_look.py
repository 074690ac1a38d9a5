"""Both services for everybody: axe finds nothing, nothing sticks out, fingers find the buttons, at both sizes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.test_services import enter_with_consent
from tests.web.test_accessibility import faults

pytestmark = pytest.mark.any_database


def test_the_pages_of_both_services_are_fit_for_everybody(page: Any, services: Any, ratna: Any) -> None:
    found = {}
    for service, listing in ((services.karirhub, "/lowongan"), (services.skillhub, "/program")):
        page.goto(service)
        found[f"{listing}: front"] = faults(page)
        enter_with_consent(page, service)
        page.goto(f"{service}/language/en?back=/")
        page.locator(".raw summary").click()
        found[f"{listing}: home in English, with the claims as they came"] = faults(page)
        page.goto(service + listing)
        page.locator("main h3 a").first.click()
        found[f"{listing}: one of them"] = faults(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{services.skillhub}/signed-out**")
    found["signed out"] = faults(page)
    assert {what: wrong for what, wrong in found.items() if wrong} == {}
