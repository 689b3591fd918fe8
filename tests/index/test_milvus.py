"""What is Milvus' own: files held and damaged, addresses, collection names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop.core.errors import LibraryInUse, StoreDamaged, StoreUnreachable
from desktop.core.vector import VectorRow
from desktop.index.milvus import MilvusStore
from desktop.index.naming import collection_name, team_collection_name
from tests.index.server import free_port

DIMENSION = 512
ENCODER = "ViT-B-32@0123456789ab"


def test_an_address_where_nobody_answers_is_a_clear_error() -> None:
    with pytest.raises(StoreUnreachable, match="does not answer") as caught:
        MilvusStore(f"http://127.0.0.1:{free_port()}", "", ENCODER, DIMENSION, "test")
    assert "untouched" in caught.value.safe


def test_a_file_held_by_another_process_is_a_clear_error(tmp_path: Path) -> None:
    uri = str(tmp_path / "vectors.db")
    script = (
        "import sys\n"
        "from desktop.index.milvus import MilvusStore\n"
        f"store = MilvusStore({uri!r}, '', {ENCODER!r}, {DIMENSION}, 'test')\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
        "store.close()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(LibraryInUse, match="another Plantain"):
            MilvusStore(uri, "", ENCODER, DIMENSION, "test")
        other.communicate("")
    MilvusStore(uri, "", ENCODER, DIMENSION, "test").close()


def test_damage_is_told_from_use(tmp_path: Path) -> None:
    uri = str(tmp_path / "vectors.db")
    store = MilvusStore(uri, "", ENCODER, DIMENSION, "test")
    value = np.ones(DIMENSION, np.float32)
    store.upsert([VectorRow(n, n, value) for n in range(1, 11)])
    store.flush()
    store.close()
    for file in Path(uri).rglob("*.parquet"):
        file.write_bytes(b"garbage")
    with pytest.raises(StoreDamaged, match="damaged") as caught:
        MilvusStore(uri, "", ENCODER, DIMENSION, "test")
    assert "made again" in caught.value.next_step


def test_a_file_of_any_size_needs_no_faiss(tmp_path: Path) -> None:
    """The built program comes without it: Milvus Lite wants it for indexes that servers get."""
    rows = 10_001  # a server's collection would be indexed by lists
    script = (
        "import sys\n"
        "sys.modules['faiss'] = None\n"
        "import numpy as np\n"
        "from desktop.core.vector import VectorRow\n"
        "from desktop.index.milvus import MilvusStore\n"
        f"uri = {str(tmp_path / 'vectors.db')!r}\n"
        f"store = MilvusStore(uri, '', {ENCODER!r}, 2, 'test')\n"
        f"angles = np.linspace(0, 1, {rows})\n"
        "values = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)\n"
        "store.upsert([VectorRow(n, n, value) for n, value in enumerate(values)])\n"
        "store.flush()\n"
        "store.close()\n"
        f"store = MilvusStore(uri, '', {ENCODER!r}, 2, 'test')\n"
        "print(store.count(), store.search(values[7], 1)[0].id)\n"
        "store.close()\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stdout == f"{rows} 7\n", told.stderr


def test_an_address_that_is_none_says_what_one_looks_like(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        MilvusStore(str(tmp_path / "nonsense"), "", ENCODER, DIMENSION, "test")
    assert "http://host:port" in caught.value.next_step


def test_collection_names_are_plain_and_tell_encoders_and_libraries_apart() -> None:
    assert collection_name(ENCODER, "9e4b") == "plantain_vit_b_32_0123456789ab_9e4b"
    assert collection_name("ViT-B-32@1", "a") != collection_name("ViT-B-32@2", "a")
    assert collection_name("ViT-B-32@1", "a") != collection_name("ViT-B-32@1", "b")


def test_a_team_has_one_name_however_it_is_typed() -> None:
    name = team_collection_name(ENCODER, "Été  Studio")
    assert name == team_collection_name(ENCODER, "E\u0301TÉ studio")
    assert name.isascii()
    assert team_collection_name(ENCODER, "日本") != team_collection_name(ENCODER, "中国")


def test_all_ids_are_read_whatever_order_they_were_written_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.index.milvus._MAX_PAGE", 7)
    store = MilvusStore(str(tmp_path / "vectors.db"), "", ENCODER, DIMENSION, "test")
    value = np.ones(DIMENSION, np.float32)
    for start in (61, 21, 1, 81, 41):
        store.upsert([VectorRow(n, n, value) for n in range(start, start + 20)])
        store.flush()
    store.delete(range(30, 70))
    assert store.ids() == {*range(1, 30), *range(70, 101)}
    store.close()
