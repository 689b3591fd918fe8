"""Windows: what the program's file says of itself, and the installer's recipe."""

from __future__ import annotations

from pathlib import Path

from product import LICENCE, NAME, PROGRAM, PUBLISHER, ROOT, SUMMARY, VERSION

RECIPE = ROOT / "packaging" / "windows" / "plantain.iss"


def version_information() -> str:
    """The resource that Explorer shows under "Details", as PyInstaller reads it."""
    numbers = [int(part) for part in VERSION.split(".")[:3]]
    four = (*numbers, *[0] * (4 - len(numbers)))
    texts = {
        "CompanyName": PUBLISHER,
        "FileDescription": f"{NAME}: {SUMMARY}",
        "FileVersion": VERSION,
        "InternalName": PROGRAM,
        "LegalCopyright": f"© {PUBLISHER}, {LICENCE}",
        "OriginalFilename": f"{PROGRAM}.exe",
        "ProductName": NAME,
        "ProductVersion": VERSION,
    }
    strings = ",\n".join(f"      StringStruct({key!r}, {text!r})" for key, text in texts.items())
    return f"""VSVersionInfo(
  ffi=FixedFileInfo(filevers={four}, prodvers={four}, mask=0x3F, flags=0x0, OS=0x40004,
                    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [
{strings}
    ])]),
    VarFileInfo([VarStruct('Translation', [0x0409, 1200])]),
  ],
)
"""


def installer_command(program: Path, out: Path, assets: Path) -> list[str]:
    """What makes the installer, with Inno Setup 6 on Windows."""
    return [
        "iscc.exe",
        f"/DAppVersion={VERSION}",
        f"/DProgramFolder={program}",
        f"/DOutputFolder={out}",
        f"/DAssets={assets}",
        str(RECIPE),
    ]
