"""Make the built program of this system, and its installer.

`python packaging/build.py [--out DIR] [--quick] [--slim] [program|deb|appimage|windows|macos]…`

Run it with the Python of an environment in which Plantain's dependencies and
packaging/requirements.txt are installed. Without a kind it makes what this system installs: on
Linux a .deb and an AppImage's folder, on Windows an installer, on macOS a disk image. The slim
edition is without PyTorch: two thirds as large, it runs models that were converted elsewhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))  # desktop, for the manual page

import appimage
import bundle
import deb
import licences
import macos
import windows
from product import NAME, PROGRAM, ROOT, SLIM, VERSION

KINDS = ("program", "deb", "appimage", "windows", "macos")
_USUAL = {"linux": ("deb", "appimage"), "win32": ("windows",), "darwin": ("macos",)}


def main() -> int:
    """Build; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "kinds", nargs="*", choices=[*KINDS, []], metavar="KIND", help="|".join(KINDS)
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="default: %(default)s")
    parser.add_argument(
        "--quick", action="store_true", help="packed faster and larger, for a trial"
    )
    parser.add_argument("--slim", action="store_true", help="without PyTorch")
    parser.add_argument("--program", type=Path, help="pack this folder, built before, instead")
    arguments = parser.parse_args()
    out = Path(os.path.abspath(arguments.out))  # noqa: PTH100 - of a link, not what it leads to
    out.mkdir(parents=True, exist_ok=True)
    try:
        if arguments.program is None:
            require_tools()
            program = bundle.build(out / "build", is_slim=arguments.slim)
        else:
            program = arguments.program.resolve()
        kinds = arguments.kinds or _USUAL[sys.platform]
        for made in pack(program, out, kinds, is_quick=arguments.quick, is_slim=arguments.slim):
            amount = bundle.size(made) if made.is_dir() else made.stat().st_size
            print(f"{amount / 1e6:8.1f} MB  {made}")
        if arguments.slim:
            print(SLIM)
    except bundle.BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def require_tools() -> None:
    """Raises: BuildFailed: another version of a tool than was tried, or none."""
    for line in (ROOT / "packaging" / "requirements.txt").read_text("utf-8").splitlines():
        name, pinned, version = line.partition("==")
        if not pinned or line.startswith("#"):
            continue
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            raise bundle.BuildFailed(
                f"{name} {version} is needed, and here is {found}: "
                "pip install -r packaging/requirements.txt"
            )


def pack(
    program: Path,
    out: Path,
    kinds: list[str] | tuple[str, ...],
    *,
    is_quick: bool = False,
    is_slim: bool = False,
) -> list[Path]:
    """What was made, the program first."""
    work = out / "build"
    notices = work / "notices"
    shutil.rmtree(notices, ignore_errors=True)
    sources = (work / "assets" / "sources.txt").read_text("utf-8").splitlines()
    found = licences.components(sources)
    licences.write(notices, found)
    for component in found:
        if not (component.text or component.licence):
            raise bundle.BuildFailed(f"{component.name} says nothing of its licence")
    bill = out / f"{PROGRAM}-{VERSION}.cdx.json"
    shutil.copy(notices / "sbom.cdx.json", bill)
    date = release_date()
    made = [program, bill]
    for kind in kinds:
        tree = work / kind
        shutil.rmtree(tree, ignore_errors=True)
        match kind:
            case "deb" if deb.is_possible():
                made.append(deb.build(program, notices, tree, out, date, is_quick, is_slim))
                shutil.rmtree(tree)
            case "appimage":
                made.append(appimage.folder(program, notices, tree, date))
                if tool := shutil.which("appimagetool"):
                    runtime = os.environ.get("APPIMAGE_RUNTIME", "")
                    subprocess.run(appimage.command(tree, out, tool, runtime), check=True)
                    made += sorted(out.glob("*.AppImage"))
            case "windows":
                shutil.copytree(notices, program, dirs_exist_ok=True)
                run = windows.installer_command(program, out, work / "assets")
                subprocess.run(run, check=True)
                made += sorted(out.glob("*-setup.exe"))
            case "macos":
                image = out / f"{NAME}-{VERSION}.dmg"
                shutil.copytree(notices, program / "Contents/Resources/notices", dirs_exist_ok=True)
                for command in macos.commands(program, image, os.environ):
                    subprocess.run(command, check=True)
                made.append(image)
            case "program":
                pass
            case _:
                raise bundle.BuildFailed(f"a {kind} cannot be made here")
    return [named_slim(path) for path in made] if is_slim else made


def named_slim(made: Path) -> Path:
    """A file that was made, under the name of the slim edition; folders stay as they are."""
    if made.is_dir():
        return made
    return made.replace(made.with_name(made.name.replace(VERSION, f"{VERSION}-slim")))


def release_date() -> str:
    """Of SOURCE_DATE_EPOCH, so that a build can be repeated; of the last commit; of today."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if seconds is None and (ROOT / ".git").exists() and shutil.which("git"):
        asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        seconds = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    return time.strftime("%Y-%m-%d", time.gmtime(float(seconds or time.time())))


if __name__ == "__main__":
    sys.exit(main())
