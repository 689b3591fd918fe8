"""What collections are called; plain ASCII, since Milvus takes nothing else."""

from __future__ import annotations

import re
import unicodedata

from desktop.core.team import shared_id


def collection_name(encoder_id: str, library: str) -> str:
    """``ViT-B-32@1f0c…``, ``9e4b…`` -> ``plantain_vit_b_32_1f0c…_9e4b…``.

    A library's row ids are its own count from 1, so two libraries never share a collection.
    """
    return re.sub(r"\W+", "_", "_".join(("plantain", encoder_id, library))).lower()


def team_collection_name(encoder_id: str, team: str) -> str:
    """``…``, ``Été`` -> ``plantain_…_team_t_1f0c…``: what is readable of the name, and a digest of
    it, since two teams must never meet."""
    name = " ".join(unicodedata.normalize("NFC", team).casefold().split())
    readable = re.sub(r"[^a-z0-9]+", "_", name)[:32].strip("_")
    return collection_name(encoder_id, f"team_{readable}_{shared_id(name):x}")
