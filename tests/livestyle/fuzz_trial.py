"""Opens damaged painters one after another: `FOLDER COUNT`, prints a JSON object.

A module of its own: a file that ends ONNX Runtime ends this process. Its last words
are which one it was.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import numpy as np

from livestyle.errors import LivestyleError
from livestyle.model import Painter
from livestyle.painter_trial import limit
from tests.livestyle.tiny_painter import write_painter
from tests.livestyle.zoo_painter import write_zoo

PICTURE = np.zeros((48, 64, 3), np.uint8)


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """The file cut short, or with a few bits turned."""
    if chance.random() < 0.2:
        return whole[: chance.randrange(len(whole))]
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def outcome(path: Path) -> str:
    """What becomes of a file: "painted", or what the error says."""
    try:
        painter = Painter(path, provider="cpu", threads=1)
        for name in painter.names:
            painter.paint(PICTURE, painter.embedding(name))
    except LivestyleError as error:
        return str(error)
    return "painted"


def main() -> None:
    """Prints how many files painted, and what was said of the others."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    limit(60, 240)
    painted, said = 0, set()
    for write in (write_painter, write_zoo):
        whole = write(folder / "whole.onnx").read_bytes()
        for seed in range(count):
            path = folder / "a.onnx"
            path.write_bytes(damaged(whole, random.Random(seed)))
            sys.stderr.write(f"{write.__name__} {seed}\n")
            told = outcome(path)
            painted += told == "painted"
            said.add(told)
    answer = {"painted": painted, "said": sorted(said - {"painted"})}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
