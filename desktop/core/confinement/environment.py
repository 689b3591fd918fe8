"""The environment of the processes that Plantain starts: what they need, and no keys."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import spawn, util
from typing import Any

from desktop.core.interrupts import interrupts_held_back

_NAMES = frozenset(
    {
        *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "TEMP", "TMP", "TMPDIR", "TZ", "USER"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "VIRTUAL_ENV"),
        *("APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "WINDIR"),
        *("NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "PROGRAMDATA"),
        *("SYSTEMDRIVE", "SYSTEMROOT", "USERPROFILE"),
    }
)
_BEGINNINGS = (
    *("LC_", "PYTHON", "_PYI_", "XDG_CACHE_", "XDG_CONFIG_", "XDG_DATA_", "FONTCONFIG_"),
    *("CUDA_", "NVIDIA_", "CUBLAS_", "CUDNN_", "HIP_", "ROCR_", "HSA_", "PYTORCH_", "TORCH_"),
    *("OMP_", "MKL_", "KMP_", "OPENBLAS_", "GOMP_", "DNNL_", "ONEDNN_", "OPENVINO_", "ORT_"),
)
"""Of the interpreter, the fonts, and the arithmetic on this processor or its graphics card."""
_SECRET = ("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "AUTH")
_OURS = (
    *("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "OPENAI_API_KEY"),
    "PLANTAIN_STORE_TOKEN",
)
"""Of every service and of the store. Written down here, because the services' modules take a third
of a second to ask, before there is a window; a test compares."""

_changing = threading.Lock()


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """What of an environment, by default that of this process, a process of ours gets."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if _is_needed(name.upper())}


def keys_taken(environment: MutableMapping[str, str]) -> dict[str, str]:
    """A copy of the environment, in which Plantain's keys are left out from now on: a program
    that is opened on a picture or a folder inherits what is left."""
    copy = dict(environment)
    for name in _OURS:
        environment.pop(name, None)
    return copy


@contextmanager
def clean_start(more: Mapping[str, str] | None = None) -> Generator[None]:
    """A ``multiprocessing`` process started here gets a clean environment, and no Ctrl+C; and it
    does not import what this program was started with: its work is in modules of their own.

    Args:
        more: variables that it gets besides.
    """
    with _changing, _clean(more or {}), _without_main(), interrupts_held_back():
        yield


@contextmanager
def _without_main() -> Generator[None]:
    # Otherwise each process would first import the program's main script and all that it needs:
    # seconds and half a gigabyte, where that is one with torch in it.
    usual = spawn.get_preparation_data

    def without_main(name: str) -> dict[str, Any]:
        told = usual(name)
        return {key: value for key, value in told.items() if not key.startswith("init_main_")}

    spawn.get_preparation_data = without_main
    try:
        yield
    finally:
        spawn.get_preparation_data = usual


@contextmanager
def _clean(more: Mapping[str, str]) -> Generator[None]:
    if sys.platform == "win32":
        # Processes inherit what this one has; nothing that was taken out is looked up meanwhile.
        before = dict(os.environ)
        for name in before.keys() - clean_environment().keys():
            del os.environ[name]
        os.environ.update(more)
        try:
            yield
        finally:
            for name in more.keys() - before.keys():
                del os.environ[name]
            os.environ.update(before)
        return
    # multiprocessing has no place for an environment; this is the one function that starts its
    # processes, and its arguments are the same in every version of Python.
    usual = util.spawnv_passfds
    util.spawnv_passfds = partial(_start, {**clean_environment(), **more})
    try:
        yield
    finally:
        util.spawnv_passfds = usual


def _start(
    environment: Mapping[str, str], path: Any, arguments: Sequence[Any], descriptors: Sequence[int]
) -> int:
    process = subprocess.Popen(
        arguments,
        executable=path,
        env=environment,
        pass_fds=tuple(descriptors),
        restore_signals=False,
    )
    process.returncode = 0  # multiprocessing waits for it
    return process.pid


def _is_needed(name: str) -> bool:
    if any(mark in name for mark in _SECRET):
        return False
    return name in _NAMES or name.startswith(_BEGINNINGS)
