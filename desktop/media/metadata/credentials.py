"""Content Credentials (C2PA): read and checked, and made for pictures that leave.

The library that does it, c2pa-python, parses whatever a stranger put into a file, so it runs in a
decoder process of its own (``load_c2pa`` prepares it), which can reach neither files nor the
network: what a manifest names elsewhere is never fetched. What comes back is JSON, read here.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, cast

from desktop.core.asset import displayable
from desktop.core.credentials import Credentials, Validity
from desktop.core.errors import FileDamaged
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, decode_json, parse_json
from desktop.files.regular_file import read_regular_file
from desktop.media.formats.registry import find_format
from desktop.media.metadata.lineage import has_credentials
from desktop.media.sandbox.pool import Sandbox

_MIME = {
    **{"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "TIFF": "image/tiff"},
    **{"GIF": "image/gif", "AVIF": "image/avif", "HEIC": "image/heic"},
}
_MAX_BYTES = 512 * 1024 * 1024
_MOST = 20
"""Ingredients and problems that are told."""
_LONGEST = 200
"""Characters of what a stranger wrote."""
_UNTRUSTED = "signingCredential.untrusted"
_SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def load_c2pa() -> None:
    """What a process does before it gives up opening files."""
    import c2pa

    library: Any = c2pa
    library.load_settings(_SETTINGS)


def read_credentials(source: Path | bytes, sandbox: Sandbox) -> Credentials | None:
    """What the credentials in a picture say; None where it has none.

    Args:
        sandbox: one whose processes ``load_c2pa`` prepared.

    Raises:
        FileError: the file cannot be read, or its credentials are no such thing.
    """
    path = source if isinstance(source, Path) else Path()
    data = read_regular_file(source, _MAX_BYTES) if isinstance(source, Path) else source
    if not has_credentials(data):
        return None
    mime = _MIME.get(_format_of(data), "")
    told = sandbox.run(manifest_store, data, path, mime) if mime else ""
    try:
        return _credentials(cast("dict[str, Any]", parse_json(told))) if told else None
    except (MalformedJson, LookupError, TypeError, AttributeError) as error:
        raise FileDamaged(path, tr("Its Content Credentials cannot be read.")) from error


def signed(
    data: bytes, manifest: dict[str, Any], chain: bytes, key: bytes, sandbox: Sandbox
) -> bytes:
    """The same picture with a manifest, signed; what it held is an ingredient of it.

    Args:
        manifest: a C2PA manifest definition, as ``made_manifest`` gives it.
        chain, key: PEM: the signer's certificate and those above it; ECDSA on P-256.

    Raises:
        FileError: the format takes none, or the certificate is refused.
    """
    mime = _MIME.get(_format_of(data), "")
    return sandbox.run(sign, data, Path(), mime, json.dumps(manifest), chain, key)


def made_manifest(title: str, version: str, source_type: str, prompt: str = "") -> dict[str, Any]:
    """What Plantain says of a picture that it hands out.

    Args:
        source_type: of one that it made itself; empty for one that it only hands on, of which the
            picture as it was becomes the parent.
    """
    action: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": source_type}
    if prompt:
        action["parameters"] = {"description": prompt}
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [action]}}
    return {
        "claim_generator_info": [{"name": "Plantain", "version": version}],
        "title": title,
        "assertions": [actions] if source_type else [],
    }


# -- in the process ------------------------------------------------------------------------------


def manifest_store(source: bytes, mime: str) -> str:
    """The manifests as c2pa tells them, JSON; empty where there are none. Raises: FileDamaged."""
    import c2pa

    reader: Any = c2pa.Reader
    try:
        with reader(mime, io.BytesIO(source)) as found:
            state = found.get_validation_state()
            return json.dumps({"state": state, "store": parse_json(found.json())})
    except c2pa.C2paError as error:
        if "ManifestNotFound" in str(error):
            return ""
        raise FileDamaged(Path(), tr("Its Content Credentials cannot be read.")) from error


def sign(source: bytes, mime: str, manifest: str, chain: bytes, key: bytes) -> bytes:
    """Raises: FileDamaged: c2pa refuses, with its own reason."""
    import c2pa

    library: Any = c2pa
    out = io.BytesIO()
    try:
        info = library.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
        with library.Signer.from_info(info) as signer, library.Builder(manifest) as builder:
            if not decode_json(manifest, dict[str, Any])["assertions"]:
                builder.set_intent(library.C2paBuilderIntent.EDIT)
            builder.sign(signer, mime, io.BytesIO(source), out)
    except c2pa.C2paError as error:
        raise FileDamaged(Path(), tr("It could not be signed: {reason}", reason=error)) from error
    return out.getvalue()


# -- what it says --------------------------------------------------------------------------------


def _format_of(data: bytes) -> str:
    found = find_format(data[:32])
    return found.name.upper() if found else ""


def _credentials(told: dict[str, Any]) -> Credentials:
    store: Any = told["store"]
    manifest = store["manifests"][store["active_manifest"]]
    states = {"Trusted": Validity.TRUSTED, "Valid": Validity.VALID}
    signature: Any = manifest.get("signature_info") or {}
    programs: Any = manifest.get("claim_generator_info") or [{}]
    problems = [str(each.get("code")) for each in store.get("validation_status") or ()]
    return Credentials(
        states.get(str(told["state"]), Validity.INVALID),
        _line(signature.get("issuer") or signature.get("common_name") or ""),
        " ".join(_line(programs[0][key]) for key in ("name", "version") if key in programs[0]),
        _line(signature.get("time") or ""),
        any(
            "rainedAlgorithmicMedia" in json.dumps(each.get("assertions") or [])
            for each in store["manifests"].values()
        ),
        tuple(_line(each.get("title", "")) for each in manifest.get("ingredients") or ())[:_MOST],
        tuple(dict.fromkeys(code for code in problems if code != _UNTRUSTED))[:_MOST],
    )


def _line(text: object) -> str:
    """Of a stranger's text what fits in a line."""
    return displayable(str(text))[:_LONGEST]
