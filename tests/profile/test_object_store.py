"""Uploads in an object store: the same port, spoken over S3's wire."""

import re

import pytest
from moto.server import ThreadedMotoServer

from idp import settings
from idp.gateways.object_store import ObjectStore, Unavailable
from idp.profile import storage
from tests.conftest import free_port
from tests.profile.test_documents import address, send
from tests.uploads import hostile

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(port=free_port())
    server.start()
    yield f"http://localhost:{server._port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    store = ObjectStore(f"s3://files?endpoint={endpoint}")
    store._client.create_bucket(Bucket="files")
    return f"s3://files/profil?endpoint={endpoint}"


def test_what_is_kept_is_read_back_and_gone_when_deleted(bucket):
    place, file = storage.at(bucket), storage.new_file()
    storage.keep(place, file, b"isi")
    assert storage.read(place, file) == b"isi"
    assert place.get(file.name) != b"isi"
    place.delete(file.name)
    place.delete(file.name)
    with pytest.raises(storage.Missing):
        storage.read(place, file)


def test_a_document_lies_in_the_bucket_and_comes_back(bucket, browser, configured, worker):
    configured(storage_url=bucket)
    page = send(browser, "pendidikan", hostile.sound()["ijazah.pdf"])
    assert browser.request("GET", address(page)).data.startswith(b"%PDF-")
    browser.get(re.search(r"/profil/lengkapi/pendidikan/\w+/hapus", page.text)[0])
    browser.submit()
    worker.drain()
    assert storage.at(bucket)._store._client.list_objects_v2(Bucket="files").get("KeyCount") == 0


def test_a_store_that_does_not_answer_loses_nothing_that_was_typed(browser, configured, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    configured(storage_url=f"s3://files?endpoint=http://localhost:{free_port()}")
    answer = send(browser, "pendidikan", hostile.sound()["ijazah.pdf"])
    assert answer.status_code == 422
    assert browser.forms()[0]["fields"]["institution"] == ["Universitas Padjadjaran"]


def test_a_missing_bucket_and_a_wrong_address_are_said(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(Unavailable):
        ObjectStore(f"s3://nowhere?endpoint={endpoint}").put("0" * 32, b"x")
    for wrong in ("s3://", "s3://bucket?colour=red", "http://bucket", "s3://b?endpoint"):
        with pytest.raises(ValueError, match=r"object store is s3|bad query field"):
            ObjectStore(wrong)


def test_production_wants_the_store_over_tls():
    chosen = settings.current().model_copy(update={"storage_url": "s3://files?endpoint=http://minio:9000"})
    assert ("storage_url", "the object store must be reached over https") in settings.insecure(chosen)
