"""The lanes of the window: one for each thing that jobs would otherwise fight over."""

from __future__ import annotations

import sys
import time

from desktop.qt.images.loader import ImageLoader
from desktop.qt.jobs.lane import Lane

_HAND_OVER_S = 0.0002
"""How long a lane that runs Python may keep the window, or a thumbnail, from running theirs.

Every call into Qt hands the interpreter over, so the window waits this long many times in one
turn: with Python's own 5 ms, showing a large library stands still for a quarter of a second."""


class Lanes:
    """Made when the window is, closed after it, in reverse."""

    def __init__(self) -> None:
        sys.setswitchinterval(_HAND_OVER_S)
        # One thread: the only writer of the vector store, and scans must not overlap. Other lanes
        # may open and search it; what they find it lacks, or make, is sent by a job of this one.
        self.index = Lane("index")
        # Short catalogue reads; apart from ``index``, whose jobs take minutes, and from
        # ``search``, whose first job loads the model.
        self.browse = Lane("browse")
        # Which pictures a section has: a click waits for it, and must not wait for what is counted
        # of a large selection in ``browse``.
        self.sections = Lane("sections")
        # One thread, latest wins: an encoder works on one query at a time.
        self.search = Lane("search")
        # Putting pictures in a row by their look: seconds of arithmetic in a large library, which
        # neither a click nor a search may wait for.
        self.looks = Lane("looks")
        # What other programs are asked for: a file manager may take ten seconds to answer.
        self.outside = Lane("outside")
        # Decoding a picture to be looked at large, and those beside it, or those about to be sent:
        # seconds for the largest, which neither a click in the sidebar nor a search may wait for.
        self.preview = Lane("preview")
        # Reading text in pictures: hours in a new library, behind everything else.
        self.text = Lane("text")
        # Comparing new pictures with their products and brand kits: seconds of arithmetic each,
        # which nobody waits for, and which reading text would keep waiting for hours.
        self.checks = Lane("checks")
        # Playing what moves: it waits for the screen most of its time, and goes on as long as it is
        # looked at.
        self.playing = Lane("playing")
        # Downloads and imports of models, and files that a person exports or imports: minutes of
        # network or disk, which neither a click nor a generation may wait for.
        self.models = Lane("models")
        # Generation: one at a time, because each costs money and quota.
        self.network = Lane("network")
        # Decoding thumbnails: CPU-bound and short, hence two threads, visible pictures first.
        self.thumbs = ImageLoader(threads=2)

    def close(self, deadline_s: float) -> bool:
        """Stop intake everywhere, then wait for each; False when one did not stop in time."""
        until = time.monotonic() + deadline_s
        lanes = (
            *(self.network, self.models, self.text, self.checks, self.playing, self.preview),
            *(self.search, self.outside, self.looks, self.sections, self.browse, self.index),
        )
        for lane in lanes:
            lane.stop_intake()
        ends = [self.thumbs.close(max(0.0, until - time.monotonic()))]
        ends += [lane.close(max(0.0, until - time.monotonic())) for lane in lanes]
        return all(ends)
