"""Decoders in processes of their own: what they can do to the program, which is nothing."""

from __future__ import annotations

import os
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

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable
from desktop.media.sandbox.pool import Sandbox
from tests.media import sandboxed

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


def test_what_nobody_foresaw_is_a_sentence_and_the_rest_goes_to_the_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(FileDamaged) as caught:
        sandbox.run(sandboxed.fail, b"", FILE)
    assert "KeyError" not in caught.value.sentence()
    assert "nobody foresaw this" in caplog.text


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
    program = subprocess.Popen([sys.executable, "-m", "tests.media.sandboxed", work, str(note)])
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
