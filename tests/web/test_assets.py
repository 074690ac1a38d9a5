"""Static files: named by content, compressed beforehand, kept for a year, built once however many processes start."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest

from idp.web import assets, published

pytestmark = pytest.mark.any_database


@pytest.fixture
def names(app):
    return app.extensions["assets"]


def test_a_static_file_may_be_kept_for_a_year_and_its_name_changes_with_its_content(http, names, tmp_path):
    answer = http.get(f"/static/{names['theme.css']}")
    assert answer.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    sources = assets.read_sources()
    assets.build({**sources, "theme.css": sources["theme.css"] + b"\n"}, tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text())["theme.css"] != names["theme.css"]


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_browser_gets_the_compression_that_it_understands(http, names, encoding):
    plain = http.get(f"/static/{names['bootstrap.css']}").data
    answer = http.get(f"/static/{names['bootstrap.css']}", headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert len(answer.data) < len(plain) / 5
    assert "Accept-Encoding" in answer.headers["Vary"]
    if encoding == "br":
        assert brotli.decompress(answer.data) == plain


@pytest.mark.asvs("V3.4.4")
def test_static_files_bear_the_security_headers_and_set_no_cookie(http, names):
    for name in ("theme.css", "js/busy.js", "art/door.svg"):
        headers = http.get(f"/static/{names[name]}").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers
        assert "Set-Cookie" not in headers


def test_what_a_stylesheet_names_is_found_under_its_hashed_name(http, names):
    theme = http.get(f"/static/{names['theme.css']}").text
    referred = re.findall(r'url\("([^"]+)"\)', theme)
    assert f"/static/{names['art/door.svg']}" in referred
    assert all(http.get(address).status_code == 200 for address in referred)


def test_a_script_that_imports_another_finds_it_under_its_hashed_name(tmp_path):
    assets.build({"js/a.js": b'import { b } from "./b.js";\n', "js/b.js": b"export const b = 1;\n"}, tmp_path)
    names = json.loads((tmp_path / "manifest.json").read_text())
    assert (tmp_path / "files" / names["js/a.js"]).read_text() == f'import {{ b }} from "/static/{names["js/b.js"]}";\n'


def test_a_stylesheet_that_names_a_missing_file_is_refused(tmp_path):
    with pytest.raises(assets.UnknownAsset, match=r"art/none\.svg"):
        assets.build({"x.css": b'a { background: url("art/none.svg"); }'}, tmp_path)


def test_of_many_processes_that_start_at_once_each_finds_the_whole_folder(tmp_path):
    sources = {"x.css": b"a{}" * 1000}
    with ThreadPoolExecutor(8) as pool:
        built = list(pool.map(lambda _: published.folder(tmp_path, sources, lambda draft: assets.build(sources, draft)), range(24)))
    assert len(set(built)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [published.digest(sources)]
    assert (built[0] / "manifest.json").is_file()


def test_a_second_start_builds_nothing(tmp_path):
    made = []
    for _ in range(2):
        published.folder(tmp_path, {"x": b"1"}, made.append)
    assert len(made) == 1


@pytest.mark.asvs("V3.2.2")
def test_no_file_of_ours_writes_html_from_script_or_evaluates_text():
    for name, content in assets.read_sources().items():
        if name.endswith(".js"):
            assert not re.search(rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", content), name
