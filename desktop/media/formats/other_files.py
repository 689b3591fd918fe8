"""Suffixes of files that are something else than a picture for certain.

Of a file with a suffix that tells nothing, or without one, the first bytes are read at every look.
These are the most frequent ones beside pictures, and sets of projects hold many times more of them
than of pictures: of these nothing is read.
"""

from __future__ import annotations

NEVER_PICTURES = frozenset(
    (
        *(".txt", ".md", ".rst", ".rtf", ".log", ".csv", ".tsv", ".json", ".jsonl", ".xml"),
        *(".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".plist", ".srt", ".vtt", ".lrc"),
        *(".nfo", ".url", ".webloc", ".lnk", ".html", ".htm", ".css", ".scss", ".less", ".js"),
        *(".mjs", ".jsx", ".tsx", ".py", ".pyc", ".ipynb", ".rb", ".php", ".java", ".class"),
        *(".jar", ".c", ".h", ".cpp", ".hpp", ".cs", ".go", ".rs", ".swift", ".kt", ".sh"),
        *(".bat", ".ps1", ".sql", ".db", ".sqlite", ".sqlite3", ".wal", ".lock", ".doc", ".docx"),
        *(".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".epub", ".mobi", ".eml"),
        *(".msg", ".ics", ".vcf", ".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".zst"),
        *(".tar", ".iso", ".dmg", ".pkg", ".deb", ".rpm", ".exe", ".dll", ".so", ".dylib"),
        *(".msi", ".apk", ".ipa", ".mp3", ".m4a", ".m4b", ".aac", ".wav", ".aif", ".aiff"),
        *(".flac", ".ogg", ".oga", ".opus", ".wma", ".mid", ".midi", ".ttf", ".otf", ".ttc"),
        *(".woff", ".woff2", ".eot", ".pfb", ".afm", ".icc", ".icm", ".cube", ".lut", ".abr"),
        *(".atn", ".asl", ".aco", ".ase", ".obj", ".mtl", ".fbx", ".stl", ".gltf", ".glb"),
        *(".3ds", ".max", ".c4d", ".ma", ".mb", ".usd", ".usda", ".usdc", ".usdz", ".abc"),
        *(".aep", ".aet", ".prproj", ".drp", ".xmp", ".torrent", ".md5", ".sha1", ".sha256"),
        *(".asc", ".sig", ".pem"),
    )
)
