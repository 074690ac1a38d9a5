"""The wizard in a real browser, on a phone: with JavaScript, without, by keyboard, and checked by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from idp import profile
from tests import faces
from tests.profile.conftest import BIODATA
from tests.profile.filling import fill
from tests.signing_in import signed_in_page
from tests.uploads import hostile

pytestmark = pytest.mark.any_database  # what a browser shows; the rules are tried on both stores beside it

PAGES = (
    "/profil", "/profil/lengkapi/foto", "/profil/lengkapi/biodata", "/profil/lengkapi/pendidikan", "/profil/lengkapi/pendidikan/baru",
    "/profil/lengkapi/pengalaman/baru", "/profil/lengkapi/pelatihan/baru", "/profil/lengkapi/sertifikasi/baru", "/profil/lengkapi/keahlian",
)  # fmt: skip


@pytest.fixture
def plain_tab(chromium, live, app, rina):
    """A tab without JavaScript in which Rina is signed in."""
    context = chromium.new_context(base_url=live.url, locale="id-ID", viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield signed_in_page(context.new_page(), app, rina.account_id)
    context.close()


def jpeg():
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": faces.jpeg(faces.drawn().resize((600, 800)))}


def fill_who(tab):
    tab.fill("[name=birthplace]", "Bandung")
    tab.get_by_text("Perempuan").click()
    tab.select_option("[name=marital_status]", label="Lajang")
    tab.fill("[name=id_card_address]", "Jl. Melati 5")


def walk_through(tab, choose_home, choose_skills):
    """The whole wizard as a citizen walks it."""
    tab.goto("/profil/lengkapi")
    tab.set_input_files("[name=photo]", files=[jpeg()])
    tab.get_by_role("button", name="Selanjutnya").click()
    fill_who(tab)
    choose_home(tab)
    tab.fill("[name=street]", "Jl. Setiabudi 3")
    tab.get_by_role("button", name="Selanjutnya").click()
    tab.get_by_text("Saya memiliki riwayat pendidikan").click()
    tab.get_by_role("button", name="Tambah Pendidikan").click()
    tab.select_option("[name=level]", label="S1")
    tab.fill("[name=institution]", "Universitas Padjadjaran")
    tab.fill("[name=start_year]", "2010")
    tab.fill("[name=end_year]", "2014")
    tab.get_by_role("button", name="Simpan").click()
    tab.get_by_role("button", name="Selanjutnya").click()
    for heading in ("Pengalaman kerja", "Pelatihan", "Sertifikasi"):
        tab.get_by_role("heading", name=heading).wait_for()
        tab.get_by_text("Saya tidak memiliki").click()
        tab.get_by_role("button", name="Selanjutnya").click()
    choose_skills(tab)
    tab.get_by_role("button", name="Simpan dan Kirim").click()
    tab.get_by_text("Profilmu tersimpan dan identitasmu terverifikasi.").wait_for()
    assert tab.get_by_role("strong").filter(has_text="100%").is_visible()


def home_by_choice(tab):
    for name, region in (("province", "DKI Jakarta"), ("city", "Kota Administrasi Jakarta Selatan"), ("district", "Setiabudi")):
        tab.locator(f"[name={name}] option", has_text=region).wait_for(state="attached")
        tab.select_option(f"[name={name}]", label=region)
    tab.locator("[name=village] option", has_text="Setia Budi").wait_for(state="attached")
    tab.select_option("[name=village]", label="Setia Budi")
    tab.wait_for_function("document.querySelector('[name=postal_code]').value === '12910'")


def home_by_buttons(tab):
    regions = (
        ("province", "DKI Jakarta"),
        ("city", "Kota Administrasi Jakarta Selatan"),
        ("district", "Setiabudi"),
        ("village", "Setia Budi"),
    )
    for name, region in regions:
        tab.select_option(f"[name={name}]", label=region)
        tab.locator(f"button[value='pick:{name}']").click()
    assert tab.input_value("[name=postal_code]") == "12910"
    assert tab.input_value("[name=birthplace]") == "Bandung"


def skills_by_typing(tab):
    tab.fill("#search", "desain gra")
    tab.get_by_role("option", name="Desain Grafis").wait_for()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.keyboard.type("Juru masak gudeg")
    tab.keyboard.press("Enter")
    tab.keyboard.type("desain grafis")
    tab.keyboard.press("Enter")
    assert tab.locator("[data-tags] li").count() == 2


def skills_by_buttons(tab):
    tab.fill("#search", "desain gra")
    tab.get_by_role("button", name="Cari").click()
    tab.get_by_role("button", name="+ Desain Grafis").click()
    tab.fill("#search", "Juru masak gudeg")
    tab.get_by_role("button", name="Tambah").click()
    assert tab.locator("[data-tags] li").count() == 2


def test_a_citizen_walks_through_the_wizard_with_javascript(tab, app, rina):
    walk_through(tab, home_by_choice, skills_by_typing)
    check_stored(app, rina)


def test_a_citizen_walks_through_the_wizard_without_javascript(plain_tab, app, rina):
    walk_through(plain_tab, home_by_buttons, skills_by_buttons)
    check_stored(app, rina)


def check_stored(app, citizen):
    with app.app_context():
        told = profile.of(citizen.account_id)
    assert (told.completeness, told.domicile.village.code) == (100, "31.74.02.1001")
    assert [skill.name for skill in told.skills] == ["Desain Grafis", "Juru masak gudeg"]


def test_another_province_empties_what_lay_below_it(tab):
    tab.goto("/profil/lengkapi/biodata")
    home_by_choice(tab)
    tab.select_option("[name=province]", label="Jawa Barat")
    tab.locator("[name=city] option", has_text="Kota Bandung").wait_for(state="attached")
    assert tab.input_value("[name=city]") == ""
    assert tab.locator("[name=district] option").count() == 1


def test_the_kind_of_domicile_decides_what_is_asked(tab):
    tab.goto("/profil/lengkapi/biodata")
    assert tab.locator("[name=province]").is_visible()
    assert not tab.locator("[name=country]").is_visible()
    tab.get_by_text("Luar Negeri").click()
    assert not tab.locator("[name=province]").is_visible()
    assert tab.locator("[name=country]").is_visible()


def test_the_enter_key_walks_on_instead_of_pressing_another_button(tab, app, rina):
    with app.app_context():
        fill(rina.account_id)
    tab.goto("/profil/lengkapi/biodata")
    tab.focus("[name=birthplace]")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/profil/lengkapi/pendidikan")
    assert tab.get_by_role("heading", name="Pendidikan").is_visible()


def test_the_list_of_skills_is_used_by_keyboard_and_says_what_happened(tab):
    tab.goto("/profil/lengkapi/keahlian")
    tab.fill("#search", "las")
    tab.get_by_role("option").first.wait_for()
    assert tab.get_attribute("#search", "aria-expanded") == "true"
    tab.keyboard.press("Escape")
    assert tab.get_attribute("#search", "aria-expanded") == "false"
    tab.fill("#search", "Python")
    tab.keyboard.press("Enter")
    assert tab.locator("[data-said]").inner_text() == "Python ditambahkan"
    tab.get_by_role("button", name="Hapus Python").click()
    assert tab.locator("[data-said]").inner_text() == "Python dihapus"
    assert tab.evaluate("document.activeElement.id") == "search"


def test_a_chosen_photo_is_shown_before_it_is_sent(tab):
    tab.goto("/profil/lengkapi/foto")
    tab.set_input_files("[name=photo]", files=[jpeg()])
    tab.locator("[data-portrait] img").wait_for()
    assert tab.evaluate("document.querySelector('[data-portrait] img').naturalWidth") == 600


def test_axe_finds_nothing_and_nothing_is_wider_than_the_phone(tab, app, rina):
    with app.app_context():
        fill(rina.account_id)
    faults = []
    tab.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    for path in PAGES:
        tab.goto(path)
        found = Axe().run(tab)
        faults += [f"{path}: {found.generate_report()}"] if found.violations_count else []
        faults += [f"{path} is too wide"] if tab.evaluate("document.documentElement.scrollWidth") > 360 else []
    assert faults == []


def test_axe_finds_nothing_where_something_is_wrong(tab):
    for path, field in (("/profil/lengkapi/biodata", "birthplace"), ("/profil/lengkapi/pelatihan/baru", "provider")):
        tab.goto(path)
        tab.fill(f"[name={field}]", BIODATA["birthplace"])
        tab.locator(".walk-on").click()
        tab.get_by_role("alert").wait_for()
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
        assert tab.input_value(f"[name={field}]") == BIODATA["birthplace"]


def until(tab, expression):
    """Wait for something that only the page's script can tell; the policy of the page forbids Playwright's own way."""
    for _ in range(200):
        if tab.evaluate(expression):
            return
        tab.wait_for_timeout(50)
    pytest.fail(expression)


def document(name):
    content = hostile.sound()["ijazah.pdf"] if name == "Sertifikat.pdf" else dict(hostile.uploads())[name]
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def test_a_document_is_sent_with_progress_and_again_when_the_line_breaks(tab, app, rina):
    tab.goto("/profil/lengkapi/pelatihan/baru")
    tab.fill("[name=provider]", "BLK Bandung")
    tab.route("**/berkas", lambda route: route.abort())
    tab.set_input_files("[name=document]", files=[document("Sertifikat.pdf")])
    tab.get_by_text("Unggahan terputus").wait_for()
    tab.unroute("**/berkas")
    tab.get_by_role("button", name="Coba lagi").click()
    tab.get_by_text("Berkas sudah diunggah").wait_for()
    tab.set_input_files("[name=document]", files=[document("script on opening.pdf")])
    tab.get_by_text("PDF ini berisi skrip").wait_for()
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    tab.locator(".editor-paper").click()
    tab.keyboard.type("Praktik")
    tab.keyboard.press("Enter")
    tab.keyboard.type("tebal")
    tab.keyboard.press("Shift+Home")
    tab.get_by_role("button", name="Tebal").click()
    tab.get_by_role("button", name="Rata tengah").click()
    assert tab.get_by_role("button", name="Tebal").get_attribute("aria-pressed") == "true"
    for name, value in (("program", "Las"), ("location", "Bandung"), ("start", "2020-01-06"), ("end", "2020-02-06")):
        tab.fill(f"[name={name}]", value)
    tab.select_option("[name=field]", "las")
    tab.set_input_files("[name=document]", files=[])
    tab.get_by_role("button", name="Simpan").click()
    tab.get_by_role("link", name="Sertifikat.pdf").wait_for()
    with app.app_context():
        (entry,) = profile.of(rina.account_id).training.entries
    assert entry.description == "Praktik\ntebal"
    assert '<p class="align-center"><b>tebal</b></p>' in entry.formatted


def test_a_photo_is_taken_with_the_camera_and_a_large_one_is_made_smaller_before_it_is_sent(tab):
    tab.goto("/profil/lengkapi/foto")
    tab.get_by_role("button", name="Ambil foto dengan kamera").click()
    tab.get_by_role("button", name="Jepret").click()
    until(tab, "document.getElementById('photo').files[0]?.name === 'kamera.jpg'")
    assert tab.get_by_role("button", name="Ambil foto dengan kamera").is_visible()
    large = faces.jpeg(faces.drawn().resize((2400, 3200)), "PNG")
    tab.set_input_files("[name=photo]", files=[{"name": "besar.png", "mimeType": "image/png", "buffer": large}])
    until(tab, "document.getElementById('photo').files[0]?.name === 'besar.jpg'")
    assert tab.evaluate("document.getElementById('photo').files[0].size") < len(large)
    tab.get_by_role("button", name="Unggah").click()
    tab.locator("[data-portrait] img").wait_for()


def test_a_place_that_is_searched_for_fills_every_level(tab):
    tab.goto("/profil/lengkapi/biodata")
    tab.fill("#place", "setia budi, jakarta selatan")
    tab.get_by_role("button", name="Setia Budi, Setiabudi").click()
    until(tab, "document.activeElement.name === 'street'")
    assert [tab.input_value(f"[name={level}]") for level in ("village", "postal_code")] == ["31.74.02.1001", "12910"]
