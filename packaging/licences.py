"""Whose work the built program contains: licence texts, and a bill of materials (CycloneDX).

Nothing here is kept by hand: what PyInstaller has put in says where each file is from, the
installed distributions say which file is theirs and under which licence.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from product import LICENCE, NAME, PROGRAM, PUBLISHER, SUMMARY, VERSION

_IS_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors|copyright)", re.I)
_SPDX = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")


@dataclass(frozen=True, slots=True)
class Component:
    """One work of others.

    Attributes:
        kind: "pypi" or "deb", as in a package URL.
        licence: as it states it; empty where it does not.
        text: of its licence and notices, whole.
    """

    kind: str
    name: str
    version: str
    licence: str
    text: str
    homepage: str = ""

    @property
    def purl(self) -> str:
        """Its package URL."""
        place = "debian/" if self.kind == "deb" else ""
        name = re.sub(r"[-_.]+", "-", self.name).lower() if self.kind == "pypi" else self.name
        return f"pkg:{self.kind}/{place}{name}@{self.version.replace('+', '%2B')}"


def components(sources: Iterable[str]) -> list[Component]:
    """All works that these files are from: Python, distributions, packages of the system."""
    files = {str(Path(source).resolve()) for source in sources if source}
    found = [*_distributions(files), _python()]
    if sys.platform == "linux" and shutil.which("dpkg-query"):
        found += _system_packages(path for path in files if path.startswith(("/usr/", "/lib/")))
    return sorted(found, key=lambda component: (component.kind, component.name.lower()))


def write(folder: Path, found: Iterable[Component]) -> None:
    """Each text as a file of ``folder``/licences, and ``folder``/sbom.cdx.json."""
    found = list(found)
    texts = folder / "licences"
    texts.mkdir(parents=True, exist_ok=True)
    for component in found:
        head = f"{component.name} {component.version}\n{component.licence or 'licence: see below'}"
        place = texts / f"{component.name}-{component.version}.txt".replace(":", "-")
        place.write_text(f"{head}\n{component.homepage}\n\n{component.text}", "utf-8")
    (folder / "sbom.cdx.json").write_text(json.dumps(bill(found), indent=1) + "\n", "utf-8")


def bill(found: Iterable[Component]) -> dict[str, object]:
    """The bill of materials, CycloneDX 1.6."""
    found = list(found)
    own = f"pkg:generic/{PROGRAM}@{VERSION}"
    named = ",".join(component.purl for component in found)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # The same contents have the same number, so that a build can be repeated.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + named)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": NAME,
                "version": VERSION,
                "description": SUMMARY,
                "publisher": PUBLISHER,
                "licenses": [{"expression": LICENCE}],
                "purl": own,
            }
        },
        "components": [_entry(component) for component in found],
        "dependencies": [{"ref": own, "dependsOn": [component.purl for component in found]}],
    }


def _entry(component: Component) -> dict[str, object]:
    entry: dict[str, object] = {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
    }
    if component.licence:
        is_expression = _SPDX.fullmatch(component.licence) and " " in component.licence
        one = {"license": {"name": component.licence}}
        entry["licenses"] = [{"expression": component.licence} if is_expression else one]
    if component.homepage.startswith("http"):
        entry["externalReferences"] = [{"type": "website", "url": component.homepage}]
    return entry


def _distributions(files: set[str]) -> Iterator[Component]:
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        own = distribution.files or []
        if name.lower() == PROGRAM or not any(
            str(Path(str(distribution.locate_file(file))).resolve()) in files for file in own
        ):
            continue
        texts = [
            (file.name, Path(str(distribution.locate_file(file))))
            for file in own
            if ".dist-info" in file.parts[0] and _IS_TEXT.match(file.name)
        ]
        yield Component(
            "pypi",
            name,
            distribution.version,
            _stated(distribution.metadata),
            "\n".join(f"-- {name}\n{path.read_text('utf-8', 'replace')}" for name, path in texts),
            _homepage(distribution.metadata),
        )


def _stated(told: metadata.PackageMetadata) -> str:
    for field in ("License-Expression", "License"):
        value = (told[field] or "").strip() if field in told else ""
        if value and "\n" not in value and len(value) < 100 and value != "UNKNOWN":
            return value
    kinds = [line for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    return " AND ".join(kind.rpartition(" :: ")[2] for kind in kinds)


def _homepage(told: metadata.PackageMetadata) -> str:
    if "Home-page" in told:
        return told["Home-page"]
    for line in told.get_all("Project-URL") or ():
        label, _, url = line.partition(",")
        if label.strip().lower() in {"homepage", "source", "repository", "source code"}:
            return url.strip()
    return ""


def _python() -> Component:
    version = ".".join(map(str, sys.version_info[:3]))
    places = [Path(sys.base_prefix, "LICENSE.txt"), Path(sys.base_prefix, "LICENSE")]
    lib = Path(sys.base_prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    places.append(lib / "LICENSE.txt")
    text = next((path.read_text("utf-8") for path in places if path.is_file()), "")
    return Component("generic", "python", version, "PSF-2.0", text, "https://www.python.org/")


def _system_packages(paths: Iterable[str]) -> Iterator[Component]:
    owners: set[str] = set()
    for path in paths:
        for spelled in (path, path.removeprefix("/usr")):
            told = subprocess.run(["dpkg-query", "-S", spelled], capture_output=True, text=True)
            owners.update(line.partition(": ")[0] for line in told.stdout.splitlines())
    for owner in sorted(owners):
        asked = ["dpkg-query", "-W", "-f", "${Package}\n${Version}\n${Homepage}", owner]
        told = subprocess.run(asked, capture_output=True, text=True, check=True)
        name, version, homepage = [*told.stdout.splitlines(), "", ""][:3]
        text = Path("/usr/share/doc", name, "copyright")
        read = text.read_text("utf-8", "replace") if text.is_file() else ""
        yield Component("deb", name, version, "", read, homepage)
