"""What processes of ours learn from the environment: nothing that is secret."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QProcess

from desktop.core.confinement.environment import clean_environment, keys_taken
from desktop.generation.provider import providers
from tests import attempts


def test_a_process_gets_what_it_needs_and_nothing_else() -> None:
    needed = {
        **{"PATH": "/bin", "HOME": "/home/ann", "LC_ALL": "C", "TMPDIR": "/tmp", "TZ": "UTC"},
        **{"PYTHONPATH": "here", "OMP_NUM_THREADS": "2", "CUDA_VISIBLE_DEVICES": "0"},
        "SystemRoot": r"C:\Windows",
    }
    others = {"HF_TOKEN": "1", "TORCH_AUTH": "2", "PYTHON_KEYRING_PASSWORD": "3", "EDITOR": "vi"}
    assert clean_environment({**needed, **others, **attempts.KEYS}) == needed


def test_our_keys_are_taken_out_of_what_opened_programs_inherit() -> None:
    environment = {"PATH": "/bin", "DISPLAY": ":0", **attempts.KEYS}
    copy = keys_taken(environment)
    assert copy["GEMINI_API_KEY"] == attempts.KEYS["GEMINI_API_KEY"]
    assert copy["PLANTAIN_STORE_TOKEN"] == attempts.KEYS["PLANTAIN_STORE_TOKEN"]
    assert environment["DISPLAY"] == ":0"
    assert not {"GEMINI_API_KEY", "GOOGLE_API_KEY", "PLANTAIN_STORE_TOKEN"} & environment.keys()


def test_no_key_of_any_service_nor_of_the_store_is_left_for_a_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {*(each.key_variable for each in providers()), "PLANTAIN_STORE_TOKEN"}
    for name in names:
        monkeypatch.setenv(name, "a secret")
    kept = keys_taken(os.environ)
    assert {kept[name] for name in names} == {"a secret"}
    told = subprocess.run(
        [sys.executable, "-c", "import os; print(*os.environ)"], capture_output=True, text=True
    ).stdout.split()
    assert told
    assert not names & {*told}
    assert not [each for each in QProcess.systemEnvironment() if each.endswith("=a secret")]
