"""Archives like COCO's, small, and some that nobody should unpack."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from pathlib import Path

import cv2

from tests.training.studio import photograph
from training.coco import Archive


def jpeg(seed: int) -> bytes:
    return bytes(cv2.imencode(".jpg", photograph(seed)[..., ::-1])[1])


def tiny_zip(path: Path, count: int = 5) -> Path:
    """`tiny/00000N.jpg`, as many as said, each another photograph."""
    with zipfile.ZipFile(path, "w") as out:
        out.mkdir("tiny")
        for i in range(count):
            out.writestr(f"tiny/{i:06d}.jpg", jpeg(i))
    return path


def odd_zip(path: Path, name: str, data: bytes = b"", mode: int = 0) -> Path:
    """One photograph, and one member that is not as it should be."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("tiny/000000.jpg", jpeg(0))
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = mode << 16
        out.writestr(member, data)
    return path


LINK = stat.S_IFLNK | 0o777


def archive_of(path: Path, count: int = 5, url: str = "http://127.0.0.1:9") -> Archive:
    """What would be published of it."""
    data = path.read_bytes()
    return Archive("tiny", url, len(data), hashlib.sha256(data).hexdigest(), count)
