"""The encoder in a process of its own: the same answers, whatever happens to that process.

Real processes and real kills; most with an encoder that needs no torch, so that they start fast.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths
from desktop.config.settings import Settings, save_settings
from desktop.core.errors import ModelDamaged, ModelError
from desktop.embedding.models.manifest import read_manifest
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.wiring.engine import open_engine
from tests import attempts, pictures
from tests.embedding import pretend, tiny

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 60.0
FOREIGN = ("PySide6", "shiboken6", "faiss", "pymilvus", "milvus_lite", "grpc")
"""What may not get into the encoder's process, by the names of modules and of their folders."""

Start = Callable[..., ProcessEncoder]


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Also a zombie counts."""
    return Path(f"/proc/{pid}").exists()


def processes() -> list[int]:
    """Ids of the encoders' processes; not of the one that other tests may have lent."""
    children = multiprocessing.active_children()
    return [child.pid for child in children if child.pid and child.name == "encoder pretend"]


def left_in_memory_and_on_disk() -> set[str]:
    places = [Path("/dev/shm"), Path(tempfile.gettempdir())]
    names = (str(path) for place in places if place.is_dir() for path in place.iterdir())
    return {name for name in names if "/pym" in name or "/plantain-encoder-" in name}


def colours(count: int) -> NDArray[np.uint8]:
    """Pictures of one colour each, no two alike."""
    rng = np.random.default_rng(5)
    colour = rng.integers(0, 256, (count, 1, 1, 3), dtype=np.uint8)
    return np.broadcast_to(colour, (count, pretend.SIZE, pretend.SIZE, 3)).copy()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Makes encoders around the pretended one; closes all at the end."""
    made: list[ProcessEncoder] = []

    def start_it(load: Callable[..., object] = pretend.load, **options: object) -> ProcessEncoder:
        encoder = ProcessEncoder(pretend.model(tmp_path), load, **options)  # type: ignore[arg-type]
        made.append(encoder)
        return encoder

    yield start_it
    for encoder in made:
        encoder.close()


# -- the same answers --------------------------------------------------------------------------


def test_a_real_model_answers_as_it_does_in_this_process(tmp_path: Path) -> None:
    model = read_manifest(tiny.make_folder(tmp_path / "model"))
    load = partial(load_encoder, device="cpu", precision="float32")
    here, there = load(model), ProcessEncoder(model, load)
    pixels = np.random.default_rng(1).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    texts = ["a cat", "红色的包 🎒", "", "word " * 200, "\udcff"]
    try:
        assert there.info == here.info
        assert there.batch_size == here.batch_size
        assert np.array_equal(there.encode_images(pixels), here.encode_images(pixels))
        assert np.array_equal(there.encode_texts(texts), here.encode_texts(texts))
    finally:
        there.close()


def test_any_number_of_pictures_comes_back_in_order(start: Start, tmp_path: Path) -> None:
    here = pretend.load(pretend.model(tmp_path))
    there = start(slot_bytes=pretend.BYTES_A_PICTURE * 6)
    for count in (1, 4, 5, 6, 7, 100):
        pixels = colours(count)
        assert np.array_equal(there.encode_images(pixels), here.encode_images(pixels))


def test_nothing_gives_no_vectors(start: Start) -> None:
    encoder = start()
    assert encoder.encode_images(colours(0)).shape == (0, 3)
    assert encoder.encode_texts([]).shape == (0, 3)


def test_read_only_and_strided_pictures_are_fine(start: Start) -> None:
    encoder = start()
    pixels = colours(8)
    expected = encoder.encode_images(pixels[::2].copy())
    pixels.flags.writeable = False
    assert np.array_equal(encoder.encode_images(pixels[::2]), expected)


def test_other_pictures_are_a_programming_error(start: Start) -> None:
    with pytest.raises(ValueError, match=r"expected \(n, 8, 8, 3\) uint8"):
        start().encode_images(np.zeros((1, 9, 8, 3), np.uint8))


def test_many_threads_get_their_own_answers(start: Start) -> None:
    encoder = start()
    pixels = colours(64)
    expected = encoder.encode_images(pixels)

    def one(at: int) -> bool:
        by_picture = encoder.encode_images(pixels[at : at + 1])
        by_text = encoder.encode_texts(["x" * at])
        return np.array_equal(by_picture, expected[at : at + 1]) and by_text[0, 0] == at

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, [*range(64)] * 4))
    assert len(processes()) == 1


def test_a_text_does_not_wait_for_pictures(start: Start, tmp_path: Path) -> None:
    encoder = start()
    hold = tmp_path / "hold pictures"
    hold.touch()
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(encoder.encode_images, colours(4))
        until((tmp_path / "is holding").exists, "the batch begins")
        assert encoder.encode_texts(["abc"])[0, 0] == 3
        assert not batch.done()
        hold.unlink()
        assert len(batch.result()) == 4


def test_two_models_run_side_by_side(start: Start) -> None:
    one, other = start(), start()
    assert np.array_equal(one.encode_images(colours(3)), other.encode_images(colours(3)))
    assert len(processes()) == 2
    one.close()
    assert other.encode_texts(["abc"])[0, 0] == 3


def test_errors_of_the_model_come_over_whole(start: Start) -> None:
    encoder = start()
    with pytest.raises(ModelDamaged) as caught:
        encoder.encode_texts(["damaged: It is torn."])
    assert caught.value.sentence() == "It is torn. All is safe. Do this."
    with pytest.raises(ModelError, match="pretend failed: ZeroDivisionError: by nought"):
        encoder.encode_texts(["fail: by nought"])
    assert encoder.encode_texts(["abc"])[0, 0] == 3


# -- when it does not start --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("load", "kind", "reason"),
    [
        (pretend.load_damaged, ModelDamaged, "^The weights are torn.$"),
        (pretend.load_without_library, ModelError, "library .* cannot be loaded: libtorch_cpu.so"),
        (pretend.load_without_memory, ModelError, "not enough memory for the model pretend"),
        (pretend.load_wrongly, ModelError, "pretend failed: KeyError: 'vision_cfg'"),
        (pretend.load_killed, ModelError, "could not be started: .* memory runs out"),
        (pretend.load_and_exit, ModelError, "code 3: the licence has expired"),
    ],
)
def test_a_failure_to_start_says_why(
    start: Start, load: Callable[..., object], kind: type[ModelError], reason: str
) -> None:
    encoder = start(load)
    encoder.prepare()  # waits for nothing, so it knows of nothing
    for ask in (lambda: encoder.info, lambda: encoder.encode_images(colours(1))):
        with pytest.raises(ModelError, match=reason) as caught:
            ask()
        assert type(caught.value) is kind
        assert caught.value.safe
        assert caught.value.next_step


def test_a_system_that_starts_no_process_is_an_error_in_words(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    with pytest.raises(ModelError, match="could not be started: No such file or directory"):
        start().encode_texts(["abc"])


def test_a_program_with_too_many_open_files_gets_an_error_and_leaves_none(start: Start) -> None:
    before = left_in_memory_and_on_disk()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(int(path.name) for path in Path("/proc/self/fd").iterdir()) + 8
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    held: list[int] = []
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(4):  # enough to begin with
            os.close(held.pop())
        with pytest.raises(ModelError, match="could not be started: Too many open files"):
            start().prepare()
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    until(lambda: left_in_memory_and_on_disk() <= before, "nothing is left of the attempt")


def test_after_a_failure_it_is_tried_again(start: Start) -> None:
    encoder = start(pretend.load_damaged_once)
    with pytest.raises(ModelDamaged):
        _ = encoder.info
    assert encoder.encode_texts(["abc"])[0, 0] == 3


# -- when it dies ------------------------------------------------------------------------------


def test_killed_in_mid_batch_it_starts_again_and_repeats(start: Start, tmp_path: Path) -> None:
    encoder = start()
    pixels = colours(6)
    expected = encoder.encode_images(pixels)
    (tmp_path / "hold pictures").touch()
    with ThreadPoolExecutor(3) as pool:
        batches = [pool.submit(encoder.encode_images, pixels) for _ in range(3)]
        until((tmp_path / "is holding").exists, "a batch begins")
        try:
            [before] = processes()
            os.kill(before, signal.SIGKILL)
        finally:
            (tmp_path / "hold pictures").unlink()
        for batch in batches:
            assert np.array_equal(batch.result(), expected)
    [after] = processes()
    assert after != before
    assert not is_alive(before)


@pytest.mark.parametrize("ask", ["pictures", "texts", "info"])
def test_killed_while_loading_it_starts_again(start: Start, ask: str) -> None:
    encoder = start(pretend.load_killed_once)
    if ask == "pictures":
        assert len(encoder.encode_images(colours(3))) == 3
    elif ask == "texts":
        assert len(encoder.encode_texts(["a"])) == 1
    else:
        assert encoder.info.name == "pretend"


def test_a_request_that_kills_it_once_is_answered(start: Start) -> None:
    text = "kill me once: mark"
    assert start().encode_texts([text])[0, 0] == len(text)


@pytest.mark.parametrize(("text", "reason"), [("kill me", "memory"), ("crash", "SIGSEGV")])
def test_a_request_that_kills_it_always_ends_in_words(start: Start, text: str, reason: str) -> None:
    encoder = start()
    with pytest.raises(ModelError, match="stopped 3 times over the same request") as caught:
        encoder.encode_texts([text])
    assert reason in caught.value.message
    assert caught.value.next_step
    assert encoder.encode_texts(["abc"])[0, 0] == 3


def test_killed_while_nobody_needs_it_it_starts_again_at_the_next_need(start: Start) -> None:
    encoder = start()
    assert encoder.info.name == "pretend"
    [before] = processes()
    os.kill(before, signal.SIGKILL)
    until(lambda: not is_alive(before), "the dead process is reaped")
    assert processes() == []
    assert encoder.encode_texts(["abc"])[0, 0] == 3


# -- when it ends ------------------------------------------------------------------------------


def test_it_starts_at_the_first_need_only(start: Start) -> None:
    encoder = start()
    assert processes() == []
    encoder.prepare()
    assert len(processes()) == 1


def test_when_idle_it_ends_and_the_next_call_starts_another(start: Start) -> None:
    encoder = start(idle_s=0.2)
    encoder.prepare()
    [first] = processes()
    until(lambda: not is_alive(first), "the idle process ends")
    assert processes() == []
    assert encoder.encode_texts(["abc"])[0, 0] == 3
    [second] = processes()
    until(lambda: not is_alive(second), "the idle process ends")


def test_a_long_request_is_not_idleness(start: Start) -> None:
    encoder = start(idle_s=0.1)
    text = "sleep: 1"
    assert encoder.encode_texts([text])[0, 0] == len(text)


def test_calls_that_come_as_it_ends_are_answered(start: Start) -> None:
    encoder = start(idle_s=0.05)
    for pause_s in np.linspace(0.03, 0.07, 20):
        assert encoder.encode_texts(["abc"])[0, 0] == 3
        time.sleep(pause_s)


def test_closing_ends_it_and_later_calls_say_so(start: Start) -> None:
    encoder = start()
    assert encoder.info.name == "pretend"
    [process] = processes()
    encoder.close()
    encoder.close()
    assert not is_alive(process)
    assert encoder.info.name == "pretend"
    for call in (
        lambda: encoder.encode_texts(["abc"]),
        lambda: encoder.encode_texts([]),
        lambda: encoder.encode_images(colours(0)),
        encoder.prepare,
    ):
        with pytest.raises(ModelError, match="closed"):
            call()


@pytest.mark.parametrize("load", [pretend.load, pretend.load_slowly])
def test_closing_wakes_whoever_waits(
    start: Start, tmp_path: Path, load: Callable[..., object]
) -> None:
    encoder = start(load)
    (tmp_path / "hold pictures").touch()
    with ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(encoder.encode_images, colours(1)) for _ in range(5)]
        is_busy = [tmp_path / "is holding", tmp_path / "is loading"]
        until(lambda: any(path.exists() for path in is_busy), "it is at work")
        encoder.close()
        for call in calls:
            with pytest.raises(ModelError, match="closed"):
                call.result(DEADLINE_S)
    assert processes() == []


def test_closing_ends_a_process_that_does_not_listen(start: Start) -> None:
    encoder = start()
    assert encoder.info.name == "pretend"
    [process] = processes()
    os.kill(process, signal.SIGSTOP)
    encoder.close()
    assert not is_alive(process)


def test_it_ends_when_nobody_holds_the_encoder_any_more(tmp_path: Path) -> None:
    encoder = ProcessEncoder(pretend.model(tmp_path), pretend.load)
    assert encoder.info.name == "pretend"
    [process] = processes()
    del encoder
    gc.collect()
    until(lambda: not is_alive(process), "the process ends")


# -- when this program ends --------------------------------------------------------------------

PARENT = """
import os, signal, sys, threading, time
import multiprocessing
from pathlib import Path
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from tests.embedding import pretend

def begin(load="load"):
    encoder = ProcessEncoder(pretend.model(Path(sys.argv[1])), getattr(pretend, load))
    encoder.prepare()
    [child] = multiprocessing.active_children()
    print(child.pid, flush=True)
    return encoder

if __name__ == "__main__":
"""

ENDS = {
    "by itself": "encoder = begin(); encoder.info",
    "by an error": "encoder = begin(); encoder.info; raise SystemExit('broken')",
    "at once": "encoder = begin(); os._exit(1)",
    "killed while idle": "encoder = begin(); encoder.info; os.kill(os.getpid(), signal.SIGKILL)",
    "killed while starting": "encoder = begin(); os.kill(os.getpid(), signal.SIGKILL)",
    "killed while loading": "encoder = begin('load_slowly')\n"
    "    while not Path(sys.argv[1], 'is loading').exists(): time.sleep(0.01)\n"
    "    os.kill(os.getpid(), signal.SIGKILL)",
    "killed in mid-batch": "encoder = begin(); encoder.info\n"
    "    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()\n"
    "    encoder.encode_texts(['sleep: 60'])",
    "asked by the system": "encoder = begin(); encoder.info; os.kill(os.getpid(), signal.SIGTERM)",
}


def run_program(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run ``PARENT`` with this body in a session of its own; ``folder`` is its model's."""
    script = folder / "program.py"
    script.write_text(PARENT + body)
    return subprocess.run(
        [sys.executable, str(script), str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
        start_new_session=True,
    )


@pytest.mark.parametrize("how", ENDS)
def test_however_the_program_ends_nothing_is_left(tmp_path: Path, how: str) -> None:
    before = left_in_memory_and_on_disk()
    ended = run_program(tmp_path, "    " + ENDS[how] + "\n")
    until(lambda: not is_alive(int(ended.stdout)), "the encoder's process ends")
    assert ended.stderr.strip() in ("", "broken")
    until(lambda: left_in_memory_and_on_disk() <= before, "what it shared is gone")


@pytest.mark.parametrize("moment", ["starting", "ready"])
def test_an_interrupt_in_the_terminal_is_the_programs_to_handle(
    tmp_path: Path, moment: str
) -> None:
    """Ctrl+C reaches every process of the terminal; here the program decides to carry on."""
    ended = run_program(
        tmp_path,
        "    signal.signal(signal.SIGINT, lambda *_: None)\n"
        + "    encoder = begin()\n"
        + ("    encoder.info\n" if moment == "ready" else "")
        + "    [child] = multiprocessing.active_children()\n"
        + "    os.killpg(0, signal.SIGINT)\n"
        + "    encoder.encode_texts(['sleep: 0.2'])\n"
        + "    assert [child] == multiprocessing.active_children()\n"
        + "    encoder.close()\n",
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_an_interrupted_call_does_not_disturb_the_next(tmp_path: Path) -> None:
    """In a program of its own: this process bears no signal handler any more once other tests have
    run OpenVINO's 8 bits in it. The program leaves that to the encoder's process."""
    ended = run_program(
        tmp_path,
        "    encoder = begin()\n"
        "    encoder.info\n"
        "    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "    try:\n"
        "        encoder.encode_texts(['sleep: 20'])\n"
        "    except KeyboardInterrupt:\n"
        "        print(encoder.encode_texts(['abc'])[0, 0])\n"
        "    encoder.close()\n",
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split()[1:] == ["3.0"]


# -- what is in it -----------------------------------------------------------------------------


def test_what_its_libraries_print_goes_to_the_log(
    start: Start, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    encoder = start()
    with caplog.at_level(logging.INFO, "desktop"):
        encoder.encode_texts(["shout: libgomp is cross"])
        encoder.close()
    assert "libgomp is cross" in caplog.text
    assert "libgomp is cross in Python" in caplog.text
    assert capfd.readouterr() == ("", "")


def test_a_crash_leaves_its_traceback_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ModelError):
        start().encode_texts(["crash"])
    assert "Segmentation fault" in caplog.text
    assert "_obey" in caplog.text


def test_it_knows_nothing_of_the_window_and_the_store(start: Start, tmp_path: Path) -> None:
    """This process has imported all of it; its child starts afresh."""
    for name in (*FOREIGN, "PySide6.QtWidgets"):
        importlib.import_module(name)
    encoder = start()
    encoder.encode_texts([f"modules: {tmp_path / 'modules'}"])
    modules = {name.split(".")[0] for name in (tmp_path / "modules").read_text().splitlines()}
    assert "numpy" in modules
    assert not modules & {*FOREIGN, "torch", "open_clip", "pytest", "PIL", "sqlite3"}
    [process] = processes()
    libraries = Path(f"/proc/{process}/maps").read_text()
    assert not [name for name in FOREIGN if f"/{name}/" in libraries]


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp")
def test_when_it_is_taken_over_it_can_only_read(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in attempts.KEYS.items():
        monkeypatch.setenv(name, value)
    # What is temporary is the encoder's to write; this folder is none of that.
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    encoder = start(pretend.load)
    folder = attempts.prepare(tmp_path / "folder")
    notes = tmp_path / "temporary" / "notes"
    encoder.encode_texts([f"attempt: {folder} > {notes}"])
    assert set(notes.read_text().splitlines()) <= set(attempts.ONLY_READING)
    assert (folder / "file.txt").read_text() == "the person's own"


SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ENTRIES = {**SCRIPTS["scripts"], **SCRIPTS["gui-scripts"], "-m": "", "-c": ""}

WATCH_IMPORTS = """
import os, sys
def watch(event, arguments):
    if event == "import":
        with open(os.path.join("IMPORTS", str(os.getpid())), "a") as file:
            file.write(arguments[0] + "\\n")
sys.addaudithook(watch)
"""


@pytest.mark.parametrize("entry", ENTRIES)
def test_from_every_entry_no_process_has_what_it_does_not_need(tmp_path: Path, entry: str) -> None:
    """The real program indexes a picture and finds it; every import of its processes is written
    down."""
    imports = tmp_path / "imports"
    imports.mkdir()
    (tmp_path / "sitecustomize.py").write_text(WATCH_IMPORTS.replace("IMPORTS", str(imports)))
    pictures.fill(tmp_path / "pictures", 1)
    if entry == "-m":
        start = ["-m", "desktop"]
    elif entry == "-c":
        start = ["-c", "import sys; from desktop.cli import main; sys.exit(main(sys.argv[1:]))"]
    else:  # as pip writes it
        module, function = ENTRIES[entry].split(":")
        script = tmp_path / entry
        script.write_text(
            f"import sys\nfrom {module} import {function}\n"
            f"if __name__ == '__main__':\n    sys.exit({function}())\n"
        )
        start = [str(script)]

    def imported_by(*words: str) -> list[set[str]]:
        subprocess.run(
            [sys.executable, *start, "--model", "demo", *words],
            env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S * 2,
            check=True,
        )
        files = list(imports.iterdir())
        found = [{name.split(".")[0] for name in file.read_text().splitlines()} for file in files]
        for file in files:
            file.unlink()
        return found

    indexing = imported_by("index", str(tmp_path / "pictures"))
    [encoder] = [modules for modules in indexing if "openvino" in modules]
    assert not encoder & {"torch", "open_clip", *FOREIGN}
    [program] = [modules for modules in indexing if "pymilvus" in modules]
    assert "openvino" not in program
    searching = imported_by("search", "a red bag")
    [encoder] = [modules for modules in searching if "openvino" in modules]
    assert not encoder & {"torch", "open_clip", *FOREIGN}
    for modules in searching:
        assert not modules & {"torch", "open_clip", "pymilvus", "milvus_lite", "pandas"}


def test_the_settings_choose_its_device(tmp_path: Path) -> None:
    profile = ProfilePaths(tmp_path)
    save_settings(profile.settings, Settings(encoder_device="tpu"))
    with (
        open_engine(EngineOptions(profile_dir=tmp_path, model="demo"), {}) as engine,
        pytest.raises(ModelError, match='has no device "tpu"'),
    ):
        _ = engine.model.encoder().info
