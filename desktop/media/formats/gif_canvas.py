"""GIF as browsers show it: clear where its first frame, smaller than the whole, draws nothing."""

# Pillow keeps these facts to itself.
# pyright: reportPrivateUsage=false, reportUnnecessaryComparison=false

from __future__ import annotations

from PIL.GifImagePlugin import GifImageFile

_UNUSED = 255
"""A number of the palette that stands for nothing, where it has fewer colours."""


class ClearCanvasGif(GifImageFile):
    """Pillow fills the rest with the first colour of the palette, whatever that is."""

    def load_prepare(self) -> None:
        if self.tell() == 0 and self._frame_transparency is None and self._has_rest():
            self._frame_transparency = self.info["transparency"] = _UNUSED
        super().load_prepare()

    def _has_rest(self) -> bool:
        """True where something is left out, and a number is left for it."""
        is_whole = self.dispose_extent in {None, (0, 0, *self.size)}
        colours = self.palette.palette if self.mode == "P" and self.palette else b""
        return not is_whole and 0 < len(colours) <= 3 * _UNUSED
