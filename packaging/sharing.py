"""Libraries that several wheels bring, each its own copy: the built program has them once (Linux).

Wheels may not rely on each other, so OpenCV, PyAV and Pillow each bring what they are linked to. In
the program they lie beside each other, and one copy can serve, where it has every symbol that the
other's users ask for, in the version they ask for. That is checked here in the files themselves:
where a newer wheel no longer fits, both copies stay.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_OPENCV, _OPENCVS_LIBRARIES = "cv2", "opencv_python_headless.libs"
_STAND_INS = {
    # FFmpeg for films that OpenCV would open, which nobody asks it to: PyAV's.
    r"lib(avcodec|avformat|avutil|swscale|swresample)-": "av.libs/lib{}-*.so*",
    # AVIF, with its decoder inside.
    r"lib(avif)-": "pillow.libs/lib{}-*.so*",
}
"""Which of OpenCV's libraries, and what does instead."""
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")


def share(program: Path) -> None:
    """Leave one copy of what can be shared, links in place of the others, and nothing that no
    library needs any more.

    Raises:
        subprocess.CalledProcessError: binutils cannot read a library.
    """
    top = program / "_internal"
    for library in _libraries(top / _OPENCVS_LIBRARIES):
        for names, others in _STAND_INS.items():
            found = re.match(names, library.name)
            for other in top.glob(others.format(found[1])) if found else ():
                if can_stand_in(top, other, library):
                    library.unlink()
                    library.symlink_to(Path("..", other.relative_to(top)))
                    break
    while unneeded := list(_unneeded(top)):
        for library in unneeded:
            library.unlink()


def _libraries(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.glob("*.so*")) if not path.is_symlink())


def can_stand_in(top: Path, other: Path, library: Path) -> bool:
    """Every symbol of ``library`` that OpenCV and the libraries beside it ask for is in ``other``
    as well."""
    users = [*_libraries(top / _OPENCV), *_libraries(library.parent)]
    asked = {symbol for user in users for symbol in _symbols(user, "--undefined-only")}
    return asked & _symbols(library, "--defined-only") <= _symbols(other, "--defined-only")


def _symbols(library: Path, which: str) -> set[str]:
    """Names with their versions; a version that is the usual one is written with @@."""
    command = ["nm", "--dynamic", "--format=just-symbols", which, str(library)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {symbol.replace("@@", "@") for symbol in told.split()}


def _unneeded(top: Path) -> Iterator[Path]:
    """Libraries in the wheels' own folders that no library of the program names."""
    needed: set[str] = set()
    for library in top.rglob("*.so*"):
        if library.is_file() and not library.is_symlink():
            command = ["readelf", "--dynamic", str(library)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            needed.update(_NEEDED.findall(told))
    names: defaultdict[Path, set[str]] = defaultdict(set)
    for link in top.rglob("*.so*"):
        names[link.resolve()].add(link.name)
    yield from (path for path in top.glob("*.libs/*.so*") if not names[path.resolve()] & needed)
