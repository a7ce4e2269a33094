"""Every setting of an evaluation, without torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from livestyle.cache import cache_folder
from livestyle.errors import SettingsError
from training.config import MIN_CROP

# Of the optimisation method: those of the table of Johnson et al. 2016, and three more
# where feed-forward networks stand.
MARKS = (20, 30, 40, 50, 100, 200, 300)
CELL = 8  # px: sides are multiples of it, as the grid term wants them
LEAST_SIZE = MIN_CROP  # px: so large are the windows of the repetition term
MOST_SIZE = 1024  # px: the loss network's gradient takes some 5 GB there


@dataclass(frozen=True)
class EvaluateSettings:
    """What is evaluated, on what and how long.

    Attributes:
        model: an exported painter, or the name of one that comes along.
        photos: folder of photographs, of which the recipe's validation part is used.
        styles: folder of the paintings, by the recipe's file names.
        output: folder of the report.
        recipe: name or file; None takes the one that the painter's card names.
        clips: video files, or folders of them.
        run: the fit that the painter was exported from, to check the export against.
        vgg_weights: see `training.vgg.Features`.
        pictures: how many photographs.
        size: side in px of the squares that are painted and optimised.
        steps: of the optimisation method; 0 leaves it out.
        seed: of its noise and of the sensor's.
        pairs: pairs of neighbouring frames that are looked at in each clip.
        noise: standard deviation of the sensor's noise in grey levels of 255.
        rounds: runs of the Johnson network for the speed; 0 leaves it out.
        frame: (width, height) in px of the frames that speed is measured with.
        threads: of the CPU that a painter may use; 0 leaves it to ONNX Runtime.
        device: of the losses and the optimisation, see `training.device`.
        cache: folder of the optimisation method's results.
        overwrite: whether a report that is there may be replaced.
    """

    model: str
    photos: Path
    styles: Path
    output: Path
    recipe: str | None = None
    clips: tuple[Path, ...] = ()
    run: Path | None = None
    vgg_weights: Path | str | None = None
    pictures: int = 5
    size: int = 256
    steps: int = MARKS[-1]
    seed: int = 0
    pairs: int = 24
    noise: float = 4.0
    rounds: int = 12
    frame: tuple[int, int] = (640, 480)
    threads: int = 2
    device: str = "auto"
    cache: Path = field(default_factory=lambda: cache_folder() / "yardstick")
    overwrite: bool = False

    def __post_init__(self) -> None:
        rules = {
            "pictures": (self.pictures >= 1, "Take 1 or more."),
            "size": (
                LEAST_SIZE <= self.size <= MOST_SIZE and self.size % CELL == 0,
                f"Take a multiple of {CELL} from {LEAST_SIZE} to {MOST_SIZE}.",
            ),
            "steps": (self.steps >= 0, "Take 1 or more, or 0 to leave it out."),
            "seed": (0 <= self.seed < 2**31, "Take 0 or more, below 2 ** 31."),
            "pairs": (self.pairs >= 1, "Take 1 or more."),
            "noise": (0 < self.noise < 128, "Take some grey levels of 255, such as 4."),
            "threads": (0 <= self.threads <= 512, "Take 1 or more, or 0."),
            "rounds": (self.rounds >= 0, "Take 1 or more, or 0 to leave it out."),
        }
        for name, (kept, hint) in rules.items():
            if not kept:
                raise SettingsError(f"{name} is {getattr(self, name)}", hint=hint)

    @property
    def marks(self) -> tuple[int, ...]:
        """The steps of the optimisation method that the report shows."""
        within = [mark for mark in MARKS if mark < self.steps]
        return (*within, self.steps) if self.steps else ()
