"""Indexes a folder with rclip; run by the Python of rclip's own environment.

`python peer_run.py FOLDER` prints the seconds and the number of pictures. The model is loaded
before the clock starts.
"""

from __future__ import annotations

import json
import sys
import time

from rclip import db, main, model  # pyright: ignore[reportMissingImports]
from rclip.utils import helpers  # pyright: ignore[reportMissingImports]


def run(folder: str) -> dict[str, float]:
    encoder = model.Model()
    assert encoder._session_visual_index is not None
    database = db.DB(helpers.get_app_datadir() / "db.sqlite3", allow_vector_cache_reset=True)
    rclip = main.RClip(encoder, database, indexing_batch_size=8, exclude_dirs=None)
    began = time.perf_counter()
    rclip.ensure_index(folder)
    seconds = time.perf_counter() - began
    count = len(rclip._get_features(folder)[0])
    rclip.close()
    database.close()
    return {"seconds": seconds, "pictures": count}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
