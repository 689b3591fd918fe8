"""macOS: what the bundle says of itself, and how it is signed, packed and notarised."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from pathlib import Path

from product import BUNDLE_ID, LICENCE, NAME, PROGRAM, PUBLISHER, ROOT, VERSION

ENTITLEMENTS = ROOT / "packaging" / "macos" / "entitlements.plist"
IDENTITY, PROFILE = "PLANTAIN_SIGNING_IDENTITY", "PLANTAIN_NOTARY_PROFILE"
"""Variables: the certificate ("Developer ID Application: …"), and the name under which
``xcrun notarytool store-credentials`` keeps the account. Without them the bundle is signed for
this machine alone and is not notarised."""


def information() -> bytes:
    """The bundle's Info.plist."""
    return plistlib.dumps(
        {
            "CFBundleName": NAME,
            "CFBundleDisplayName": NAME,
            "CFBundleIdentifier": BUNDLE_ID,
            "CFBundleExecutable": PROGRAM,
            "CFBundleIconFile": f"{PROGRAM}.icns",
            "CFBundlePackageType": "APPL",
            "CFBundleShortVersionString": VERSION,
            "CFBundleVersion": VERSION,
            "CFBundleLocalizations": ["en", "zh-Hans"],
            "CFBundleDevelopmentRegion": "en",
            "LSApplicationCategoryType": "public.app-category.graphics-design",
            "LSMinimumSystemVersion": "14.0",
            "NSHighResolutionCapable": True,
            "NSSupportsAutomaticGraphicsSwitching": True,
            "NSHumanReadableCopyright": f"© {PUBLISHER}, {LICENCE}",
            "CFBundleDocumentTypes": [
                {
                    "CFBundleTypeName": "Pictures and folders",
                    "CFBundleTypeRole": "Viewer",
                    "LSHandlerRank": "Alternate",
                    "LSItemContentTypes": ["public.image", "public.folder"],
                }
            ],
        }
    )


def commands(bundle: Path, disk_image: Path, environment: Mapping[str, str]) -> list[list[str]]:
    """What is run on macOS once the bundle is there, in this order."""
    identity, profile = environment.get(IDENTITY, "-"), environment.get(PROFILE)
    sign = ["codesign", "--force", "--sign", identity]
    if identity != "-":
        sign += ["--timestamp", "--options", "runtime"]
    steps = [
        # Inside out is what PyInstaller has done; this seals the whole.
        [*sign, "--entitlements", str(ENTITLEMENTS), str(bundle)],
        ["codesign", "--verify", "--deep", "--strict", str(bundle)],
        [
            *("hdiutil", "create", "-volname", NAME, "-srcfolder", str(bundle)),
            *("-format", "ULFO", "-ov", str(disk_image)),
        ],
    ]
    if identity != "-":
        steps.append([*sign, str(disk_image)])
    if identity != "-" and profile:
        notarise = ["xcrun", "notarytool", "submit", str(disk_image)]
        steps += [
            [*notarise, "--keychain-profile", profile, "--wait"],
            ["xcrun", "stapler", "staple", str(disk_image)],
            [
                "spctl",
                "--assess",
                "--type",
                "open",
                "--context",
                "context:primary-signature",
                str(disk_image),
            ],
        ]
    return steps
