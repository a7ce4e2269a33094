import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.snapshot import save_snapshot, write_png

PIXELS = np.random.default_rng(0).integers(0, 256, (48, 65, 3), np.uint8)


def test_snapshot_is_the_picture_itself(tmp_path: Path) -> None:
    path = save_snapshot(Frame(PIXELS, 0, 0.0), tmp_path / "new", "great wave")
    assert path.name.endswith("_great-wave.png")
    assert np.array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), PIXELS)


def test_snapshots_of_one_second_are_different_files(tmp_path: Path) -> None:
    frames = [Frame(np.full_like(PIXELS, level), 0, 0.0) for level in (1, 2, 3)]
    paths = [save_snapshot(frame, tmp_path, "x") for frame in frames]
    assert [cv2.imread(str(path))[0, 0, 0] for path in paths] == [1, 2, 3]
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_a_picture_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "taken.png"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="already there"):
        write_png(path, PIXELS)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"precious"]
    write_png(path, PIXELS, overwrite=True)
    assert np.array_equal(cv2.imread(str(path)), PIXELS)


def test_missing_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"folder is not there. Make the folder"):
        write_png(tmp_path / "none" / "x.png", PIXELS)


def test_a_picture_without_room_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    program = (
        "import resource, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from livestyle.errors import OutputError\n"
        "from livestyle.sinks.snapshot import write_png\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)\n"
        "try:\n"
        "    write_png(Path(sys.argv[1]), noise)\n"
        "except OutputError as error:\n"
        "    sys.exit(str(error))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x.png")],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "files may not grow larger" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
