"""The log and the crash file: what is in them, what is not, and who may write to them at once."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.config import logging as log_module
from desktop.config.crashes import crash_files, find_crashes, mark_seen
from desktop.config.logging import LOG_NAME, SharedLog, log_files, log_to_file, stop_log
from desktop.config.process_log import ProcessLog
from desktop.config.redaction import HIDDEN, Redactor
from desktop.config.secrets import STORE_TOKEN, Secrets

KEY = "AIzaSyA-very-secret-key-0123456789"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def handler(logs: Path) -> Iterator[SharedLog]:
    made = log_to_file(logs)
    yield made
    stop_log(made)


def written(logs: Path) -> str:
    return (logs / LOG_NAME).read_text("utf-8")


class TestSecrets:
    def test_nothing_that_looks_like_a_key_is_written(self, handler: SharedLog, logs: Path) -> None:
        log = logging.getLogger("desktop.test")
        log.info("asked with key=%s and x-goog-api-key: %s", KEY, "secret-1")
        log.info("{'token': 'secret-2'} https://ann:secret-3@host/ Authorization: Bearer secret-4")
        try:
            raise ValueError(f"bad key {KEY}")
        except ValueError:
            log.exception("failed")
        assert "asked with" in written(logs)
        assert "ValueError: bad key" in written(logs)
        assert KEY not in written(logs)
        assert "secret-" not in written(logs)

    def test_a_secret_that_was_looked_up_is_hidden_whatever_it_looks_like(
        self, handler: SharedLog, logs: Path
    ) -> None:
        token = Secrets({"PLANTAIN_STORE_TOKEN": "ann:banana"}).get(STORE_TOKEN)
        logging.getLogger("desktop.test").info("the server said no to %s", token)
        assert "said no to [hidden]" in written(logs)

    @given(st.text(alphabet="abcXYZ012:/+= -_é香", min_size=6), st.text(), st.text())
    def test_known_secrets_never_pass(self, secret: str, before: str, after: str) -> None:
        redact = Redactor()
        redact.hide(secret)
        hidden = redact(f"{before}{secret}{after}")
        assert secret not in hidden.replace(HIDDEN, "") or secret in before + after

    @given(st.text())
    def test_ordinary_words_stay(self, text: str) -> None:
        calm = "".join(letter for letter in text if letter not in "=:@.")
        if "AIza" not in calm and "_" not in calm and "-" not in calm and "earer" not in calm:
            assert Redactor()(calm) == calm


class TestLog:
    def test_ours_is_noted_and_of_others_only_warnings(
        self, handler: SharedLog, logs: Path
    ) -> None:
        logging.getLogger("desktop.test").info("ours")
        logging.getLogger("PIL.PngImagePlugin").debug("chatter")
        logging.getLogger("httpx2").info("HTTP Request: POST https://…")
        logging.getLogger("grpc").warning("a channel broke")
        assert "ours" in written(logs)
        assert "a channel broke" in written(logs)
        assert "chatter" not in written(logs)
        assert "POST" not in written(logs)

    def test_it_goes_on_after_a_library_has_set_up_its_own_logging(
        self, handler: SharedLog, logs: Path
    ) -> None:
        handler.close()  # as logging.config.dictConfig does with everybody's handlers
        logging.getLogger("desktop.test").info("still here")
        assert "still here" in written(logs)

    def test_names_that_are_not_text_can_be_noted(self, handler: SharedLog, logs: Path) -> None:
        logging.getLogger("desktop.test").info("could not read %s", "caf\udce9.png")
        assert "caf" in written(logs)

    def test_old_lines_go_and_the_rest_is_kept(
        self, logs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log_module, "_MAX_BYTES", 2_000)
        handler = log_to_file(logs)
        try:
            for number in range(200):
                logging.getLogger("desktop.test").info("line %03d %s", number, "x" * 60)
        finally:
            stop_log(handler)
        files = log_files(logs)
        assert len(files) == 5
        assert all(file.stat().st_size <= 2_200 for file in files)
        assert "line 199" in files[0].read_text()
        assert not any("line 000" in file.read_text() for file in files)

    def test_several_processes_write_to_one_log_and_lose_nothing(self, logs: Path) -> None:
        script = (
            "import logging, sys\n"
            "from pathlib import Path\n"
            "from desktop.config import logging as module\n"
            "module._MAX_BYTES = 40_000\n"
            "handler = module.log_to_file(Path(sys.argv[1]))\n"
            "for n in range(300):\n"
            "    logging.getLogger('desktop.x').info('%s-%03d %s', sys.argv[2], n, 'x' * 60)\n"
            "module.stop_log(handler)\n"
        )
        command = [sys.executable, "-c", script, str(logs)]
        writers = [
            subprocess.Popen([*command, name], cwd=ROOT, stderr=subprocess.PIPE) for name in "ab"
        ]
        assert [writer.communicate()[1] for writer in writers] == [b"", b""]
        lines = [line for file in log_files(logs) for line in file.read_text().splitlines()]
        assert len(log_files(logs)) > 1
        assert all(line.endswith("x" * 60) for line in lines), "no line inside another"
        assert len({line.split()[-2] for line in lines}) == 600

    def test_a_folder_that_cannot_be_written_to_stops_nobody(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        with ProcessLog(tmp_path / "file" / "logs", "test") as recording:
            logging.getLogger("desktop.test").error("nowhere to go")
        assert recording.crashes == []
        assert capsys.readouterr().err == ""

    def test_a_log_that_can_no_longer_be_written_is_told_once(
        self, logs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        handler = log_to_file(logs)
        (logs / LOG_NAME).unlink()
        (logs / LOG_NAME).mkdir()
        try:
            for _ in range(3):
                logging.getLogger("desktop.test").error("lost")
        finally:
            stop_log(handler)
        assert len(capsys.readouterr().err.splitlines()) == 1


CRASH = """
import faulthandler, sys
faulthandler.disable()
from pathlib import Path
from desktop.config.process_log import ProcessLog

def the_place_of_the_crash():
    faulthandler._sigsegv()

with ProcessLog(Path(sys.argv[1]), "window"):
    the_place_of_the_crash()
"""


class TestCrashes:
    def test_a_native_crash_is_found_at_the_next_start_and_told_once(self, logs: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-c", CRASH, str(logs)], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode != 0
        with ProcessLog(logs, "window") as recording:
            [crash] = recording.crashes
            assert "the_place_of_the_crash" in crash.read_text()
        assert "ended in a crash" in written(logs)
        mark_seen(crash)
        with ProcessLog(logs, "window") as again:
            assert again.crashes == []
        [kept] = crash_files(logs)
        assert "the_place_of_the_crash" in kept.read_text()

    def test_a_run_that_ends_well_is_no_crash(self, logs: Path) -> None:
        for _ in range(2):
            with ProcessLog(logs, "window") as recording:
                assert recording.crashes == []
        assert crash_files(logs) == []

    def test_only_the_last_ten_are_kept(self, logs: Path) -> None:
        logs.mkdir()
        for number in range(14):
            (logs / f"crash-20260101-0000{number:02}.txt").write_text("stacks")
        assert len(find_crashes(logs)) == 10
        assert [path.name[-6:-4] for path in crash_files(logs)][::9] == ["13", "04"]


@pytest.mark.timeout(60)  # it took minutes
@pytest.mark.parametrize("piece", ["a_", "x-", "key ", "token", "://", "eyJ", "a", "key=", "_key"])
def test_no_line_takes_long_to_look_through(piece: str) -> None:
    Redactor()(piece * 50_000)
