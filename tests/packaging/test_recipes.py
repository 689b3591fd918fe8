"""What the built program is made of and says of itself, checked without building it."""

from __future__ import annotations

import ast
import json
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import build
import bundle
import icons
import licences
import linux
import macos
import manual
import product
import pytest
import sharing
import trimming
import windows
from PIL import Image

from desktop.cli import whole_parser
from desktop.media.formats.registry import is_picture

DATE = "2026-11-29"
PACKAGING = product.ROOT / "packaging"


def checked_by(*command: str) -> None:
    """Run a validator, where this machine has it."""
    if shutil.which(command[0]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "error" not in (done.stdout + done.stderr).lower()


def test_the_icon_comes_in_every_size(tmp_path: Path) -> None:
    icons.write_linux(tmp_path)
    for side in icons.LINUX_SIDES:
        with Image.open(tmp_path / f"{side}x{side}/apps/plantain.png") as image:
            assert image.size == (side, side)
            assert image.getpixel((0, 0)) == (0, 0, 0, 0)  # round corners
    icons.write_windows(tmp_path / "a.ico")
    with Image.open(tmp_path / "a.ico") as image:
        assert image.info["sizes"] == {(side, side) for side in icons.WINDOWS_SIDES}
    icons.write_macos(tmp_path / "a.icns")
    with Image.open(tmp_path / "a.icns") as image:
        assert (512, 512, 2) in image.info["sizes"]


def test_the_version_is_that_of_the_program() -> None:
    from desktop import __version__

    assert product.version() == __version__


def test_the_desktop_entry_is_valid_and_the_program_takes_what_it_gives(tmp_path: Path) -> None:
    path = tmp_path / "plantain.desktop"
    path.write_text(linux.desktop_entry(), "utf-8")
    checked_by("desktop-file-validate", str(path))
    [command] = re.findall(r"^Exec=plantain (.*) %F$", linux.desktop_entry(), re.M)
    given = whole_parser().parse_args([*command.split(), "/a/folder", "/a/file.png"])
    assert given.add == [Path("/a/folder"), Path("/a/file.png")]
    assert whole_parser().parse_args(command.split()).add == []


def test_software_centres_can_read_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / f"{product.BUNDLE_ID}.metainfo.xml"
    path.write_text(linux.metainfo(DATE), "utf-8")
    root = ElementTree.fromstring(linux.metainfo(DATE))
    assert root.findtext("id") == product.BUNDLE_ID
    assert root.findtext("launchable") == linux.ENTRY.name
    release = root.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": product.VERSION, "date": DATE}
    checked_by("appstreamcli", "validate", "--no-net", str(path))


def test_the_manual_page_tells_every_command_and_option(tmp_path: Path) -> None:
    page = manual.page(DATE)
    for command in ("index", "search", "generate", "model", "model download", "doctor"):
        assert f".SS plantain {command}\n" in page
    assert r"\-\-contact\-sheet" in page
    assert "-- " not in page.replace(r"\-", "")
    path = tmp_path / "plantain.1"
    path.write_text(page, "utf-8")
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-ww", "-z", "-K", "utf8", str(path)], capture_output=True, text=True
        )
        assert done.stderr == ""


def test_windows_is_told_name_and_version() -> None:
    told = windows.version_information()
    ast.parse(told)
    assert f"StringStruct('ProductVersion', '{product.VERSION}')" in told
    assert "filevers=(0, 1, 0, 0)" in told or product.VERSION != "0.1.0"


def test_the_installer_of_windows_has_what_it_names_and_takes_what_it_is_given() -> None:
    recipe = windows.RECIPE.read_text("utf-8")
    sections = re.findall(r"^\[(\w+)\]$", recipe, re.M)
    assert {"Setup", "Files", "Icons", "Registry", "Run"} <= set(sections)
    assert len(sections) == len(set(sections))
    given = windows.installer_command(Path("p"), Path("o"), Path("a"))
    defined = {found for word in given if (found := word.partition("=")[0]).startswith("/D")}
    used = set(re.findall(r"\{#(\w+)", recipe)) - {"SourcePath"}
    assert used == {name[2:] for name in defined} | {"AppName", "AppId"}
    assert (windows.RECIPE.parent / ".." / ".." / "LICENSE").is_file()
    suffixes = re.findall(r'^#emit Kind\("(.+)"\)$', recipe, re.M)
    assert len(suffixes) > 10
    assert all(is_picture(f"a{suffix}") for suffix in suffixes)
    for line in recipe.splitlines():
        if line.startswith(("Root:", "Source:", "Name:", "Filename:", "Type:")):
            assert line.count('"') % 2 == 0, line


def test_macos_is_told_name_and_version_and_notarises_what_is_signed_with_a_certificate() -> None:
    told = plistlib.loads(macos.information())
    assert told["CFBundleShortVersionString"] == product.VERSION
    assert told["CFBundleIdentifier"] == product.BUNDLE_ID
    oldest = told["LSMinimumSystemVersion"].partition(".")[0]
    assert f"**macOS** ({oldest} or newer" in (PACKAGING / "README.md").read_text("utf-8")
    assert plistlib.loads(macos.ENTITLEMENTS.read_bytes())
    bundle_path, image = Path("Plantain.app"), Path("Plantain.dmg")
    for_here = macos.commands(bundle_path, image, {})
    assert not any("notarytool" in command for command in for_here)
    account = {macos.IDENTITY: "Developer ID Application: A", macos.PROFILE: "plantain"}
    for_all = macos.commands(bundle_path, image, account)
    steps = [command[1] if command[0] == "xcrun" else command[0] for command in for_all]
    assert steps == [
        *("codesign", "codesign", "hdiutil", "codesign", "notarytool", "stapler", "spctl"),
    ]
    assert "runtime" in for_all[0]  # hardened, or Apple refuses it


def test_what_the_program_needs_stays_and_what_it_does_not_is_left_out() -> None:
    stays = (
        *("torch/bin/torch_shm_manager", "torch/lib/libtorch_cpu.so", "torch/nn/modules/conv.py"),
        *("open_clip/bpe_simple_vocab_16e6.txt.gz", "open_clip/model_configs/ViT-B-32.json"),
        *("PySide6/Qt/plugins/platforms/libqxcb.so", "PySide6/Qt/lib/libQt6Svg.so.6"),
        *("resources/demo/pictures/Accessories/IMG_0745.jpg", "resources/icons/plantain.svg"),
        *("pyarrow/libarrow.so.2600", "pillow.libs/libharfbuzz-fb49c9fc.so.0.61450.0"),
        *("pyarrow/libarrow_python.so.2600", "PySide6/Qt/translations/qtbase_zh_CN.qm"),
        *("openvino/libs/libopenvino_ir_frontend.so.2641", "torch/distributed/config.py"),
    )
    assert [place for place in stays if trimming.is_left_out(place)] == []
    goes = (
        *("torch/include/ATen/ATen.h", "torch/test/test_api", "torch/share/cmake/a.cmake"),
        *("PySide6/Qt/plugins/platformthemes/libqgtk3.so", "libcairo.so.2", "libharfbuzz.so.0"),
        *("pyarrow/include/arrow/api.h", "torchvision/_C.so", "numpy/linalg/tests/data/a.npy"),
        *("PySide6/Qt/qml/QtQuick/qmldir", "PySide6/QtCore.pyi", "libnvrtc.so.13"),
        *("pyarrow/libarrow_python.so", "pyarrow/libarrow_s3.so.2600", "torch/testing/a.py"),
        *("openvino/libs/libopenvino_intel_gpu_plugin.so", "PySide6/Qt/translations/qt_fr.qm"),
    )
    assert [place for place in goes if not trimming.is_left_out(place)] == []


def test_the_same_is_left_out_where_other_systems_wheels_have_it() -> None:
    stays = (
        *("openvino/libs/openvino_intel_cpu_plugin.dll", "openvino/libs/openvino.dll"),
        *(
            "openvino/libs/libopenvino_arm_cpu_plugin.so",
            "pyarrow/arrow.dll",
            "c2pa/libs/c2pa_c.dll",
        ),
        *("PySide6/Qt6Gui.dll", "PySide6/plugins/platforms/qwindows.dll", "cv2/cv2.pyd"),
        *(
            "PySide6/translations/qtbase_zh_CN.qm",
            "PySide6/Qt/lib/QtGui.framework/Versions/A/QtGui",
        ),
        *("PySide6/Qt/plugins/platforms/libqcocoa.dylib", "PySide6/QtSvg.abi3.so"),
    )
    assert [place for place in stays if trimming.is_left_out(place)] == []
    goes = (
        *("openvino/libs/openvino_intel_npu_compiler.dll", "openvino/libs/openvino_c.dll"),
        *("openvino/libs/openvino_intel_npu_vm_runtime.dll", "pyarrow/arrow_flight.dll"),
        *("pyarrow/arrow_s3.dll", "cv2/opencv_videoio_ffmpeg500_64.dll", "PySide6/Qt6Quick.dll"),
        *("PySide6/translations/qt_fr.qm", "PySide6/plugins/sqldrivers/qsqlite.dll"),
        *("PySide6/Qt/lib/QtQml.framework/Versions/A/QtQml", "pyarrow/libarrow_s3.2600.dylib"),
    )
    assert [place for place in goes if not trimming.is_left_out(place)] == []


def test_what_a_report_names_has_its_version_in_the_program() -> None:
    from importlib import metadata

    from desktop.config.versions import versions

    named = {name.lower().replace("_", "-") for name in product.dependencies()}
    assert versions().keys() - {"python", "system", "is_frozen"} <= named
    missing = [name for name in product.dependencies() if not metadata.version(name)]
    assert missing == []


def test_libraries_are_stripped_but_for_those_that_do_not_bear_it() -> None:
    assert trimming.is_stripped("torch/lib/libtorch_cpu.so")
    assert trimming.is_stripped("libxcb.so.1")
    assert not trimming.is_stripped("numpy.libs/libscipy_openblas64_-32a4b2a6.so")
    assert not trimming.is_stripped("resources/icons/plantain.svg")


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux' libraries")
def test_a_library_stands_in_for_another_where_it_has_what_is_asked_for(tmp_path: Path) -> None:
    if not shutil.which("nm"):
        pytest.skip("no binutils here")
    top = tmp_path / "_internal"
    used = Path("/usr/bin/env").resolve()
    libc = next(Path("/lib").glob("*-linux-gnu/libc.so.6")).resolve()
    libm = next(Path("/lib").glob("*-linux-gnu/libm.so.6")).resolve()
    for place, source in {
        "cv2/cv2.abi3.so": used,
        "opencv_python_headless.libs/libavcodec-1.so.62": libc,
        "opencv_python_headless.libs/libavif-1.so.16": libc,
        "av.libs/libavcodec-2.so.62": libc,
        "pillow.libs/libavif-2.so.16": libm,  # which has nothing of that
    }.items():
        (top / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, top / place)
    assert not sharing.can_stand_in(
        top,
        top / "pillow.libs/libavif-2.so.16",
        top / "opencv_python_headless.libs/libavif-1.so.16",
    )
    assert sharing.can_stand_in(
        top,
        top / "av.libs/libavcodec-2.so.62",
        top / "opencv_python_headless.libs/libavcodec-1.so.62",
    )
    sharing.share(tmp_path)
    assert not list(top.glob("*.libs/*.so*"))  # nothing is linked to any of them
    assert (top / "cv2/cv2.abi3.so").is_file()


def test_the_slim_edition_has_its_own_name_and_says_what_it_lacks(tmp_path: Path) -> None:
    import deb

    made = tmp_path / f"plantain_{product.VERSION}_amd64.deb"
    made.write_bytes(b"")
    assert build.named_slim(made).name == f"plantain_{product.VERSION}-slim_amd64.deb"
    assert not made.exists()
    assert build.named_slim(tmp_path) == tmp_path
    told = " ".join(deb.control_file("amd64", 1, [], is_slim=True).split())
    assert "without PyTorch" in told
    assert "without PyTorch" not in " ".join(deb.control_file("amd64", 1, []).split())


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_no_link_leads_to_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(b"")
    (tmp_path / "there.so").symlink_to("liba.so")
    (tmp_path / "gone.so").symlink_to("torchvision.libs/gone.so")
    bundle.drop_dead_links(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"liba.so", "there.so"}


def test_a_build_without_a_library_of_the_window_fails() -> None:
    line = "WARNING: Library not found: could not resolve '{}', dependency of '/x/libqxcb.so'."
    bundle.require_libraries(line.format("libgtk-3.so.0"))  # of a theme that is left out
    with pytest.raises(bundle.BuildFailed, match=r"libxcb-cursor\.so\.0"):
        bundle.require_libraries(line.format("libxcb-cursor.so.0"))


def test_a_build_with_another_tool_than_was_tried_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "1.0")
    with pytest.raises(bundle.BuildFailed, match=r"pip install -r packaging/requirements\.txt"):
        build.require_tools()


def test_the_works_of_others_are_named_with_their_licences(tmp_path: Path) -> None:
    import numpy

    found = licences.components([Image.__file__, numpy.__file__, __file__])
    named = {component.name.lower(): component for component in found}
    assert {"pillow", "numpy", "python"} <= named.keys()
    assert "pytest" not in named
    assert "permission" in named["pillow"].text.lower()
    licences.write(tmp_path, found)
    pillow = named["pillow"]
    text = (tmp_path / "licences" / f"{pillow.name}-{pillow.version}.txt").read_text("utf-8")
    assert pillow.licence in text
    bill = json.loads((tmp_path / "sbom.cdx.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    refs = [component["bom-ref"] for component in bill["components"]]
    assert f"pkg:pypi/pillow@{pillow.version}" in refs
    assert len(refs) == len(set(refs))
    assert bill["dependencies"][0]["dependsOn"] == refs
    assert bill["serialNumber"] == licences.bill(found)["serialNumber"]


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's tools")
def test_the_debian_package_holds_what_it_should(tmp_path: Path) -> None:
    import deb

    if not deb.is_possible():
        pytest.skip("no dpkg-deb here")
    program = tmp_path / "program"
    (program / "_internal").mkdir(parents=True)
    shutil.copy("/bin/true", program / "plantain")
    (program / "_internal" / "data.txt").write_text("data")
    notices = tmp_path / "notices"
    licences.write(notices, [licences.Component("pypi", "a", "1", "MIT", "text")])
    path = deb.build(program, notices, tmp_path / "tree", tmp_path, DATE, is_quick=True)
    told = subprocess.run(["dpkg-deb", "-c", path], capture_output=True, text=True, check=True)
    places = {line.split()[5]: line.split()[0] for line in told.stdout.splitlines()}
    assert places["./usr/lib/plantain/plantain"] == "-rwxr-xr-x"
    assert places["./usr/lib/plantain/_internal/data.txt"] == "-rw-r--r--"
    assert "./usr/bin/plantain" in places
    for place in (
        "./usr/share/applications/plantain.desktop",
        f"./usr/share/metainfo/{product.BUNDLE_ID}.metainfo.xml",
        "./usr/share/icons/hicolor/256x256/apps/plantain.png",
        "./usr/share/man/man1/plantain.1.gz",
        "./usr/share/bash-completion/completions/plantain",
        "./usr/share/zsh/vendor-completions/_plantain",
        "./usr/share/fish/vendor_completions.d/plantain.fish",
        "./usr/share/doc/plantain/copyright",
        "./usr/share/doc/plantain/changelog.gz",
        "./usr/share/doc/plantain/sbom.cdx.json",
        "./usr/share/doc/plantain/licences/a-1.txt",
    ):
        assert place in places
    said = subprocess.run(["dpkg-deb", "-f", path], capture_output=True, text=True, check=True)
    assert f"Version: {product.VERSION}\n" in said.stdout
    assert "libegl1" in said.stdout
    assert all(len(line) < 80 for line in deb.control_file("amd64", 1, []).splitlines()[8:])


def test_the_scripts_can_be_read() -> None:
    ast.parse((PACKAGING / "plantain.spec").read_text("utf-8"))
    assert not (PACKAGING / "__init__.py").exists()  # it would hide PyPI's packaging
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", str(PACKAGING / "prove")], check=True)
        subprocess.run(["bash", "-n", str(PACKAGING / "clean-machine")], check=True)
