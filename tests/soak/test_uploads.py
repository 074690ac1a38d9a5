"""Three hundred hostile uploads through the pages of a real server: each gets an answer, and no process is lost."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests import bench
from tests.faults.installation import Installation
from tests.uploads import hostile

AT_ONCE = 4
LONGEST_ANSWER_SECONDS = 45  # a decoder may take 20 s, and waits for its turn before


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDP_LIMITS", "off")
        patch.setenv("IDP_STORAGE_URL", f"file://{folder}/files")
        made = Installation(folder, f"sqlite:///{folder}/idp.db")
    yield made
    made.stop()


def test_three_hundred_hostile_uploads_lose_no_worker(installation: Installation) -> None:
    cookie = bench.signed_in_cookie(installation.url)
    process, before = installation.serving_process(), stored(installation)
    with httpx.Client(base_url=installation.url, headers={"Cookie": cookie}, timeout=LONGEST_ANSWER_SECONDS) as browser:
        page = browser.get("/profil/lengkapi/pendidikan/baru").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

        def send(upload: hostile.Upload) -> tuple[str, int]:
            name, content = upload
            where, field = ("/profil/lengkapi/pendidikan/berkas", "document") if len(name) % 3 else ("/profil/lengkapi/foto", "photo")
            sent = {"csrf_token": token, "go": "upload", "version": "0"}
            return name, browser.post(where, data=sent, files={field: (name, content)}).status_code

        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as hands:
            answers = dict(hands.map(send, hostile.uploads()))
        print(f"\n{len(answers)} uploads in {time.monotonic() - began:.0f} s")
    assert {name: status for name, status in answers.items() if status >= 500} == {}
    assert {201, 422} <= set(answers.values())
    assert installation.serving_process() == process
    assert httpx.get(f"{installation.url}/readyz").status_code == 200
    assert all(hostile.MARK not in path.read_bytes() for path in stored(installation) - before)


def stored(installation: Installation) -> set[Path]:
    """Every file that lies in the storage."""
    return {path for path in (installation.folder / "files").rglob("*") if path.is_file()}
