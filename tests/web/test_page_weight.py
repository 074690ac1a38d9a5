"""How much a page costs on a slow line: counted by the browser, over the wire, on a first visit."""

import pytest

from tests import signing_in

FIRST_VISIT_BYTES = 60_000
LATER_PAGE_BYTES = 30_000

pytestmark = pytest.mark.any_database


def fetched(page, path):
    """Open a page and count what comes over the wire: {address: bytes}, headers included."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    addresses, weights = {}, {}
    session.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(path, wait_until="networkidle")
    return {addresses[number]: weight for number, weight in weights.items() if number in addresses}


@pytest.mark.parametrize("width", [360, 1280])
def test_a_first_visit_to_the_sign_in_page_stays_light(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    weights = fetched(page, "/masuk")
    assert any("/static/bootstrap" in address for address in weights)
    assert sum(weights.values()) < FIRST_VISIT_BYTES, weights


def test_the_picture_is_fetched_on_a_wide_screen_only(page):
    assert not [address for address in fetched(page, "/masuk") if "door" in address]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert [address for address in fetched(page, "/daftar") if "door" in address]


def test_pages_after_the_first_fetch_little_more_than_themselves(page, app):
    signing_in.signed_in_page(page, app, signing_in.new_account(app))
    fetched(page, "/")
    steps = ("foto", "biodata", "pendidikan", "pengalaman", "pelatihan", "sertifikasi", "keahlian")
    entries = tuple(f"{step}/baru" for step in ("pendidikan", "pengalaman", "pelatihan", "sertifikasi"))
    for path in ("/profil", "/layanan", *(f"/profil/lengkapi/{page}" for page in steps + entries)):
        weights = fetched(page, path)
        assert sum(weights.values()) < LATER_PAGE_BYTES, weights
