"""Folders that a system, a server or a backup program keeps beside the person's: bins, snapshots,
previews, lost clusters. What lies in them was thrown away, or is a copy of what lies elsewhere.

Those whose name begins with a dot are hidden already (``.Trash-1000``, ``.Trashes``, ``.recycle``,
``.snapshot``, ``.snapshots``, ``.zfs``, ``.stversions``, ``.dropbox.cache``, ``.@__thumb`` …). A
name that a person may well give to a folder of pictures ("snapshot", "Trash") is not here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WINDOWS = (
    r"\$?recycle\.bin",
    r"recycler|recycled|nprotect",  # FAT, Windows up to XP; Norton's
    r"system volume information",
    r"found\.\d{3}",  # what chkdsk found
    r"\$(extend|sysreset|getcurrent|winreagent|windows\.~(bt|ws|q))",
    r"filehistory|windowsimagebackup",
    r"@gmt-.*",  # previous versions, as servers show them
)
_MACOS = (
    r"__macosx",
    r"network trash folder|temporary items|thevolumesettingsfolder|thefindbycontentfolder",
    r"backups\.backupdb|com\.apple\.timemachine\.localsnapshots",
    r"\d{4}-\d\d-\d\d-\d{6}\.(backup|previous|inprogress|interrupted)",  # Time Machine on APFS
    r".*\.(backupbundle|sparsebundle)",
    r"_ccc safetynet|_ccc archives",  # Carbon Copy Cloner
    r"ipod photo cache",
)
_LINUX = (
    r"lost\+found",
    r"trash-\d+",  # as ".Trash-1000" where a server shows no dots
    r"@snapshots|timeshift|timeshift-btrfs|_?btrbk_snap(shots)?",
)
_SERVERS = (
    r"#recycle|#snapshot|@eadir|@tmp|@sharesnap|@sharebin|@syno.*|@cloudsync|@cloudstation|@s2s",
    r"@(database|appstore|autoupdate|docker|download|img_bkp_cache|quarantine|usbbackup)",
    # QNAP; Buffalo, Thecus; ReadyNAS, D-Link, Western Digital; NetApp; Nextcloud
    r"@recycle|@recently-snapshot|@snapshot|@trash",
    r"trashbox|_nas_recycle_.*|(network )?recycle bin( \d+| - volume_\d+)?",
    r"~snapshot|files_trashbin|files_versions|\$recycle",
)
_PROGRAMS = (
    r"lost\.dir",  # Android, on cards
    r"_gsdata_|_syncapp|_vvarchive",  # GoodSync, Allway Sync, ViceVersa
    r"\$(av_asw|avg)",  # quarantine of Avast and AVG
)
_KNOWN = re.compile("|".join((*_WINDOWS, *_MACOS, *_LINUX, *_SERVERS, *_PROGRAMS)))


@lru_cache(maxsize=1 << 14)
def is_system_folder(name: str) -> bool:
    """True for the name of such a folder, in any spelling."""
    return _KNOWN.fullmatch(unicodedata.normalize("NFC", name).casefold()) is not None
