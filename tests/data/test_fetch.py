"""Public files come from a folder of one's own, the cache or a local server; no test leaves the machine."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import evaluate as ev
from evaluate.data.fetch import fetch_file, where_is
from evaluate.data.public_files import PublicFile, public_file, public_files

CONTENT = b"ward,month,n\nE05011247,2018-05,3\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - what this server was asked for, emptied by the fixture

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A server on this machine, the folder it serves, and what it was asked for."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "wards.csv").write_bytes(CONTENT)
    Quiet.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", folder, Quiet.asked
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def without_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVALUATE_DATA", raising=False)
    for variable in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)


def wards(address: str, sha256: str = "") -> PublicFile:
    return PublicFile("wards", "wards.csv", f"{address}/wards.csv", sha256, page="https://example.org/wards")


def test_a_download_is_kept_with_a_record(server, tmp_path, capfd):
    address, _, asked = server
    cache = tmp_path / "cache"
    path = fetch_file(wards(address), cache=cache)
    assert path == cache / "wards.csv"
    assert path.read_bytes() == CONTENT
    record = json.loads((cache / "wards.csv.json").read_text("utf-8"))
    assert (record["sha256"], record["bytes"], record["name"]) == (SHA256, len(CONTENT), "wards")
    assert sorted(file.name for file in cache.iterdir()) == ["wards.csv", "wards.csv.json"]
    assert fetch_file(wards(address), cache=cache) == path
    assert asked == ["/wards.csv"]
    assert capfd.readouterr() == ("", "")
    panel = ev.read_counts(path, area="ward", period="month", count="n")
    assert panel.provenance.files[0].sha256 == SHA256


def test_a_file_that_was_replaced_is_downloaded_again_only_when_asked(server, tmp_path):
    address, folder, asked = server
    path = fetch_file(wards(address), cache=tmp_path / "cache")
    (folder / "wards.csv").write_bytes(b"ward,month,n\nE05011247,2018-06,4\n")
    assert fetch_file(wards(address), cache=tmp_path / "cache").read_bytes() == CONTENT
    assert fetch_file(wards(address), cache=tmp_path / "cache", again=True) == path
    assert b"2018-06" in path.read_bytes()
    assert len(asked) == 2


def test_a_registered_hash_is_checked(server, tmp_path):
    address, _, _ = server
    assert fetch_file(wards(address, SHA256), cache=tmp_path / "right").read_bytes() == CONTENT
    other = wards(address, "0" * 64)
    with pytest.raises(ev.DataError) as refused:
        fetch_file(other, cache=tmp_path / "wrong")
    assert str(refused.value) == (
        f"wards: what {address}/wards.csv gives is another file than the registered one, whose SHA-256 is "
        '0000000000000000...; it may have been replaced or cut short. Download "wards.csv" from '
        "https://example.org/wards in a browser, and name the folder you put it into in the variable EVALUATE_DATA."
    )
    assert list((tmp_path / "wrong").iterdir()) == []


def test_a_cache_that_was_tampered_with_is_refused(server, tmp_path):
    address, _, _ = server
    cache = tmp_path / "cache"
    path = fetch_file(wards(address), cache=cache)
    path.write_bytes(CONTENT + b"x")
    with pytest.raises(
        ev.DataError, match=rf"no longer the one with SHA-256 {SHA256[:16]}\.\.\., downloaded on 20"
    ):
        fetch_file(wards(address), cache=cache)
    (cache / "wards.csv.json").write_text("{}", "utf-8")
    with pytest.raises(ev.DataError, match=r"^wards\.csv\.json: the record of the download is damaged"):
        fetch_file(wards(address), cache=cache)
    (cache / "wards.csv.json").unlink()
    with pytest.raises(ev.DataError, match=r"^wards\.csv: the cache has this file without a record"):
        fetch_file(wards(address), cache=cache)
    assert fetch_file(wards(address), cache=cache, again=True).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"\n <!DOCTYPE html><html>Sign in</html>", "a web page and not the file"), (b"", "nothing")],
)
def test_a_web_page_or_nothing_is_not_kept(server, tmp_path, content, kind):
    address, folder, _ = server
    (folder / "wards.csv").write_bytes(content)
    with pytest.raises(ev.DataError, match=f"/wards.csv gives {kind}. Download "):
        fetch_file(wards(address), cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_page_that_is_not_there_and_a_server_that_is_down(server, tmp_path):
    address, folder, _ = server
    (folder / "wards.csv").unlink()
    with pytest.raises(ev.DataError, match=r"^wards: .* could not be downloaded \(HTTPError: 404"):
        fetch_file(wards(address), cache=tmp_path / "cache")
    with pytest.raises(ev.DataError, match=r"could not be downloaded \(ConnectionError"):
        fetch_file(wards("http://127.0.0.1:1"), cache=tmp_path / "cache")


def test_a_folder_of_ones_own_is_used_first(server, tmp_path, monkeypatch):
    address, _, asked = server
    mirror = tmp_path / "mirror"
    (mirror / "mps").mkdir(parents=True)
    monkeypatch.setenv("EVALUATE_DATA", str(mirror))
    own = mirror / "mps" / "wards.csv"
    own.write_bytes(b"ward,n\n")
    assert fetch_file(wards(address), cache=tmp_path / "cache") == own
    assert where_is(wards(address)) == own
    assert asked == []
    with pytest.raises(ev.DataError, match=r"is another than the registered one \(SHA-256 .* Remove it"):
        fetch_file(wards(address, SHA256), cache=tmp_path / "cache")
    (mirror / "old").mkdir()
    (mirror / "old" / "wards.csv").write_bytes(CONTENT)
    with pytest.raises(ev.DataError, match=r"names holds mps.wards\.csv and old.wards\.csv\. Keep one"):
        fetch_file(wards(address), cache=tmp_path / "cache")
    (mirror / "wards.csv").write_bytes(CONTENT)
    assert fetch_file(wards(address, SHA256)) == mirror / "wards.csv"
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(ev.DataError, match=r"EVALUATE_DATA names the folder .* which does not exist"):
        fetch_file(wards(address))


def test_a_registered_name_is_found_in_the_folder(tmp_path, monkeypatch):
    file = public_file("mps_ward_recent").file
    (tmp_path / file).write_bytes(CONTENT)
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path))
    assert ev.fetch("mps_ward_recent") == tmp_path / file


@pytest.mark.parametrize("name", ["proposition_99", "sicily_smoking_ban"])
def test_the_registered_hashes_are_those_of_the_published_files(shared_data, monkeypatch, name):
    """The folder of published files serves as the mirror: another file of that name would be refused."""
    monkeypatch.setenv("EVALUATE_DATA", str(shared_data))
    path = ev.fetch(name)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == public_file(name).sha256


def test_the_register_is_complete():
    files = public_files()
    assert len({file.name for file in files}) == len({file.file for file in files}) == len(files)
    for file in files:
        assert file.url.startswith("https://"), file
        assert file.page.startswith("https://"), file
        assert file.what, file
        assert file.licence, file
        assert file.sha256 == "" or len(file.sha256) == 64, file


def test_files_of_a_month():
    archive = public_file("police_uk_archive/2018-06")
    assert archive.url == "https://data.police.uk/data/archive/2018-06.zip"
    for name in ("police_uk_archive", "police_uk_archive/2018-13", "police_uk_archive/{month}"):
        with pytest.raises(
            ev.DataError, match=r'names no month\. Write for instance "police_uk_archive/2018-06"'
        ):
            public_file(name)
    with pytest.raises(ev.DataError, match=r'^No public file is registered as "mps_wards"\. Did you mean '):
        ev.fetch("mps_wards")
