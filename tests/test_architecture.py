"""The rules of the house: who may import whom, where heavy libraries live, how long a file is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "desktop"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"__main__", "cli", "app", "commands"},
    {"qt", "wiring"},
    {"services", "config"},
    {"generation", "index", "embedding", "media", "library"},
    {"files"},
    {"core"},
)
"""Top to bottom. A room imports from below; rooms on one line do not know each other, except in
the first, where the entry points call each other."""

SUB_LAYERS = {
    "qt": (
        {"shell"},
        # Features do not know each other, but may act on what is browsed.
        {"create", "details", "manage", "preview"},
        {"browse"},
        {"search"},
        {"command_palette", "jobs"},
        {"widgets"},
        {"images"},
        {"theme", "worker_thread"},
    ),
    "services": (
        {"engine"},
        {"library_status", "model_installing"},
        {"backup", "curation", "generation", "search", "team"},
        # What was generated is imported as any other picture is.
        {"indexing"},
        {"vectors"},
        {"current_model"},
        {"credential", "preferences", "reports", "unforeseen"},
    ),
    "library": (
        {"opening", "relocation", "this_copy"},
        {"backup", "exchange"},
        {"catalog"},
        {"folders", "draft", "import_picture", "kept_file", "spool", "layout", "paths"},
    ),
    "embedding": (
        {"runtime"},
        {"conversion"},
        {"models"},
        {"encoder", "inference", "pytorch"},
    ),
    "media": (
        {
            "drawing",
            "large_picture",
            "product_truth",
            "conversion",
            "reference_image",
            "team_previews",
            "text_recognition",
        },
        {"reference_picture"},
        {"video"},
        {"editing", "likeness", "renditions"},
        {"decode", "thumbnails"},
        {"metadata"},
        {"sandbox"},
        {"formats"},
        {"colour", "svg"},
        {"stated_colour"},
        {
            *("confinement", "encoder_pixels", "light", "look", "moving_picture", "palette"),
            "perceptual_hash",
        },
        {"installed_fonts"},
    ),
}
"""The same within rooms that have sub-rooms, of folders and of modules beside these."""

HEAVY = {
    "torch": "embedding",
    "open_clip": "embedding",
    "safetensors": "embedding",
    "openvino": "embedding",
    "tokenizers": "embedding",
    "huggingface_hub": "embedding",
    "pymilvus": "index",
    "milvus_lite": "index",
    "numkong": "index",
    "google": "generation",
    "PIL": "media",
    "pillow_heif": "media",
    "psd_tools": "media",
    "pypdfium2": "media",
    "rawpy": "media",
    "resvg_py": "media",
    "tifffile": "media",
    "tinycss2": "media",
    "cssselect2": "media",
    "OpenEXR": "media",
    "av": "media",
    "imagecodecs": "media",
    "rapidocr": "media",
    "cv2": "media",
    "c2pa": "media",
    "cryptography": "media",
    "sqlite3": "library",
    "watchfiles": "library",
    "send2trash": "library",
    "keyring": "config",
}
"""Top-level name of a library -> the one room that may name it."""

ALSO = {("desktop.media.formats.clip_studio", "sqlite3")}
"""A document of Clip Studio Paint is an SQLite database; it is read in memory."""

ADAPTERS = (
    "desktop.index.milvus",
    "desktop.generation.gemini",
    "desktop.generation.providers",
    "desktop.generation.moodboard",
    "desktop.embedding.runtime.loading",
    "desktop.embedding.runtime.process_encoder",
)
"""Modules and packages that only the wiring picks; their own modules may name each other."""

DRAWERS = {"utils", "util", "misc", "helpers", "common"}


def room_of(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts)


@cache
def imports_of(module: Path) -> tuple[str, ...]:
    """Dotted names imported anywhere in the module, inside functions too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import shows as a name with dots in front.
            names.append("." * node.level + (node.module or ""))
    return tuple(names)


def every_import() -> Iterator[tuple[Path, str]]:
    return ((module, name) for module in MODULES for name in imports_of(module))


def level_of(room: str) -> int:
    return next(level for level, rooms in enumerate(LAYERS) if room in rooms)


def is_adapter(name: str) -> bool:
    return any(name == adapter or name.startswith(f"{adapter}.") for adapter in ADAPTERS)


def test_imports_are_absolute() -> None:
    assert not [f"{dotted(by)}: {name}" for by, name in every_import() if name.startswith(".")]


def test_imports_go_down_only() -> None:
    def is_allowed(room: str, other: str) -> bool:
        is_entry_point = level_of(room) == level_of(other) == 0
        return room == other or is_entry_point or level_of(other) > level_of(room)

    assert not [
        f"{dotted(by)} must not import {name}"
        for by, name in every_import()
        if name.startswith("desktop.") and room_of(by) != "__init__"
        if not is_allowed(room_of(by), name.split(".")[1])
    ]


def test_imports_go_down_only_within_a_room() -> None:
    def level(room: str, part: str) -> int:
        return next(at for at, parts in enumerate(SUB_LAYERS[room]) if part in parts)

    def parts(name: str) -> tuple[str, str] | None:
        _, room, part, *_ = *name.split("."), "", ""
        return (room, part) if room in SUB_LAYERS and part not in {"", "__init__"} else None

    assert not [
        f"{dotted(by)} must not import {name}"
        for by, name in every_import()
        if name.startswith("desktop.")
        if (own := parts(dotted(by))) and (other := parts(name))
        if own[0] == other[0] and own[1] != other[1] and level(*other) <= level(*own)
    ]


def test_sql_is_in_the_catalogue_and_where_its_file_is_copied() -> None:
    homes = {("library", "catalog"), ("library", "backup")}
    others = [
        module
        for module in MODULES
        if module.relative_to(PACKAGE).parts[:2] not in homes
        and (dotted(module), "sqlite3") not in ALSO
    ]
    assert not [dotted(by) for by in others if "sqlite3" in imports_of(by)]
    statements = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")
    assert not [
        f"{dotted(module)}: {node.value}"
        for module in others
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.lstrip().startswith(statements)
    ]


def test_what_these_rules_name_is_there() -> None:
    """Or a rule would hold nothing any more once a module was renamed."""
    there = {dotted(module).removesuffix(".__init__") for module in MODULES}
    rooms = {room for rooms in LAYERS for room in rooms} | set(HEAVY.values())
    named = {f"desktop.{room}" for room in rooms} | set(ADAPTERS)
    named |= {
        f"desktop.{room}.{part}"
        for room, layers in SUB_LAYERS.items()
        for parts in layers
        for part in parts
    }
    assert not sorted(named - there)


def test_heavy_libraries_are_named_in_one_room() -> None:
    assert not [
        f"{dotted(by)}: {name} belongs in {home}/"
        for by, name in every_import()
        if (home := HEAVY.get(name.split(".")[0])) not in (None, room_of(by))
        and (dotted(by), name) not in ALSO
    ]


def test_qt_stays_at_the_edge() -> None:
    assert not [
        f"{dotted(by)}: {name}"
        for by, name in every_import()
        if name.startswith("PySide6") and room_of(by) not in {"qt", "app"}
    ]


def test_only_the_wiring_picks_adapters() -> None:
    assert not [
        f"{dotted(by)}: {name}"
        for by, name in every_import()
        if is_adapter(name) and room_of(by) != "wiring"
        if not dotted(by).startswith(ADAPTERS)
    ]


def test_one_room_puts_a_file_in_the_place_of_another() -> None:
    """And waits for the disk: whoever writes uses its functions."""
    calls = {"os.fsync", "os.link", "os.replace", "os.rename", "tempfile.NamedTemporaryFile"}
    assert not [
        f"{dotted(module)}: {call}"
        for module in MODULES
        if room_of(module) != "files"
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and (call := ast.unparse(node)) in calls
    ]


def test_what_to_do_can_be_done_where_it_is_read() -> None:
    """The window shows the sentences of these rooms too, and has no command line: each that names
    a command for models, servers and teams names the window's menu."""
    command = re.compile(r"\bplantain (model|server|team) [a-z]")
    sentences = {
        f"{dotted(module)}: {node.value}"
        for module in MODULES
        if room_of(module) in {"services", "index", "embedding", "media", "generation"}
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if command.search(node.value) and not re.search(r"window", node.value)
    }
    assert not sentences


def test_files_are_opened_in_one_way() -> None:
    """``files.regular_file``: a pipe, a device or a file without end has any name. Elsewhere only
    what came with the program, or the system itself, is read."""
    found = {
        module.relative_to(PACKAGE).as_posix()
        for module in MODULES
        if room_of(module) != "files"
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and _opens_to_read(node)
    }
    assert found == {
        *("config/release_notes.py", "config/third_party.py", "generation/capabilities.py"),
        *("embedding/runtime/input_pixels.py", "qt/shell/guide.py", "qt/theme.py"),
        *("media/confinement.py", "media/sandbox/worker.py"),  # /proc; what was opened before
    }


def _opens_to_read(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if name in {"read_bytes", "read_text"}:
        return True
    is_built_in = isinstance(call.func, ast.Name)
    modes = [
        each.value
        for each in call.args[is_built_in : 1 + is_built_in]
        if isinstance(each, ast.Constant)
    ]
    return name == "open" and any(isinstance(mode, str) and mode in {"r", "rb"} for mode in modes)


def test_json_is_read_in_one_way() -> None:
    """``files.checked_json``: whatever the text is, the caller has a value or one kind of error."""
    calls = {"json.load", "json.loads", "msgspec.json.decode", "msgspec.msgpack.decode"}
    found = {
        module.relative_to(PACKAGE).as_posix()
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in calls
    }
    assert found == {
        "files/checked_json.py",
        "library/catalog/filter_text.py",  # a bound may be beyond 64 bits
        "embedding/runtime/input_pixels.py",  # of an installed package
    }


def test_modules_are_short() -> None:
    lengths = {module: len(module.read_text("utf-8").splitlines()) for module in MODULES}
    assert not [f"{dotted(by)}: {length} lines" for by, length in lengths.items() if length > 600]


def test_there_are_no_drawers() -> None:
    assert not [path for path in MODULES if {path.stem, path.parent.name} & DRAWERS]


def test_there_are_no_import_cycles() -> None:
    graph = {
        dotted(module): {name for name in imports_of(module) if name.startswith("desktop")}
        for module in MODULES
        if module.name != "__init__.py"
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name in done or name not in graph:
            return
        for other in graph[name]:
            visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def run_python(script: str) -> None:
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_the_engine_imports_and_works_with_qt_absent(tmp_path: Path) -> None:
    run_python(
        "import sys\n"
        "sys.modules['PySide6'] = None  # as if it were not installed\n"
        "from desktop.cli import main\n"
        f"common = ['--profile-dir', {str(tmp_path)!r}]\n"
        "assert main(['index', *common]) == 0\n"
        "assert main(['search', 'a watch', *common]) == 0\n"
    )


def test_importing_the_engine_loads_nothing_heavy_and_touches_nothing(tmp_path: Path) -> None:
    run_python(
        "import sys, threading, os\n"
        "before = dict(os.environ)\n"
        "import desktop.cli, desktop.wiring.engine\n"
        "heavy = {'torch', 'open_clip', 'pymilvus', 'google.genai', 'PySide6', 'keyring'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert threading.active_count() == 1\n"
        "assert dict(os.environ) == before\n"
    )


def test_showing_the_window_imports_no_engine_library() -> None:
    run_python(
        "import sys\n"
        "import desktop.app\n"
        "heavy = {'torch', 'open_clip', 'pymilvus', 'google.genai', 'milvus_lite'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )


def test_nothing_unexpected_lies_at_the_top() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    top = {name.split("/")[0] for name in tracked}
    allowed = {"desktop", "resources", "tests", "packaging", "pyproject.toml", "README.md"}
    assert {name for name in top - allowed if not name.startswith(".")} <= {"LICENSE"}
