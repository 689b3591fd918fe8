"""A model arrives whole or not at all, and no byte of it is fetched twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, DownloadFailed, ModelError
from desktop.core.progress import Progress, finish
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.registry import ModelEntry, ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from tests.embedding import tiny
from tests.fakes.hub import FakeHub

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
OFFERED = "on the hub/open_clip_model.safetensors"


def fetch(registry: ModelRegistry, endpoint: str) -> ModelEntry:
    return finish(registry.download("tiny", endpoint=endpoint, cancel=CancelToken()))


def download_from(
    hub: FakeHub, tmp_path: Path, cancel: CancelToken, *, read_timeout_s: float
) -> None:
    """With one try, and as patient as it is told."""
    from desktop.embedding.models.download import download_model

    steps = download_model(
        tiny.KNOWN,
        tmp_path / "models",
        address=HubAddress(hub.endpoint),
        refuse=lambda manifest: None,
        cancel=cancel,
        retry_delays_s=(0.01,),
        read_timeout_s=read_timeout_s,
    )
    finish(steps)


def failure(registry: ModelRegistry, endpoint: str) -> DownloadFailed:
    with pytest.raises(DownloadFailed) as caught:
        fetch(registry, endpoint)
    error = caught.value
    assert "goes on where it stopped" in error.next_step
    assert "`" not in error.next_step, "most people read this in the window"
    assert error.safe
    return error


def visible(tmp_path: Path) -> list[str]:
    folder = tmp_path / "models"
    names = [p.name for p in folder.iterdir()] if folder.exists() else []
    return sorted(name for name in names if not name.startswith("."))


def partial(tmp_path: Path) -> Path:
    return tmp_path / "models" / ".downloading-tiny" / "model.safetensors"


def test_a_known_model_is_downloaded_verified_and_used(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    entry = fetch(registry, hub.endpoint)
    assert (entry.name, entry.source, entry.is_installed) == ("tiny", "downloadable", True)
    assert entry.size_bytes == (tmp_path / OFFERED).stat().st_size
    model = registry.resolve("tiny")
    assert model.weights_path.read_bytes() == (tmp_path / OFFERED).read_bytes()
    assert sorted(p.name for p in model.folder.iterdir()) == ["model.json", "model.safetensors"]
    assert model.manifest.source == "hf:plantain/tiny/open_clip_model.safetensors"
    assert load_encoder(model, "cpu").encode_texts(["a"]).shape == (1, 24)
    assert visible(tmp_path) == ["tiny"]
    assert not any(request.has_token for request in hub.requests)


def test_a_downloaded_and_an_imported_file_are_the_same_model(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    fetch(registry, hub.endpoint)
    other = ModelRegistry(tmp_path / "elsewhere")
    finish(other.import_file(tmp_path / OFFERED, name="tiny", cancel=CancelToken()))
    assert other.resolve("tiny").weights_hash == registry.resolve("tiny").weights_hash


def test_progress_is_told_in_megabytes(registry: ModelRegistry, hub: FakeHub) -> None:
    steps = list(registry.download("tiny", endpoint=hub.endpoint, cancel=CancelToken()))
    assert {step.unit for step in steps} == {"MB"}
    total = hub.behaviour.promises_size or 3
    assert [s.stage for s in steps][:2] == ["Asking the model hub", "Downloading"]
    assert any(step.done == step.total == total for step in steps)
    dones = [step.done for step in steps if step.stage == "Downloading"]
    assert dones == sorted(dones)


def test_an_installed_model_is_not_fetched_again(registry: ModelRegistry, hub: FakeHub) -> None:
    first = fetch(registry, hub.endpoint)
    hub.requests.clear()
    assert fetch(registry, "http://127.0.0.1:9") == first
    assert hub.requests == []


def test_a_trailing_slash_in_the_endpoint_is_fine(registry: ModelRegistry, hub: FakeHub) -> None:
    assert fetch(registry, hub.endpoint + "/").is_installed


# --- mirrors and proxies ----------------------------------------------------------------------


def test_a_mirror_is_where_models_come_from(hub: FakeHub, tmp_path: Path) -> None:
    registry = ModelRegistry(
        tmp_path / "models", known=(tiny.KNOWN,), address=lambda: HubAddress(hub.endpoint)
    )
    assert [entry.page for entry in registry.list()] == [f"{hub.endpoint}/plantain/tiny"]
    assert finish(registry.download("tiny", cancel=CancelToken())).is_installed


def test_a_proxy_is_asked_in_the_place_of_the_hub(hub: FakeHub, tmp_path: Path) -> None:
    registry = ModelRegistry(
        tmp_path / "models",
        known=(tiny.KNOWN,),
        address=lambda: HubAddress("http://models.example", proxy=hub.endpoint),
    )
    assert finish(registry.download("tiny", cancel=CancelToken())).is_installed
    assert {request.host for request in hub.requests} == {"models.example", "127.0.0.1"}


def test_the_systems_proxy_is_asked_where_none_is_set(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", hub.endpoint)
    registry = ModelRegistry(
        tmp_path / "models",
        known=(tiny.KNOWN,),
        address=lambda: HubAddress("http://models.example"),
    )
    assert finish(registry.download("tiny", cancel=CancelToken())).is_installed
    assert "models.example" in {request.host for request in hub.requests}


def test_a_token_of_the_environment_goes_nowhere(
    registry: ModelRegistry, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_a_token_that_was_made_for_another_place")
    fetch(registry, hub.endpoint)
    assert hub.downloads()
    assert not any(request.has_token for request in hub.requests)


# --- interruptions ----------------------------------------------------------------------------


def test_a_broken_connection_is_taken_up_where_it_broke(
    registry: ModelRegistry, hub: FakeHub
) -> None:
    hub.behaviour.drops_after = [1_000_000, 0, 500_000]
    fetch(registry, hub.endpoint)
    starts = [request.range_start for request in hub.downloads()]
    assert starts[:2] == [None, 1_000_000]
    assert starts[-1] == 1_500_000
    assert hub.sent_bytes == registry.resolve("tiny").weights_path.stat().st_size


def test_a_connection_that_keeps_breaking_fails_and_the_next_try_goes_on(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.drops_after = [700_000, 0, 0, 0, 0, 0, 0]
    assert "broke off at 0 MB" in failure(registry, hub.endpoint).message
    assert visible(tmp_path) == []
    assert partial(tmp_path).stat().st_size == 700_000
    assert [entry.arrived_bytes for entry in registry.list()] == [700_000]
    hub.behaviour.drops_after = []
    hub.requests.clear()
    fetch(registry, hub.endpoint)
    assert [request.range_start for request in hub.downloads()] == [700_000]


def test_a_server_without_ranges_costs_time_but_not_the_file(
    registry: ModelRegistry, hub: FakeHub
) -> None:
    hub.behaviour.drops_after = [1_000_000]
    hub.behaviour.knows_ranges = False
    fetch(registry, hub.endpoint)
    assert len(hub.downloads()) == 2
    assert load_encoder(registry.resolve("tiny"), "cpu").info.name == "tiny"


def test_a_cancelled_download_is_kept_and_resumed(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.seconds_per_chunk = 0.02
    cancel = CancelToken()
    steps = registry.download("tiny", endpoint=hub.endpoint, cancel=cancel)
    while next(steps).done < 1:
        pass
    cancel.cancel()
    with pytest.raises(Cancelled):
        finish(steps)
    assert visible(tmp_path) == []
    size = partial(tmp_path).stat().st_size
    assert size >= MEGABYTE
    hub.behaviour.seconds_per_chunk = 0
    hub.requests.clear()
    fetch(registry, hub.endpoint)
    assert [request.range_start for request in hub.downloads()] == [size]


def test_a_cancel_wakes_a_read_that_waits_for_a_silent_hub(hub: FakeHub, tmp_path: Path) -> None:
    hub.behaviour.hangs_after = 640 * 1024
    cancel = CancelToken()
    timer = threading.Timer(0.5, cancel.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        download_from(hub, tmp_path, cancel, read_timeout_s=86_400)
    timer.join()


def test_a_silent_hub_is_given_up(hub: FakeHub, tmp_path: Path) -> None:
    hub.behaviour.hangs_after = 0
    with pytest.raises(DownloadFailed, match="did not answer in time"):
        download_from(hub, tmp_path, CancelToken(), read_timeout_s=0.2)


def test_a_second_download_at_the_same_time_is_refused(
    registry: ModelRegistry, hub: FakeHub
) -> None:
    steps = registry.download("tiny", endpoint=hub.endpoint, cancel=CancelToken())
    next(steps)
    with pytest.raises(ModelError, match="Another import or download"):
        fetch(registry, hub.endpoint)
    finish(steps)


def test_a_killed_download_shows_no_model_and_is_resumed(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.seconds_per_chunk = 0.05
    command = [sys.executable, "-m", "tests.embedding.download_in_a_process"]
    with subprocess.Popen(
        [*command, str(tmp_path / "models")],
        cwd=ROOT,
        env={**os.environ, "HF_ENDPOINT": hub.endpoint},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "Downloading 1\n":
                break
        process.kill()
    assert process.returncode == -9
    size = partial(tmp_path).stat().st_size
    assert 0 < size < (tmp_path / OFFERED).stat().st_size
    assert not any(entry.is_installed for entry in registry.list())
    hub.behaviour.seconds_per_chunk = 0
    hub.requests.clear()
    fetch(registry, hub.endpoint)
    assert [request.range_start for request in hub.downloads()] == [size]
    assert visible(tmp_path) == ["tiny"]


def test_a_download_killed_after_the_last_byte_needs_no_more_bytes(
    registry: ModelRegistry, hub: FakeHub
) -> None:
    steps = registry.download("tiny", endpoint=hub.endpoint, cancel=CancelToken())
    while next(steps).stage != "Checking the model":
        pass
    steps.close()
    hub.requests.clear()
    assert fetch(registry, hub.endpoint).is_installed
    assert hub.downloads() == []


def test_another_file_on_the_hub_is_not_glued_to_the_old_part(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.drops_after = [700_000, 0, 0, 0, 0, 0, 0]
    failure(registry, hub.endpoint)
    hub.behaviour.drops_after = []
    other = tiny.save_with_sidecar(tmp_path / "newer", seed=2)
    hub.add(tiny.KNOWN.repository, tiny.KNOWN.file, other)
    hub.requests.clear()
    fetch(registry, hub.endpoint)
    assert [request.range_start for request in hub.downloads()] == [None]
    assert registry.resolve("tiny").weights_path.read_bytes() == other.read_bytes()


# --- what the hub may say or send -------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "demands a permission"),
        (403, "demands a permission"),
        (404, "does not have it"),
        (429, "too many requests"),
        (500, "problem of its own"),
        (503, "problem of its own"),
        (418, "status 418"),
    ],
)
def test_a_refusal_is_said_in_words(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path, status: int, reason: str
) -> None:
    hub.behaviour.status = status
    error = failure(registry, hub.endpoint)
    assert reason in error.message
    assert str(status) in error.message
    assert "choose that file" in error.next_step
    assert visible(tmp_path) == []


def test_a_refusal_half_way_keeps_what_arrived(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.drops_after = [900_000]
    steps = registry.download("tiny", endpoint=hub.endpoint, cancel=CancelToken())
    while next(steps).stage != "Connecting again":
        pass
    hub.behaviour.status = 502
    with pytest.raises(DownloadFailed, match="problem of its own"):
        finish(steps)
    assert partial(tmp_path).stat().st_size == 900_000


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://127.0.0.1:9", "cannot be reached"),
        ("http://hub.invalid", "cannot be reached"),
        ("ftp://127.0.0.1", "not an address that works"),
        ("nonsense", "not an address that works"),
        ("http://[", "cannot be reached"),
    ],
)
def test_no_hub_at_that_address_is_said_in_words(
    registry: ModelRegistry, tmp_path: Path, endpoint: str, reason: str
) -> None:
    assert reason in failure(registry, endpoint).message
    assert visible(tmp_path) == []


def test_offline_mode_is_named(
    registry: ModelRegistry, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    error = failure(registry, hub.endpoint)
    assert "HF_HUB_OFFLINE" in error.message
    assert hub.requests == []


def test_a_wrong_checksum_is_refused_and_the_bytes_removed(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.promises_sha256 = "0" * 64
    assert "checksum" in failure(registry, hub.endpoint).message
    assert visible(tmp_path) == []
    assert not partial(tmp_path).exists()
    hub.behaviour.promises_sha256 = ""
    assert fetch(registry, hub.endpoint).is_installed


def test_more_bytes_than_promised_are_refused(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    hub.behaviour.promises_size = 1_500_000
    assert "checksum" in failure(registry, hub.endpoint).message
    assert not partial(tmp_path).exists()


def test_a_server_that_is_no_hub_is_refused(registry: ModelRegistry, hub: FakeHub) -> None:
    hub.behaviour.is_a_hub = False
    assert "no checksum or size" in failure(registry, hub.endpoint).message
    assert hub.downloads() == []


def test_an_honest_checksum_of_the_wrong_file_is_refused(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    other = tiny.save_with_sidecar(tmp_path / "other", {**tiny.CONFIG, "embed_dim": 8})
    hub.add(tiny.KNOWN.repository, tiny.KNOWN.file, other)
    with pytest.raises(ModelError, match="another shape"):
        fetch(registry, hub.endpoint)
    assert visible(tmp_path) == []
    assert not partial(tmp_path).exists()


# --- names and disks --------------------------------------------------------------------------


def test_an_imported_model_of_that_name_is_never_replaced(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    other = tiny.save_with_sidecar(tmp_path / "other", seed=2)
    finish(registry.import_file(other, name="tiny", cancel=CancelToken()))
    with pytest.raises(ModelError, match="Another model is already installed"):
        fetch(registry, hub.endpoint)
    assert hub.downloads() == []
    assert registry.resolve("tiny").manifest.source.startswith("imported from")


@pytest.fixture
def small_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))


@pytest.mark.usefixtures("small_disk")
def test_too_little_space_is_said_before_the_first_byte(
    registry: ModelRegistry, hub: FakeHub
) -> None:
    assert "needs 3 MB and only 0 MB are free" in failure(registry, hub.endpoint).message
    assert hub.downloads() == []


def test_a_disk_that_fills_up_on_the_way_keeps_what_arrived(
    registry: ModelRegistry, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert "is full" in failure(registry, hub.endpoint).message
    assert visible(tmp_path) == []
    assert fetch(registry, hub.endpoint).is_installed


def test_a_models_folder_that_cannot_be_made_is_said(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    registry = ModelRegistry(tmp_path / "file" / "models", known=(tiny.KNOWN,))
    with pytest.raises(ModelError, match="cannot be written"):
        fetch(registry, hub.endpoint)


def test_the_table_is_followed_to_the_letter(hub: FakeHub, tmp_path: Path) -> None:
    known = replace(tiny.KNOWN, name="quick", quickgelu=True, licence="CC0-1.0")
    registry = ModelRegistry(tmp_path / "models", known=(known,))
    steps: list[Progress] = list(
        registry.download("QUICK", endpoint=hub.endpoint, cancel=CancelToken())
    )
    assert steps
    model = registry.resolve("quick")
    assert model.manifest.licence == "CC0-1.0"
    assert model.architecture == "plantain-tiny-quickgelu"
