"""Colours, spacing, type and icons of the window, in one place.

Designers judge colour in this window all day, so everything is a neutral grey without a cast.
The one accent, banana yellow, marks the one thing to do next and nothing else; selection and
focus are drawn with light and dark instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from desktop.config.paths import resource

UNIT = 8
"""Pixels of the rhythm; every margin is a multiple or a half of it."""

RADIUS = 6
TEXT_SMALL = 11
TEXT_BASE = 13
TEXT_LARGE = 15
TEXT_TITLE = 20
ICON = 16
CONTROL_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``.

    Attributes:
        window: behind everything; panel: side panels and bars; ground: behind the pictures.
        tile, tile_hover: under a thumbnail; well: input fields, cards; raised: buttons.
        hover, pressed: a raised thing under the pointer, and held.
        line: hairlines; edge: outlines of controls; ring: selection and keyboard focus.
        text, text_soft, text_faint: three strengths, each at least 4.5 : 1 on every ground that
            words stand on; text_disabled: at least 3 : 1 (WCAG 2.2, 1.4.3; the test measures).
        accent, accent_hover, on_accent: the next thing to do, and the words on it.
        danger, danger_well: a failure in words, and its ground.
        check_light, check_dark: under what is clear in a picture; neither black nor white art
            is lost on them.
    """

    window: str
    panel: str
    ground: str
    tile: str
    tile_hover: str
    well: str
    raised: str
    hover: str
    pressed: str
    line: str
    edge: str
    ring: str
    text: str
    text_soft: str
    text_faint: str
    text_disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    danger: str
    danger_well: str
    check_light: str
    check_dark: str
    tag_red: str
    tag_orange: str
    tag_yellow: str
    tag_green: str
    tag_teal: str
    tag_blue: str
    tag_purple: str
    tag_pink: str


DARK = Tokens(
    window="#1f1f1f",
    panel="#262626",
    ground="#1b1b1b",
    tile="#2b2b2b",
    tile_hover="#353535",
    well="#2b2b2b",
    raised="#333333",
    hover="#3a3a3a",
    pressed="#2f2f2f",
    line="#333333",
    edge="#474747",
    ring="#d8d8d8",
    text="#ebebeb",
    text_soft="#c0c0c0",
    text_faint="#a5a5a5",
    text_disabled="#868686",
    accent="#f5c518",
    accent_hover="#ffd53d",
    on_accent="#1b1b1b",
    danger="#f0948a",
    danger_well="#3a2826",
    check_light="#6e6e6e",
    check_dark="#5e5e5e",
    tag_red="#f0726a",
    tag_orange="#f09a4a",
    tag_yellow="#e8c53a",
    tag_green="#6fc36f",
    tag_teal="#4fc1b5",
    tag_blue="#6aa8f5",
    tag_purple="#b48cf2",
    tag_pink="#ee82bd",
)

LIGHT = Tokens(
    window="#efefef",
    panel="#f7f7f7",
    ground="#ebebeb",
    tile="#dedede",
    tile_hover="#d2d2d2",
    well="#ffffff",
    raised="#ffffff",
    hover="#e6e6e6",
    pressed="#dadada",
    line="#dcdcdc",
    edge="#c4c4c4",
    ring="#3a3a3a",
    text="#1c1c1c",
    text_soft="#464646",
    text_faint="#5a5a5a",
    text_disabled="#828282",
    accent="#f5c518",
    accent_hover="#e6b60c",
    on_accent="#1b1b1b",
    danger="#a93226",
    danger_well="#f8e6e3",
    check_light="#b4b4b4",
    check_dark="#a4a4a4",
    tag_red="#b8342a",
    tag_orange="#a85400",
    tag_yellow="#806200",
    tag_green="#2a7530",
    tag_teal="#006e65",
    tag_blue="#1c5fb5",
    tag_purple="#7440bd",
    tag_pink="#ad2d77",
)

FONT_FAMILIES = (
    "Inter",
    "Segoe UI",
    "SF Pro Text",
    "Noto Sans",
    "DejaVu Sans",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Noto Sans CJK SC",
)
"""Latin first, then Chinese; of those, fonts with TrueType outlines before Noto Sans CJK.

With FreeType, Qt darkens the stems of CFF outlines and blends them in linear light (and only
them: ``QFontEngineFT``). Light on dark both make text bolder: 13 px Chinese in Noto Sans CJK then
covers about half as much again as in a TrueType font, and stands out from the Latin beside it.
"""


_SYSTEM = "system"


def _tokens_named(name: str, scheme: Qt.ColorScheme | None = None) -> Tokens:
    if name == _SYSTEM:
        scheme = scheme or QGuiApplication.styleHints().colorScheme()
        name = "light" if scheme is Qt.ColorScheme.Light else "dark"
    return LIGHT if name == "light" else DARK


@cache
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How a pixmap or icon was made, so that it can be made again in other colours."""

    name: str
    token: str
    side: int = 0
    ratio: float = 0.0


class Theme:
    """One set of tokens, with the icons tinted for it."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._name = ""
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._pixmaps: dict[_Drawing, QPixmap] = {}
        # No finer than a screen here shows: an icon takes a millisecond for each ratio.
        self._sharpest = max(
            (math.ceil(screen.devicePixelRatio()) for screen in QGuiApplication.screens()),
            default=1,
        )

    @classmethod
    def named(cls, name: str) -> Theme:
        """``dark``, ``light``, or ``system`` to follow the desktop."""
        made = cls(_tokens_named(name))
        made._name = name
        return made

    def follow(self, application: QApplication) -> None:
        """Change with the desktop from now on, as long as that is what is wanted."""

        def on_changed(scheme: Qt.ColorScheme) -> None:
            if self._name == _SYSTEM:
                self._dress(_tokens_named(_SYSTEM, scheme), application)

        QGuiApplication.styleHints().colorSchemeChanged.connect(on_changed)

    def change_to(self, name: str, application: QApplication) -> None:
        """Dress everything that is there in another theme, and what comes later too.

        Args:
            name: as ``named``.
        """
        self._name = name
        self._dress(_tokens_named(name), application)

    def _dress(self, tokens: Tokens, application: QApplication) -> None:
        if tokens is self.tokens:
            return
        icons = {icon.cacheKey(): key for key, icon in self._icons.items()}
        pixmaps = {pixmap.cacheKey(): made for made, pixmap in self._pixmaps.items()}
        self._icons, self._pixmaps, self.tokens = {}, {}, tokens
        self.apply(application)
        actions = {
            act for top in application.topLevelWidgets() for act in top.findChildren(QAction)
        }
        for holder in (*actions, *application.allWidgets()):
            if isinstance(holder, QAction | QAbstractButton):
                if (key := icons.get(holder.icon().cacheKey())) is not None:
                    holder.setIcon(self.icon(*key))
            elif isinstance(holder, QLabel):
                made = pixmaps.get(holder.pixmap().cacheKey())
                if made is not None:
                    holder.setPixmap(self.pixmap(made.name, made.token, made.side, made.ratio))
        application.setWindowIcon(self.app_icon())

    def color(self, token: str) -> QColor:
        """The colour of a token."""
        return QColor(getattr(self.tokens, token))

    def icon(self, name: str, token: str = "text_soft") -> QIcon:
        """A Lucide icon in the colour of a token; faint where its widget is disabled."""
        key = (name, token)
        if key not in self._icons:
            icon = QIcon()
            for ratio in range(1, self._sharpest + 1):
                icon.addPixmap(self.pixmap(name, token, ICON, ratio))
                faint = self.pixmap(name, "text_disabled", ICON, ratio)
                icon.addPixmap(faint, QIcon.Mode.Disabled)
            self._icons[key] = icon
        return self._icons[key]

    def pixmap(self, name: str, token: str, side: int, ratio: float) -> QPixmap:
        """The same as a pixmap of ``side`` logical pixels."""
        wanted = _Drawing(name, token, side, ratio)
        if wanted not in self._pixmaps:
            self._pixmaps[wanted] = self._draw(name, token, side, ratio)
        return self._pixmaps[wanted]

    def _draw(self, name: str, token: str, side: int, ratio: float) -> QPixmap:
        drawing = _drawing(name)
        drawing = drawing.replace("currentColor", getattr(self.tokens, token))
        # Lucide draws for 24 px with 2 px strokes; finer ones keep small shapes open, and keep
        # large ones from shouting.
        stroke = 1.75 if side < 24 else 1.25
        drawing = drawing.replace('stroke-width="2"', f'stroke-width="{stroke}"')
        renderer = QSvgRenderer(QByteArray(drawing.encode()))
        pixels = round(side * ratio)
        pixmap = QPixmap(QSize(pixels, pixels))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def app_icon(self) -> QIcon:
        """The program's own icon: a banana on banana yellow, in every theme."""
        icon = QIcon()
        for side in (16, 32, 64, 128, 256):
            icon.addPixmap(self.pixmap("plantain", "accent", side, 1))
        return icon

    def apply(self, application: QApplication) -> None:
        """Dress the whole application: Fusion, palette, font and stylesheet."""
        self.apply_basics(application)
        self.apply_stylesheet(application)

    def apply_stylesheet(self, application: QApplication) -> None:
        """The last of ``apply``; soonest done when the widgets are there and in their places."""
        application.setStyleSheet(self._stylesheet())

    def apply_basics(self, application: QApplication) -> None:
        """What widgets are measured by while they are built: Fusion, palette and font."""
        application.setStyle("Fusion")
        application.setPalette(self._palette())
        font = application.font()
        font.setFamilies([*FONT_FAMILIES, font.family()])
        font.setPixelSize(TEXT_BASE)
        application.setFont(font)

    def _palette(self) -> QPalette:
        role = QPalette.ColorRole
        palette = QPalette()
        for name, token in (
            (role.Window, "window"),
            (role.WindowText, "text"),
            (role.Base, "well"),
            (role.AlternateBase, "panel"),
            (role.Text, "text"),
            (role.PlaceholderText, "text_faint"),
            (role.Button, "raised"),
            (role.ButtonText, "text"),
            (role.BrightText, "text"),
            (role.ToolTipBase, "raised"),
            (role.ToolTipText, "text"),
            (role.Highlight, "hover"),
            (role.HighlightedText, "text"),
            (role.Link, "text"),
            (role.LinkVisited, "text"),
            (role.Accent, "ring"),
        ):
            palette.setColor(name, self.color(token))
        disabled = QPalette.ColorGroup.Disabled
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(disabled, name, self.color("text_disabled"))
        return palette

    def _stylesheet(self) -> str:
        sheet = resource("styles/window.qss").read_text(encoding="utf-8")
        for token in fields(Tokens):
            sheet = sheet.replace(f"@{token.name};", f"{getattr(self.tokens, token.name)};")
        check = "check-light.svg" if self.tokens is LIGHT else "check-dark.svg"
        sheet = sheet.replace("@check", resource(f"styles/{check}").as_posix())
        return sheet.replace("@chevron", resource("styles/chevron.svg").as_posix())
