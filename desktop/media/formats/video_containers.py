"""The containers that videos come in; FFmpeg opens them all."""

from __future__ import annotations

from desktop.media.formats.format import VideoFormat
from desktop.media.formats.iso_media import main_brand

_EBML = b"\x1a\x45\xdf\xa3"
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_STILL_BRANDS = (b"jp2 ", b"jpx ", b"jxl ")
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_OGG_PICTURES = (b"\x80theora", b"OVP80", b"fishead\x00")
_TRANSPORT_PACKETS = ((0, 188), (4, 192), (0, 204))
"""Where the first packet begins, and bytes of each: as broadcast, of Blu-rays and AVCHD cameras
with a time before it, with a checksum behind it."""
_LIBRARIES = (
    "desktop.media.video.decoding",
    *("av.audio.codeccontext", "av.audio.stream"),
    *("av.subtitles.codeccontext", "av.subtitles.stream"),
)


def _is_3gp(data: bytes, _suffix: str) -> bool:
    return main_brand(data)[:3] in (b"3gp", b"3g2")


def _is_mp4(data: bytes, _suffix: str) -> bool:
    return main_brand(data) not in (b"", b"qt  ", *_STILL_BRANDS, *_SOUND_BRANDS)


def _is_mov(data: bytes, _suffix: str) -> bool:
    return main_brand(data) == b"qt  " or data[4:8] in _QUICKTIME_ATOMS


def _is_webm(data: bytes, _suffix: str) -> bool:
    return data.startswith(_EBML) and b"webm" in data[:64]


def _is_avi(data: bytes, _suffix: str) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"AVI "


def _is_transport_stream(data: bytes, _suffix: str) -> bool:
    """Every packet begins with a G; three in a row are taken for it, as far as they are there."""
    return any(
        len(data) > first + 2 * length
        and all(data[first + number * length] == 0x47 for number in range(3))
        for first, length in _TRANSPORT_PACKETS
    )


def _is_ogg_video(data: bytes, _suffix: str) -> bool:
    """With pictures in it, which its first pages say; sound comes in the same container."""
    return data.startswith(b"OggS") and any(mark in data for mark in _OGG_PICTURES)


CONTAINERS = (
    VideoFormat(
        name="3GP",
        suffixes=(".3gp", ".3gpp", ".3g2", ".3gp2"),
        recognise=_is_3gp,
        libraries=_LIBRARIES,
        demuxer="mov",
    ),
    VideoFormat(
        name="MP4",
        suffixes=(".mp4", ".m4v", ".f4v"),
        recognise=_is_mp4,
        libraries=_LIBRARIES,
        demuxer="mov",
    ),
    VideoFormat(
        name="MOV", suffixes=(".mov", ".qt"), recognise=_is_mov, libraries=_LIBRARIES, demuxer="mov"
    ),
    VideoFormat(
        name="WebM",
        suffixes=(".webm",),
        recognise=_is_webm,
        libraries=_LIBRARIES,
        demuxer="matroska",
    ),
    VideoFormat(
        name="MKV",
        suffixes=(".mkv",),
        signatures=(_EBML,),
        libraries=_LIBRARIES,
        demuxer="matroska",
    ),
    VideoFormat(
        name="AVI",
        suffixes=(".avi", ".divx"),
        recognise=_is_avi,
        libraries=_LIBRARIES,
        demuxer="avi",
    ),
    VideoFormat(
        name="WMV",
        suffixes=(".wmv", ".asf"),
        signatures=(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",),
        libraries=_LIBRARIES,
        demuxer="asf",
    ),
    VideoFormat(
        name="MPEG",
        suffixes=(".mpg", ".mpeg", ".mpe", ".vob", ".m2p"),
        signatures=(b"\x00\x00\x01\xba",),
        libraries=_LIBRARIES,
        demuxer="mpeg",
    ),
    VideoFormat(
        name="MPEG stream",
        suffixes=(".m1v", ".m2v", ".mpv"),
        signatures=(b"\x00\x00\x01\xb3",),
        libraries=_LIBRARIES,
        demuxer="mpegvideo",
    ),
    VideoFormat(
        name="FLV",
        suffixes=(".flv",),
        signatures=(b"FLV\x01",),
        libraries=_LIBRARIES,
        demuxer="flv",
    ),
    VideoFormat(
        name="OGV",
        suffixes=(".ogv",),
        recognise=_is_ogg_video,
        libraries=_LIBRARIES,
        demuxer="ogg",
    ),
    VideoFormat(
        name="MXF",
        suffixes=(".mxf",),
        signatures=(b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01",),
        libraries=_LIBRARIES,
        demuxer="mxf",
    ),
    VideoFormat(  # .ts and .mts are the names of programs, too: there the content tells
        name="MPEG-TS",
        suffixes=(".m2ts", ".m2t", ".trp"),
        recognise=_is_transport_stream,
        libraries=_LIBRARIES,
        demuxer="mpegts",
    ),
)
"""In the order in which a file is compared with them: Matroska is what WebM is not."""
