"""Looking at the slice's pages in Chromium."""

from datetime import date

import pytest

from idp import accounts, clock
from idp.extensions import db, unit_of_work
from idp.profile.answers import Certification, CertificationHistory, Proof
from idp.resume import links
from idp.resume.models import ResumeLink
from tests.owning import holder
from tests.profile.filling import fill
from tests.signing_in import signed_in_page
from tests.web.test_accessibility import look_at


@pytest.fixture
def tab_of(page, app):
    """Look at pages, both sizes and languages; LINK and PUBLIC stand for a link's page and what it shows."""
    rina = holder(app)
    signed_in_page(page, app, rina.account_id)
    with app.app_context():
        proof = Proof("Lembaga Sertifikasi Profesi Teknisi Akuntansi Indonesia", clock.now())
        certified = Certification("c1", "Teknisi Akuntansi", "LSP TA", date(2016, 5, 1), None, None, proof)
        fill(rina.account_id, sertifikasi=CertificationHistory(True, (certified,)))
        with unit_of_work():
            accounts.set_identity_verified(rina.account_id, clock.now())
        link = links.make(rina.account_id, ["pendidikan", "sertifikasi", "keahlian", "kontak", "kelahiran"], days=30, purpose="PT Maju")
        address = links.address(link)
        places = {"LINK": f"/resume/tautan/{db.session.query(ResumeLink).one().id}", "PUBLIC": address}

    def look(*paths):
        found = {path: look_at(page, places.get(path, path)) for path in paths}
        assert {path: faults for path, faults in found.items() if faults} == {}

    return look
