"""Decoders in processes of their own: what they can do to the program, which is nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable
from desktop.core.text import english, language, speak
from desktop.media.sandbox.messages import SHARED_BYTES
from desktop.media.sandbox.pool import Sandbox
from tests import attempts
from tests.media.sandbox import sandboxed
from tests.pseudo import write_pseudo

FILE = Path("picture.psd")
MEMORY = 256 * 1024**2
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(sandboxed.prepare, size=2, memory=MEMORY)
    yield made
    made.close()


def test_a_process_is_started_at_the_first_need_and_kept(sandbox: Sandbox) -> None:
    first = sandbox.run(sandboxed.process_id, b"", FILE)
    assert first != os.getpid()
    assert sandbox.run(sandboxed.process_id, b"", FILE) == first


def test_arrays_come_back(sandbox: Sandbox) -> None:
    data = bytes(range(256)) * 4096
    found = sandbox.run(sandboxed.reverse, data, FILE)
    assert (found == np.frombuffer(data, np.uint8)[::-1]).all()


@pytest.mark.parametrize(
    ("mode", "size"),
    [("RGB", (1, 1)), ("L", (3000, 2000)), ("RGBA", (1500, 1500)), ("RGB", (2_000_000, 1))],
)
def test_pictures_come_back_whatever_their_size(
    sandbox: Sandbox, mode: str, size: tuple[int, int]
) -> None:
    found = sandbox.run(sandboxed.draw, b"", FILE, mode, size)
    assert (found.mode, found.size) == (mode, size)
    assert (np.asarray(found) == np.asarray(sandboxed.draw(b"", mode, size))).all()


def test_what_is_larger_than_the_memory_that_both_share_comes_back(sandbox: Sandbox) -> None:
    for length in (SHARED_BYTES - 1_000, SHARED_BYTES, 2 * SHARED_BYTES, 2 * SHARED_BYTES + 1_000):
        assert len(sandbox.run(sandboxed.reverse, bytes(length), FILE)) == length


def test_pixels_never_come_in_one_piece(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever copies them holds up the window meanwhile."""
    pieces: list[int] = []
    usual = Image.frombytes

    def noting(mode: str, size: tuple[int, int], data: memoryview) -> Image.Image:
        pieces.append(len(data))
        return usual(mode, size, data)

    monkeypatch.setattr(Image, "frombytes", noting)
    sandbox.run(sandboxed.draw, b"", FILE, "RGB", (3000, 2000))
    assert sum(pieces) == 3000 * 2000 * 3
    assert max(pieces) <= 1 << 20


def test_more_pixels_than_any_picture_has_are_not_believed(sandbox: Sandbox) -> None:
    with pytest.raises(FileDamaged):
        sandbox.run(sandboxed.claim, b"", FILE, (100_000, 100_000))
    with pytest.raises(FileDamaged):
        sandbox.run(sandboxed.claim, b"", FILE, (-1, 5))


def test_processes_started_ahead_are_those_that_work(sandbox: Sandbox) -> None:
    sandbox.start(1)
    ahead = [process._process.pid for process in sandbox._free]
    assert len(ahead) == 1
    sandbox.start(1)
    assert sandbox.run(sandboxed.process_id, b"", FILE) == ahead[0]
    sandbox.start(50)
    assert len(sandbox._free) == 2  # as many as may be


def test_a_process_imports_nothing_of_the_script_that_uses_it(tmp_path: Path) -> None:
    script = tmp_path / "heavy.py"
    script.write_text(HEAVY)
    environment = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "imported\n['numpy']\n", done.stderr


@linux_only
def test_a_process_has_one_thread_when_it_gives_up_its_rights() -> None:
    """What starts later inherits that they are given up; what runs already would keep them."""
    loaded = Sandbox(sandboxed.prepare_all_and_count, size=1)
    assert loaded.run(sandboxed.count_of_threads_at_first, b"", FILE) == 1
    loaded.close()


def test_several_files_are_decoded_at_once_and_none_gets_the_others_result(
    sandbox: Sandbox,
) -> None:
    files = [bytes([number]) * 1000 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda data: sandbox.run(sandboxed.reverse, data, FILE), files))
    assert [array.tobytes() for array in found] == files


def test_an_error_of_the_file_comes_back_with_its_real_path(sandbox: Sandbox) -> None:
    with pytest.raises(FileDamaged, match="It is bent") as caught:
        sandbox.run(sandboxed.refuse, b"", FILE)
    assert caught.value.path == FILE
    assert caught.value.next_step == "Unbend it."


def test_an_error_comes_back_in_the_persons_language_and_is_known_in_english(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    before = language()
    speak(write_pseudo(tmp_path))
    try:
        with pytest.raises(FileDamaged) as caught:
            sandbox.run(sandboxed.refuse_in_the_persons_language, b"", FILE)
    finally:
        speak(before)
    assert caught.value.message.startswith("⟦The document has no pages.")
    assert english(caught.value.message) == "The document has no pages."


def test_what_nobody_foresaw_is_a_sentence_and_the_rest_goes_to_the_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(FileDamaged) as caught:
        sandbox.run(sandboxed.fail, b"", FILE)
    assert "KeyError" not in caught.value.sentence()
    assert "nobody foresaw this" in caplog.text


def test_out_of_file_descriptors_is_no_damage(sandbox: Sandbox) -> None:
    with pytest.raises(FileUnreadable, match="too many files are open"):
        sandbox.run(sandboxed.run_out_of_descriptors, b"", FILE)


@pytest.mark.parametrize("hang", [sandboxed.hang, sandboxed.hang_holding_everything])
def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(
    sandbox: Sandbox, hang: object
) -> None:
    with pytest.raises(FileTooLarge, match=r"longer than 0\.5 seconds"):
        sandbox.run(hang, b"", FILE, seconds=0.5)  # pyright: ignore[reportArgumentType]
    assert sandbox.run(sandboxed.reverse, b"ab", FILE).tobytes() == b"ba"


@posix_only
def test_a_crash_costs_one_file(sandbox: Sandbox) -> None:
    with pytest.raises(FileDamaged, match="gave up"):
        sandbox.run(sandboxed.crash, b"", FILE)
    assert sandbox.run(sandboxed.reverse, b"ab", FILE).tobytes() == b"ba"


@posix_only
def test_a_crash_that_an_earlier_file_prepared_costs_no_file(sandbox: Sandbox) -> None:
    for _ in range(3):
        assert sandbox.run(sandboxed.crash_second_time, b"ab", FILE) == b"ab"


@linux_only
def test_more_memory_than_allowed_is_refused_and_less_is_not(sandbox: Sandbox) -> None:
    with pytest.raises(FileTooLarge, match="memory"):
        sandbox.run(sandboxed.take_memory, b"", FILE, 2 * MEMORY)
    assert sandbox.run(sandboxed.take_memory, b"", FILE, MEMORY // 2) == MEMORY // 2


@posix_only
def test_no_file_no_folder_and_no_network_is_within_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "private.txt"
    path.write_text("the person's own")
    assert sandbox.run(sandboxed.open_doors, b"", FILE, str(path)) == []


@linux_only
def test_a_decoder_that_was_taken_over_can_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in attempts.KEYS.items():
        monkeypatch.setenv(name, value)
    sandbox = Sandbox(sandboxed.prepare)
    folder = attempts.prepare(tmp_path / "folder")
    assert sandbox.run(sandboxed.attempt, b"", FILE, str(folder)) == []
    assert (folder / "file.txt").read_text() == "the person's own"
    sandbox.close()


@linux_only
def test_with_files_allowed_a_decoder_reads_fonts_and_no_other_file(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "private.txt"
    path.write_text("the person's own")
    found = sandbox.run(sandboxed.look_while_files_are_allowed, b"", FILE, str(path))
    assert found == ["the fonts"]


def test_an_open_file_can_be_handed_over_and_no_other(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"frames" * 1000)
    with path.open("rb") as file:
        for _ in range(3):
            assert sandbox.run(sandboxed.read, file, path) == b"frames" * 1000
    if sys.platform != "win32":
        assert sandbox.run(sandboxed.open_doors, b"", FILE, str(path)) == []


def test_a_reply_that_would_run_a_program_is_not_read(sandbox: Sandbox, tmp_path: Path) -> None:
    mark = tmp_path / "was here"
    with pytest.raises(FileDamaged):
        sandbox.run(sandboxed.smuggle, b"", FILE, str(mark))
    assert not mark.exists()


def test_room_is_held_until_the_result_is_there_and_waiting_for_it_takes_no_time(
    sandbox: Sandbox,
) -> None:
    events: list[str] = []

    @contextmanager
    def room(amount: int) -> Generator[None]:
        time.sleep(1.0)  # longer than the file may take
        events.append(f"took {amount}")
        yield
        events.append("gave back")

    assert sandbox.run(sandboxed.take_with_room, b"x", FILE, 5, seconds=0.8, room=room) == b"x"
    assert events == ["took 5", "gave back"]


def test_nothing_heavy_is_loaded_there(sandbox: Sandbox) -> None:
    heavy = {"torch", "PySide6", "pymilvus", "milvus_lite", "open_clip", "google.genai"}
    assert not heavy & set(sandbox.run(sandboxed.modules, b"", FILE))


HEAVY = """
print("imported")
from pathlib import Path
from desktop.media.sandbox.pool import Sandbox
from tests.media.sandbox import sandboxed
import sqlite3
if __name__ == "__main__":
    sandbox = Sandbox(sandboxed.prepare, size=1)
    there = sandbox.run(sandboxed.modules, b"", Path("x"))
    print([name for name in ("sqlite3", "numpy") if name in there])
    sandbox.close()
"""

LIMITED = """
import resource, sys
from pathlib import Path
from desktop.core.errors import FileError
from desktop.media.sandbox.pool import Sandbox
from tests.media.sandbox import sandboxed
if __name__ == "__main__":
    limit = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        print(Sandbox(sandboxed.prepare_all, size=1).run(sandboxed.process_id, b"", Path("x")))
    except FileError as error:
        print(error.sentence())
"""


@linux_only
@pytest.mark.parametrize(("megabytes", "told"), [(4000, r"\d+\n"), (200, "200 MB .*ulimit -v")])
def test_under_a_limit_of_the_session_it_decodes_or_says_what_is_too_little(
    tmp_path: Path, megabytes: int, told: str
) -> None:
    script = tmp_path / "limited.py"
    script.write_text(LIMITED)
    environment = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    environment["OPENBLAS_NUM_THREADS"] = "1"
    command = [sys.executable, str(script), str(megabytes)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert re.match(f".*{told}", done.stdout), done.stdout


@posix_only
def test_an_idle_process_ends_and_the_next_file_gets_another() -> None:
    sandbox = Sandbox(sandboxed.prepare, idle_s=0.2)
    first = sandbox.run(sandboxed.process_id, b"", FILE)
    until(lambda: not is_running(first))
    assert sandbox.run(sandboxed.process_id, b"", FILE) != first
    sandbox.close()


@posix_only
def test_closing_ends_idle_and_busy_processes_at_once(tmp_path: Path) -> None:
    sandbox = Sandbox(sandboxed.prepare, size=2)
    idle = sandbox.run(sandboxed.process_id, b"", FILE)
    errors: list[Exception] = []

    def decode() -> None:
        try:
            sandbox.run(sandboxed.hang, b"", FILE)
        except (FileDamaged, FileUnreadable) as error:
            errors.append(error)

    thread = threading.Thread(target=decode)
    thread.start()
    until(lambda: any(sandbox._busy))
    sandbox.close()
    thread.join()
    assert len(errors) == 1
    assert isinstance(errors[0], FileUnreadable)  # so that the file is read the next time
    assert not is_running(idle)
    with pytest.raises(FileUnreadable, match="closing"):
        sandbox.run(sandboxed.process_id, b"", FILE)


@posix_only
@pytest.mark.parametrize("work", ["hang", "hang_holding_everything", "process_id"])
def test_no_process_outlives_a_program_that_is_killed(work: str, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.media.sandbox.sandboxed", work, str(note)]
    )
    until(lambda: note.exists() and note.read_text().endswith("\n"))
    decoder = int(note.read_text())
    time.sleep(0.2)
    program.send_signal(signal.SIGKILL)
    program.wait()
    until(lambda: not is_running(decoder))


def until(is_so: object, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():  # pyright: ignore[reportCallIssue]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    if sys.platform == "linux":  # a zombie whose parent is gone waits for init
        state = Path(f"/proc/{process}/stat")
        try:
            return state.read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False
    return True
