"""The processes in which strangers' files are read."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from desktop.media.metadata.credentials import load_c2pa
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.text_recognition.text_reader import TextReader


@dataclass(frozen=True, kw_only=True)
class Processes:
    """Started at first use.

    Attributes:
        sandbox: decodes pictures.
        signatures: reads and makes Content Credentials.
        text_reader: reads what is written in pictures.
    """

    sandbox: Sandbox
    signatures: Sandbox
    text_reader: TextReader


def processes(closing: ExitStack) -> Processes:
    """Those of one engine, ended by ``closing``."""
    made = Processes(
        sandbox=Sandbox(load_libraries),
        signatures=Sandbox(load_c2pa, size=1),
        text_reader=TextReader(),
    )
    for each in (made.sandbox, made.signatures, made.text_reader):
        closing.callback(each.close)
    return made
