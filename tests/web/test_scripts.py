"""What scripts add to pages that work without them."""

import pytest

from tests.journeys import walking

pytestmark = pytest.mark.any_database


@pytest.fixture
def held(page):
    """The forms that were sent and still wait for their answer; `continue_()` lets one go."""
    waiting = []
    page.route("**/*", lambda route: waiting.append(route) if route.request.method == "POST" else route.continue_())
    return waiting


def test_a_password_can_be_looked_at_and_hidden_again(page):
    page.goto("/masuk")
    field, button = page.locator("#password"), page.locator("[data-show-password]")
    field.fill("Rahasia#1")
    button.click()
    assert field.get_attribute("type") == "text"
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert field.get_attribute("type") == "password"


def test_without_scripts_there_is_no_button_that_does_nothing(chromium, live):
    context = chromium.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/masuk")
    assert not page.locator("[data-show-password]").is_visible()
    assert page.locator("main button:visible").count() == 1  # to sign in; none for passkeys, none to look at the password
    context.close()


# While an answer is awaited the tab answers no questions, so the page writes down what it showed meanwhile.
WRITE_DOWN = """new MutationObserver(() => {
    const said = document.querySelector("body > [role=status]");
    if (said?.textContent && document.querySelector("form[aria-busy=true] .busy")) sessionStorage.shown = said.textContent;
}).observe(document.body, {subtree: true, childList: true, attributes: true})"""


def test_a_form_that_takes_long_says_so_and_is_sent_once(page, held):
    page.goto("/masuk")
    page.fill("#identifier", "siti@example.id")
    page.fill("#password", "Rahasia#1")
    page.evaluate(WRITE_DOWN)
    page.evaluate("for (const _ of [1, 2]) document.querySelector('main button.btn-primary').click()")
    page.wait_for_timeout(1000)
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_selector("[role=alert]")
    assert page.evaluate("sessionStorage.shown") == "Mohon tunggu…"


def test_a_page_that_comes_back_from_memory_can_be_sent_again(page):
    page.goto("/masuk")
    page.evaluate("document.querySelector('main form').dispatchEvent(new SubmitEvent('submit', {bubbles: true, cancelable: true}))")
    assert page.evaluate("document.querySelector('main form').dataset.sent") == "yes"
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.evaluate("document.querySelector('main form').dataset.sent") is None


def up_to_the_code(page, person):
    page.goto("/daftar")
    walking.say_who(page, person)
    walking.give_contacts(page, person)


def test_the_rules_of_a_password_are_ticked_while_it_is_typed(page, sandbox):
    page.goto("/daftar")
    walking.say_who(page, sandbox.add_person())
    page.wait_for_selector("input[name=password]")
    met = page.locator("[data-password-rules] li.met")
    assert met.count() == 0
    page.fill("input[name=password]", "kerja2026")
    assert [rule.split("\n")[0] for rule in met.all_inner_texts()] == [
        "Minimal 8 karakter",
        "Terdapat minimal satu huruf kecil",
        "Terdapat minimal satu angka",
    ]
    page.fill("input[name=password]", "Kerja#2026")
    assert met.count() == 5


def test_asking_for_another_code_waits_for_the_end_of_the_countdown(page, sandbox):
    page.clock.install()
    up_to_the_code(page, sandbox.add_person())
    page.wait_for_selector("input[name=code]")
    button, clock = page.get_by_role("button", name="Kirim Ulang"), page.locator("[data-countdown-clock]")
    assert button.is_disabled()
    before = clock.inner_text()
    page.clock.fast_forward(10_000)
    assert clock.inner_text() < before
    page.clock.fast_forward(30_000)
    assert button.is_enabled()
    assert not clock.is_visible()


def test_a_phone_that_reads_the_sms_fills_the_code_in_and_sends_it(page, sandbox):
    person = sandbox.add_person()
    page.expose_function("readSms", lambda: walking.code_in(sandbox, person["phone"]))
    # What Chromium on Android offers: https://wicg.github.io/web-otp/
    page.add_init_script(
        "window.OTPCredential = class {}; navigator.credentials.get = async ({otp}) => otp && {code: await window.readSms()};"
    )
    up_to_the_code(page, person)
    page.wait_for_selector(".portal")
