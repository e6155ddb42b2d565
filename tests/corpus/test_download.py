"""Downloads against a local server that behaves badly in every way we could think of."""

import gzip
import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.corpus import archive, download, transfer
from course_lib.corpus.datasets import DataFile, DataSet, Mirror
from course_lib.corpus.transfer import Patience
from course_lib.errors import CorpusError

pytest.importorskip("pooch", reason="downloads need course-lib[cli]")

BODY = random.Random(0).randbytes(300_000)
OTHER = random.Random(1).randbytes(300_000)
HURRIED = Patience(connect_s=5, read_s=0.4, attempts=4, pause_s=0)


def sha(data):
    return hashlib.sha256(data).hexdigest()


# What a server can do. Each takes the handler and the first byte asked for (None without Range).


def head(handler, status, length=None, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def serve(body, most=None, content_type="text/plain"):
    """Answers as it should; with `most`, hangs up after so many bytes of each answer."""

    def behave(handler, start):
        if start is not None and start >= len(body):
            return head(handler, 416, 0)
        rest = body[start or 0 :]
        if start is None:
            head(handler, 200, len(rest), Content_Type=content_type)
        else:
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            head(handler, 206, len(rest), Content_Range=span)
        handler.wfile.write(rest[:most])
        return None

    return behave


def ignore_range(handler, start):
    head(handler, 200, len(BODY))
    handler.wfile.write(BODY)


def ignore_range_and_truncate(handler, start):
    head(handler, 200, len(BODY))
    handler.wfile.write(BODY[:70_000])


def other_range(handler, start):
    if start is None:
        return serve(BODY, most=50_000)(handler, start)
    head(handler, 206, 1000, Content_Range=f"bytes {start - 1000}-{start - 1}/{len(BODY)}")
    handler.wfile.write(BODY[start - 1000 : start])
    return None


def claim_more(handler, start):
    head(handler, 200, len(BODY) + 5000)
    handler.wfile.write(BODY)


def claim_less(handler, start):
    head(handler, 200, 1000)
    handler.wfile.write(BODY)


def claim_nonsense(handler, start):
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.send_header("Content-Length", "200")
    handler.end_headers()
    handler.wfile.write(BODY)


def claim_nothing(handler, start):
    head(handler, 200)
    handler.wfile.write(BODY)


def nothing_and_truncate(handler, start):
    head(handler, 200)
    handler.wfile.write(BODY[:90_000])


def chunked(handler, start):
    head(handler, 200, Transfer_Encoding="chunked")
    for at in range(0, len(BODY), 50_000):
        piece = BODY[at : at + 50_000]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


def squeezed(handler, start):
    body = gzip.compress(BODY)
    head(handler, 200, len(body), Content_Encoding="gzip")
    handler.wfile.write(body)


def squeezed_if_allowed(handler, start):
    """Compressed answers that break off; plain ones come in three parts."""
    if "gzip" in handler.headers.get("Accept-Encoding", ""):
        body = gzip.compress(BODY)
        head(handler, 200, len(body), Content_Encoding="gzip")
        handler.wfile.write(body[:100_000])
    else:
        serve(BODY, most=100_000)(handler, start)


def endless(handler, start):
    head(handler, 200)
    with suppress(OSError):
        for _ in range(2000):
            handler.wfile.write(OTHER)
            handler.server.sent += len(OTHER)


def page(handler, start):
    text = b"<html><h1>404 Not Found</h1></html>"
    head(handler, 200, len(text), Content_Type="text/html; charset=utf-8")
    handler.wfile.write(text)


def page_as_text(handler, start):
    text = b"<html><h1>404 Not Found</h1></html>"
    head(handler, 200, len(text), Content_Type="text/plain")
    handler.wfile.write(text)


def stall(handler, start):
    head(handler, 200, len(BODY))
    handler.wfile.write(BODY[:100_000])
    handler.server.closing.wait(20)


def mute(handler, start):
    handler.server.closing.wait(20)


def drip(handler, start):
    head(handler, 200, len(BODY))
    with suppress(OSError):
        for byte in BODY[:200]:
            handler.wfile.write(bytes([byte]))
            if handler.server.closing.wait(0.05):
                return


def status(code):
    return lambda handler, start: head(handler, code, 0)


def redirect(to):
    return lambda handler, start: head(handler, 302, 0, Location=to)


def hang_up(handler, start):
    handler.close_connection = True


class Server:
    """A server on 127.0.0.1; ``ways`` says how each first path component is answered."""

    def __init__(self):
        self.ways = {}
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                wanted = self.headers.get("Range", "").removeprefix("bytes=").rstrip("-")
                start = int(wanted) if wanted else None
                outer.asked.append((self.path, start))
                with suppress(BrokenPipeError, ConnectionResetError):
                    outer.ways[self.path.split("/")[1]](self, start)
                self.close_connection = True

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.sent = 0
        self.http.closing = threading.Event()
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.http.closing.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()

    def mirrors(self, *ways):
        """One mirror for each way of behaving."""
        made = []
        for number, way in enumerate(ways):
            self.ways[f"m{number}"] = way
            made.append(Mirror(f"{self.address}/m{number}/", {"set/text.txt": "text.txt"}))
        return tuple(made)

    def data(self, *ways):
        file = DataFile("set/text.txt", len(BODY), sha(BODY))
        return DataSet((file,), self.mirrors(*ways))


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE", str(folder))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return folder


def left_behind(cache):
    """Files in the cache, but for the empty one that a lock is held on."""
    files = (path for path in cache.rglob("*") if path.is_file() and path.name != ".lock")
    return sorted(path.relative_to(cache).as_posix() for path in files)


def get(data, **options):
    return download.fetch(data, patience=HURRIED, **options)


def assert_right(cache, paths):
    """The file is there, whole, and nothing else is."""
    assert [path.read_bytes() for path in paths] == [BODY]
    assert left_behind(cache) == ["set/text.txt"]


WHOLE = [
    serve(BODY),
    ignore_range,
    claim_more,
    claim_nothing,
    chunked,
    squeezed,
    squeezed_if_allowed,
    serve(BODY, most=100_000),
    serve(BODY + OTHER),
]


@pytest.mark.parametrize("way", WHOLE)
def test_one_server_is_enough_if_it_has_the_file(server, cache, way):
    assert_right(cache, get(server.data(way)))


BAD = {
    "truncated without ranges": ignore_range_and_truncate,
    "another range": other_range,
    "claims less": claim_less,
    "claims nonsense": claim_nonsense,
    "truncated without length": nothing_and_truncate,
    "another file of the same size": serve(OTHER),
    "a shorter file": serve(OTHER[:1000]),
    "a longer file": serve(OTHER + BODY),
    "endless": endless,
    "page": page,
    "page as text": page_as_text,
    "404": status(404),
    "500": status(500),
    "416": status(416),
    "204": status(204),
    "redirect in a circle": redirect("/m0/text.txt"),
    "hangs up": hang_up,
}
SLOW = {"stall": stall, "mute": mute, "drip": drip}


@pytest.mark.parametrize("way", (BAD | SLOW).values(), ids=(BAD | SLOW).keys())
def test_a_bad_server_alone_gives_an_error_and_no_file(server, cache, way):
    with pytest.raises(CorpusError, match=r"could not download set/text\.txt") as error:
        get(server.data(way))
    assert f"{server.address}/m0/text.txt: " in str(error.value)
    assert set(left_behind(cache)) <= {"set/text.txt.part"}


@pytest.mark.parametrize("way", (BAD | SLOW).values(), ids=(BAD | SLOW).keys())
def test_the_next_mirror_mends_what_a_bad_one_did(server, cache, way):
    assert_right(cache, get(server.data(way, serve(BODY))))


@given(st.lists(st.sampled_from(list(BAD.values())), max_size=4), st.integers(0, 400_000))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_came_before_the_right_file_results(server, cache, ways, garbage):
    """Also with an unfinished transfer on disk that is not of this file, even too long."""
    for path in (cache / "set").glob("*"):
        path.unlink()
    (cache / "set").mkdir(parents=True, exist_ok=True)
    (cache / "set/text.txt.part").write_bytes((OTHER + OTHER)[:garbage])
    assert_right(cache, get(server.data(*ways, serve(BODY))))


def test_an_error_says_what_each_mirror_answered(server):
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = server.data(status(404), page, serve(OTHER), serve(OTHER[:9]), stall)
    refused = Mirror(f"http://127.0.0.1:{port}/", {"set/text.txt": "text.txt"})
    with pytest.raises(CorpusError) as error:
        get(DataSet(data.files, (*data.mirrors, refused)))
    lines = str(error.value).splitlines()
    assert [line.split(": ", 1)[1] for line in lines[1:-1]] == [
        "answered 404 Not Found",
        "answered with a web page instead of the file",
        f"sent another file: its sha256 is {sha(OTHER)}, expected {sha(BODY)}",
        "sent another file: 9 bytes (text/plain), expected 300000",
        "no answer in time",
        "connection refused",
    ]


def test_a_server_that_only_drips_has_stalled(server):
    with pytest.raises(CorpusError, match=r"stalled: [0-9]+ bytes in 0\.4 seconds"):
        get(server.data(drip))


def test_a_server_that_brings_nothing_new_is_left_for_the_next_mirror(server):
    get(server.data(nothing_and_truncate, serve(BODY)))
    assert [path for path, _ in server.asked] == ["/m0/text.txt"] * 2 + ["/m1/text.txt"]


def test_no_more_is_read_than_the_file_can_have(server):
    with pytest.raises(CorpusError):
        get(server.data(endless))
    with pytest.raises(CorpusError, match="sent another file: 1001 bytes"):
        transfer_of(server, endless, limit=1000)
    assert server.http.sent < 20_000_000  # of 600 MB; some is on its way in the system's buffers


def transfer_of(server, way, limit):
    """A transfer of unknown size, as archives are."""
    data = server.data(way)
    one = Path(os.environ["COURSE_CACHE"], "one.part")
    one.parent.mkdir(exist_ok=True)
    try:
        transfer.Transfer(one, None, limit, lambda path: None, "one", None, HURRIED)(
            f"{data.mirrors[0].address}text.txt", str(one.with_suffix(""))
        )
    except transfer.TransferError as error:
        raise CorpusError(str(error)) from error


def test_a_write_that_takes_only_some_bytes_is_continued(tmp_path):
    class Slow(io.BytesIO):
        def write(self, data):
            return super().write(data[:7])

    out, piece = Slow(), transfer.Transfer(tmp_path, None, 10**6, lambda path: None, "one")
    assert piece._write(iter([BODY[:100], BODY[100:150]]), out, 0, None) == 150
    assert out.getvalue() == BODY[:150]


def test_redirects_are_followed(server, cache):
    server.ways["there"] = serve(BODY)
    assert_right(cache, get(server.data(redirect("/there/text.txt"))))


def test_an_interrupted_transfer_is_continued_and_not_begun_again(server, cache):
    with pytest.raises(CorpusError):
        get(server.data(nothing_and_truncate))
    part = cache / "set/text.txt.part"
    assert part.read_bytes() == BODY[:90_000]
    server.asked.clear()
    assert_right(cache, get(server.data(serve(BODY))))
    assert server.asked == [("/m0/text.txt", 90_000)]


def test_one_mirror_continues_what_another_began(server, cache):
    assert_right(cache, get(server.data(nothing_and_truncate, serve(BODY))))
    assert server.asked[-1] == ("/m1/text.txt", 90_000)


def test_a_server_that_hangs_up_again_and_again_is_asked_on_while_bytes_come(server, cache):
    assert_right(cache, get(server.data(serve(BODY, most=100_000))))
    assert [start for _, start in server.asked] == [None, 100_000, 200_000]


def test_a_complete_part_needs_no_network(server, cache):
    (cache / "set").mkdir(parents=True)
    (cache / "set/text.txt.part").write_bytes(BODY)
    assert_right(cache, get(server.data(status(500))))
    assert server.asked == []


def test_a_file_that_is_there_is_not_downloaded_again(server, cache):
    data = server.data(serve(BODY))
    get(data)
    server.asked.clear()
    assert_right(cache, get(data))
    assert server.asked == []


@pytest.mark.parametrize("damage", [b"", BODY[:-1], OTHER], ids=["empty", "shorter", "changed"])
def test_a_damaged_file_in_the_cache_is_replaced_and_never_used(server, cache, damage):
    data = server.data(serve(BODY))
    (path,) = get(data)
    path.write_bytes(damage)
    assert download.find(data.files[0]) is None
    assert_right(cache, get(data))


def test_progress_counts_the_bytes_of_the_file(server):
    seen = []
    get(server.data(serve(BODY, most=100_000)), progress=lambda *at: seen.append(at))
    assert {(label, total) for label, _, total in seen} == {("set/text.txt", len(BODY))}
    done = [done for _, done, _ in seen]
    assert done[0] == 0
    assert done[-1] == len(BODY)
    assert done == sorted(done)


# Archives.


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in members.items():
            made.writestr(f"in/{name}.txt", body)
    return stream.getvalue()


ARCHIVE = zipped(a=BODY, b=OTHER, c=b"not wanted")


def archive_data(server, *ways, size=None):
    for number, way in enumerate(ways):
        server.ways[f"z{number}"] = way
    names = {"set/a.txt": "in/a.txt", "set/b.txt": "in/b.txt"}
    files = tuple(
        DataFile(path, len(body), sha(body))
        for path, body in zip(names, (BODY, OTHER), strict=True)
    )
    mirrors = tuple(
        Mirror(f"{server.address}/z{number}/all.zip", names, archive=True, size=size)
        for number in range(len(ways))
    )
    return DataSet(files, mirrors)


@pytest.mark.parametrize("size", [None, len(ARCHIVE)])
@pytest.mark.parametrize("most", [None, 200_000])
def test_one_archive_brings_all_its_files(server, cache, size, most):
    data = archive_data(server, serve(ARCHIVE, most, "application/zip"), size=size)
    assert [path.read_bytes() for path in get(data)] == [BODY, OTHER]
    assert left_behind(cache) == ["set/a.txt", "set/b.txt"]
    assert len(server.asked) == (1 if most is None else 1 + len(ARCHIVE) // most)


def test_a_finished_but_unnamed_archive_or_one_of_other_bytes_is_begun_again(server, cache):
    for before in (ARCHIVE, OTHER * 3):
        for path in (cache / "set").glob("*.txt"):
            path.unlink()
        (cache / "set").mkdir(parents=True, exist_ok=True)
        (cache / "set/all.zip.part").write_bytes(before)
        assert len(get(archive_data(server, serve(ARCHIVE)))) == 2
        assert left_behind(cache) == ["set/a.txt", "set/b.txt"]


def test_a_bomb_is_read_no_further_than_its_file_should_go():
    class Bomb(io.BytesIO):
        def read(self, size=-1):
            assert 0 <= size <= 11 - self.tell()
            return super().read(size)

    assert archive._sha256_of(Bomb(bytes(1000)), 10) == sha(bytes(11))


SQUEEZABLE = zipped(a=" ".join(map(str, range(50_000))).encode())

FOREIGN = {
    "no zip": OTHER,
    "another member": zipped(a=BODY, b=BODY),
    "a member is missing": zipped(a=BODY),
    "a bomb": zipped(a=BODY, b=bytes(50_000_000)),
    "damaged": ARCHIVE[:150_000] + bytes(1000) + ARCHIVE[151_000:],
    "damaged in the compressed part": SQUEEZABLE[:200] + b"\xff" * 50 + SQUEEZABLE[250:],
    "nothing": b"",
}


@pytest.mark.parametrize("body", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_archive_gives_no_file_and_the_next_mirror_is_asked(server, cache, body):
    with pytest.raises(CorpusError, match=r"all\.zip: sent "):
        get(archive_data(server, serve(body)))
    assert left_behind(cache) == []
    assert len(get(archive_data(server, serve(body), serve(ARCHIVE)))) == 2
    assert left_behind(cache) == ["set/a.txt", "set/b.txt"]


def test_an_unfinished_archive_is_swept_when_another_mirror_has_the_files(server, cache):
    data = archive_data(server, serve(ARCHIVE, most=1000), size=len(ARCHIVE))
    server.ways["plain"] = lambda handler, start: serve(
        BODY if handler.path.endswith("a.txt") else OTHER
    )(handler, start)
    plain = Mirror(f"{server.address}/plain/", {"set/a.txt": "a.txt", "set/b.txt": "b.txt"})
    stubborn = Patience(connect_s=5, read_s=5, attempts=1, pause_s=0)
    paths = download.fetch(DataSet(data.files, (*data.mirrors, plain)), patience=stubborn)
    assert len(paths) == 2
    assert left_behind(cache) == ["set/a.txt", "set/b.txt"]


def test_only_some_files_can_be_asked_for(server, cache):
    server.ways["plain"] = serve(OTHER)
    data = archive_data(server, serve(ARCHIVE))
    plain = Mirror(f"{server.address}/plain/", {"set/b.txt": "b.txt"})
    (path,) = get(DataSet(data.files, (plain,)), paths=["set/b.txt"])
    assert path.read_bytes() == OTHER
    assert left_behind(cache) == ["set/b.txt"]


def test_a_full_disk_while_unpacking_leaves_nothing(server, cache, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CorpusError, match="No space left on device; free some space"):
        get(archive_data(server, serve(ARCHIVE)))
    assert left_behind(cache) == []


def test_what_a_killed_process_was_writing_is_swept(server, cache):
    (cache / "set").mkdir(parents=True)
    for name in (".text.txt.0a1b2c3d.part", "tmp1234"):
        (cache / "set" / name).write_bytes(BODY[:100])
    assert_right(cache, get(server.data(serve(BODY))))
    assert left_behind(cache) == ["set/text.txt"]


# The machine.


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_stops_at_once_and_says_so(server, cache):
    (cache / "set").mkdir(parents=True)
    part = cache / "set/text.txt.part"
    part.symlink_to("/dev/full")
    data = server.data(serve(BODY), serve(BODY))
    with pytest.raises(CorpusError, match=r"cannot write .*\.part: No space left on device"):
        get(data)
    assert len(server.asked) == 1  # another mirror would not help
    part.unlink()
    assert_right(cache, get(data))


def run(code, cache, **options):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "COURSE_CACHE": str(cache), "NO_PROXY": "*"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def fetching(data):
    return f"""
        from course_lib.corpus import download
        from course_lib.corpus.datasets import DataFile, DataSet, Mirror
        print(download.fetch({data!r})[0])
    """


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_disk_that_fills_up_half_way_keeps_what_came(server, cache):
    data = server.data(serve(BODY))
    limit = """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    """
    process = run(limit + fetching(data), cache)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot write" in errors
    assert "100000 bytes are kept" in errors
    assert (cache / "set/text.txt.part").read_bytes() == BODY[:100_000]
    server.asked.clear()
    assert_right(cache, get(data))
    assert server.asked == [("/m0/text.txt", 100_000)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_a_killed_download_is_continued(server, cache):
    data = server.data(stall)
    process = run(fetching(data), cache)
    part = cache / "set/text.txt.part"
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size == 100_000):
        assert time.monotonic() < deadline, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert not (cache / "set/text.txt").exists()
    server.ways["m0"] = serve(BODY)
    server.asked.clear()
    assert_right(cache, get(data))  # also: no temporary file of the dead process
    assert server.asked == [("/m0/text.txt", 100_000)]


def test_two_processes_share_one_download(server, cache):
    arrived = threading.Event()

    def slow(handler, start):
        head(handler, 200, len(BODY))
        for at in range(0, len(BODY), 30_000):
            handler.wfile.write(BODY[at : at + 30_000])
            arrived.set()
            handler.server.closing.wait(0.1)

    code = fetching(server.data(slow))
    first = run(code, cache)
    assert arrived.wait(60)
    second = run(code, cache)
    for process in (first, second):
        printed, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert Path(printed.strip()).read_bytes() == BODY
    assert len(server.asked) == 1
    assert left_behind(cache) == ["set/text.txt"]


def test_a_cache_folder_that_cannot_be_made_is_named(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    with pytest.raises(CorpusError, match=r"cannot write .*file.*COURSE_CACHE"):
        get(server.data(serve(BODY)))


def test_the_lock_file_is_there_until_the_lock_is_released(server, cache, monkeypatch):
    """Who waits for the lock has the file open: without it, two processes would hold two files."""
    filelock = pytest.importorskip("filelock")
    release, seen = filelock.FileLock.release, []

    def watched(self, *args, **kwargs):
        seen.append(Path(self.lock_file).exists())
        return release(self, *args, **kwargs)

    monkeypatch.setattr(filelock.FileLock, "release", watched)
    get(server.data(serve(BODY)))
    assert seen[0] is True


def test_a_busy_folder_is_given_up_after_a_while(server, cache, monkeypatch):
    filelock = pytest.importorskip("filelock")
    monkeypatch.setattr(download, "LOCK_TIMEOUT_S", 0.1)
    (cache / "set").mkdir(parents=True)
    with (
        filelock.FileLock(cache / "set/.lock"),
        pytest.raises(CorpusError, match="another process has been downloading"),
    ):
        get(server.data(serve(BODY)))
    assert server.asked == []


# COURSE_DATA.


@pytest.fixture
def local(tmp_path, monkeypatch):
    folder = tmp_path / "local"
    (folder / "set").mkdir(parents=True)
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def test_course_data_is_used_in_place_and_nothing_is_downloaded(server, cache, local):
    (local / "set/text.txt").write_bytes(BODY)
    assert get(server.data(serve(BODY))) == (local / "set/text.txt",)
    assert server.asked == []
    assert not cache.exists()


def test_a_file_that_course_data_lacks_is_an_error_and_not_a_download(server, local):
    with pytest.raises(CorpusError, match=r"COURSE_DATA=.* has no set/text\.txt"):
        get(server.data(serve(BODY)))
    assert server.asked == []


def test_a_wrong_file_in_course_data_is_an_error(server, local):
    (local / "set/text.txt").write_bytes(OTHER)
    with pytest.raises(CorpusError, match=f"sha256 is {sha(OTHER)}, expected {sha(BODY)}"):
        get(server.data(serve(BODY)))


def test_a_known_variant_is_good_in_course_data_but_never_from_the_network(
    server, cache, local, monkeypatch
):
    file = DataFile("set/text.txt", len(BODY), sha(BODY), {sha(OTHER): "another edition"})
    data = DataSet((file,), server.mirrors(serve(OTHER)))
    (local / "set/text.txt").write_bytes(OTHER)
    assert get(data) == (local / "set/text.txt",)
    monkeypatch.delenv("COURSE_DATA")
    with pytest.raises(CorpusError, match="could not download"):
        get(data)
    (cache / "set/text.txt").write_bytes(OTHER)
    assert download.find(file) is None


def test_course_data_must_be_a_folder(local, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(local / "absent"))
    with pytest.raises(CorpusError, match=r"COURSE_DATA=.*absent is not a folder"):
        download.data_dir()


def test_the_cache_folder_is_the_platforms_unless_chosen(monkeypatch, tmp_path):
    pooch = pytest.importorskip("pooch")
    monkeypatch.delenv("COURSE_CACHE")
    assert download.cache_dir() == Path(pooch.os_cache("course-lib"))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert download.cache_dir() == tmp_path


def test_without_pooch_the_error_names_the_extra(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pip install 'course-lib\[cli\]'"):
        get(server.data(serve(BODY)))


def test_default_patience_bounds_a_silent_server():
    assert 0 < transfer.PATIENCE.read_s <= 60
    assert 0 < transfer.PATIENCE.connect_s <= 60
