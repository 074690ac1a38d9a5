"""Descriptions with a little form: what may stay, what others are told, and that nothing in them acts."""

import pytest

from idp import claims, profile
from idp.profile import rich_text
from idp.profile.rich_text import Marks
from tests.profile.test_history import add

PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>", "<p onclick=alert(1) class='align-center evil'>x</p>",
    "<iframe srcdoc='<script>1</script>'>",
    "<b><script>alert(1)//</b></script>", "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "<p class='modal'>x</p>",
    "<template><script>alert(1)</script></template>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><script>alert(1)</script>-->",
    "<form action=//evil><input name=csrf_token></form>", "<meta http-equiv=refresh content=0>", "<li id=location name=location>x</li>",
    "<style>*{display:none}</style>", "<base href=//evil>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<p>\u202egnp.exe</p>",
    "<b" + "<b" * 500,
)  # fmt: skip
ACTS = (
    "<script",
    "<img",
    "<svg",
    "<iframe",
    "<form",
    "<meta",
    "<style",
    "<base",
    "<a ",
    "javascript:",
    "onerror=",
    "onclick=",
    "style=",
    "evil",
    "id=",
    "modal",
)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("marks", "html", "kept"),
    [
        (Marks.FEW, "<p>a <b>b</b> <i>c</i> <u>d</u></p><ul><li>e</li></ul><ol><li>f</li></ol>", None),
        (Marks.FEW, "<blockquote>a</blockquote><s>b</s>", "ab"),
        (Marks.FEW, '<p class="align-center">a</p>', "<p>a</p>"),
        (Marks.MANY, '<blockquote><p class="align-right">a</p></blockquote><s>b</s>', None),
        (Marks.MANY, '<p class="align-justify lead">a</p>', '<p class="align-justify">a</p>'),
        (Marks.MANY, "<h1>a</h1><div>b</div>", "ab"),
    ],
)
def test_only_the_marks_of_the_step_stay(marks, html, kept):
    assert rich_text.cleaned(html, marks) == (html if kept is None else kept)


@pytest.mark.any_database
def test_the_text_is_what_one_reads():
    html = "<p>Tugas:</p><ul><li>Memotong</li><li><b>Las</b> &lt;SMAW&gt;</li></ul><ol><li>satu</li><li>dua</li></ol>"
    html += "<blockquote>kata</blockquote>a<br>b"
    assert rich_text.plain(html).split("\n") == ["Tugas:", "- Memotong", "- Las <SMAW>", "1. satu", "2. dua", "kata", "a", "b"]


@pytest.mark.any_database
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_is_kept_acts(payload):
    for marks in Marks:
        kept = rich_text.cleaned(payload, marks).lower()
        assert not [one for one in ACTS if one in kept.replace("&lt;", "").replace("&gt;", "")], kept
        assert rich_text.cleaned(kept, marks) == kept


def told(app, citizen):
    with app.app_context():
        (entry,) = profile.of(citizen.account_id).training.entries
        (claim,) = claims.of(citizen.account_id, ["training"])["training"]
    return entry, claim


def test_a_description_keeps_its_form_and_services_are_told_the_text(app, rina, browser):
    page = add(
        browser, "pelatihan", description="x", description_html='<p class="align-center"><b>Las</b> &amp; potong</p><ul><li>SMAW</li></ul>'
    )
    entry, claim = told(app, rina)
    assert entry.formatted == '<p class="align-center"><b>Las</b> &amp; potong</p><ul><li>SMAW</li></ul>'
    assert claim["description"] == entry.description == "Las & potong\n- SMAW"
    assert entry.formatted in page.text
    # Without our editor the text alone comes back: unchanged it keeps its form, changed it is the new text.
    path = f"/profil/lengkapi/pelatihan/{entry.id}"
    browser.get(path)
    browser.submit(program="Las Lanjut")
    assert told(app, rina)[0].formatted == entry.formatted
    browser.get(path)
    browser.submit(description="Las saja")
    entry, claim = told(app, rina)
    assert (entry.formatted, entry.description, claim["description"]) == (None, "Las saja", "Las saja")


def test_payloads_are_inert_on_pages_and_in_claims(app, rina, browser):
    add(
        browser,
        "pelatihan",
        description="x",
        description_html="<p>mulai</p>" + "".join(one for one in PAYLOADS[:-1] if "iframe" not in one),
    )
    acts = ("<script>", "<img src=x", "<svg", "<iframe", "<style", "<form action=//", "<base", "javascript:", 'class="evil', "style=")
    for path in ("/profil/lengkapi/pelatihan", "/profil"):
        shown = browser.get(path).text.partition('class="mt-1 rich"')[2].partition('class="form-text')[0].partition("</section>")[0]
        assert "mulai" in shown
        assert not [one for one in acts if one in shown]
    # What was typed as text is text, and whoever shows it escapes it, as every other claim.
    assert "onerror" not in told(app, rina)[1]["description"].replace("</noscript><img src=x onerror=alert(1)>", "")
    answer = add(browser, "pelatihan", description="x", description_html="<p>" + "x" * 3001 + "</p>", program="")
    assert answer.status_code == 422
    assert "3000" in answer.text
