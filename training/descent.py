"""Changes a picture, step by step, until a loss of it is small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import StepLR

from training.errors import DivergedError
from training.transfer_settings import Descent

FIRST_MOVE = 0.02  # of 0..1: root mean square of the first move that L-BFGS tries

Objective = Callable[[Tensor], Mapping[str, Tensor]]


@dataclass(frozen=True)
class Progress:
    """The picture after a step, with its losses.

    Attributes:
        step: steps made so far; 0 is the start.
        terms: of this very picture, by name, as the objective gave them.
        canvas: the picture as it is optimised, RGB, nominally 0..1, shape (1, 3, H, W);
            a copy that nobody writes to.
        evaluations: how often loss and gradient were computed so far.
    """

    step: int
    terms: dict[str, float]
    canvas: Tensor
    evaluations: int

    @property
    def picture(self) -> Tensor:
        """The picture as it can be shown: within 0..1, shape (3, H, W)."""
        return self.canvas[0].clamp(0, 1)


def descend(
    start: Tensor, objective: Objective, descent: Descent
) -> Iterator[Progress]:
    """Gives the start and the picture after every step.

    The terms are those of the picture that comes with them: what the optimizer has
    already computed there is not computed anew.

    Args:
        start: RGB, 0..1, shape (1, 3, H, W).
        objective: from such a picture to terms by name; "total" is what becomes small.
        descent: how.

    Yields:
        `descent.steps + 1` times; fewer if no smaller loss can be found any more.

    Raises:
        DivergedError: the loss is no number any more.
    """
    slope = _Slope(start, objective)
    yield slope.progress(0)
    optimizer, stuck = None, False
    for step in range(1, descent.steps + 1):
        if slope.flat:
            return
        optimizer = optimizer or _Optimizer(slope, descent)
        before = slope.canvas.detach().clone()
        optimizer.step()
        yield slope.progress(step)
        if not torch.equal(before, slope.canvas):
            stuck = False
        elif stuck:
            return
        else:
            # Rounding can turn what L-BFGS remembers into a direction that leads up.
            optimizer, stuck = None, True


class _Slope:
    """Loss and gradient where the canvas is, computed once for each place.

    Both are scaled so that the first gradient has a root mean square of 1: the
    optimizer's thresholds are absolute, and losses of some loss networks are tiny.
    """

    def __init__(self, start: Tensor, objective: Objective) -> None:
        self.canvas = start.detach().clone().requires_grad_()
        self.objective = objective
        self.evaluations = 0
        self.scale = 1.0
        self._place: Tensor | None = None
        self._terms: dict[str, float] = {}
        self._total = self._gradient = torch.zeros(())
        self._look()
        if not self.flat:
            # In float64, as the squares of small numbers are no float32 any more.
            self.scale = 1 / float(self._gradient.double().square().mean().sqrt())
            self._total = self._total * self.scale
            self._gradient = self._gradient * self.scale

    def __call__(self) -> float:
        """The scaled loss; leaves the scaled gradient with the canvas."""
        self._look()
        self.canvas.grad = self._gradient.clone()
        return float(self._total)

    @property
    def flat(self) -> bool:
        """Whether no direction leads down."""
        return not self._gradient.any()

    def progress(self, step: int) -> Progress:
        """What is there now.

        Raises:
            DivergedError: it is no number.
        """
        self._look()
        if not self._total.isfinite():
            raise DivergedError(
                f"the loss is no number any more after step {step}",
                hint="Try a smaller rate, smaller weights or another start.",
            )
        canvas = self.canvas.detach().clone()
        return Progress(step, dict(self._terms), canvas, self.evaluations)

    def _look(self) -> None:
        if self._place is not None and torch.equal(self._place, self.canvas):
            return
        with torch.enable_grad():
            terms = self.objective(self.canvas)
            (gradient,) = torch.autograd.grad(terms["total"], self.canvas)
        self.evaluations += 1
        self._gradient = gradient * self.scale
        self._total = terms["total"].detach() * self.scale
        self._terms = {n: float(value.detach()) for n, value in terms.items()}
        self._place = self.canvas.detach().clone()


class _Optimizer:
    """One of torch's, a step at a time."""

    def __init__(self, slope: _Slope, descent: Descent) -> None:
        self.slope = slope
        self.adam = descent.optimizer == "adam"
        kind: Any
        if self.adam:
            kind = torch.optim.Adam([slope.canvas], lr=descent.rate)
            self.decay = StepLR(kind, descent.decay_every, descent.decay)
        else:
            kind = torch.optim.LBFGS(
                [slope.canvas],
                max_iter=1,
                max_eval=26,
                history_size=descent.history,
                tolerance_grad=0,
                tolerance_change=0,
                line_search_fn="strong_wolfe",
            )
            # torch divides the first try by the gradient's sum, which for a picture is
            # a move that nobody would see.
            slope()
            size = slope.canvas.grad
            assert size is not None
            total = float(size.abs().sum())
            first = FIRST_MOVE / float(size.square().mean().sqrt())
            kind.param_groups[0]["lr"] = first * max(1.0, total)
        self.torch = kind

    def step(self) -> None:
        self.torch.step(self.slope)
        if self.adam:
            self.decay.step()
        else:
            self.torch.param_groups[0]["lr"] = 1.0
