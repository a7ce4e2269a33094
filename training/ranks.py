"""Fits on several processes: which one this is, and what all of them must agree on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
import torch.distributed as dist
from torch import Tensor

from livestyle.errors import SettingsError


@dataclass(frozen=True)
class Ranks:
    """One process among those that fit together.

    Attributes:
        rank: number of this process, from 0; 0 alone writes files.
        world: how many there are.
        group: that numbers are summed in; None for that of all processes.
    """

    rank: int = 0
    world: int = 1
    group: dist.ProcessGroup | None = field(default=None, repr=False, compare=False)

    @property
    def first(self) -> bool:
        """Whether this process writes, shows and reports."""
        return self.rank == 0

    def mine(self, count: int) -> list[int]:
        """Places of this process's samples in a step's batch of so many.

        Raises:
            SettingsError: there are more processes than samples.
        """
        if self.world > count:
            raise SettingsError(
                f"{self.world} processes cannot share {count} photographs a step",
                hint="Start fewer processes, or raise 'batch' in the recipe.",
            )
        return list(range(self.rank, count, self.world))

    def mean(self, value: Tensor) -> Tensor:
        """The mean over all processes, with the slope of this one's own value.

        That is what makes gradients right which are averaged over the processes
        afterwards, as DistributedDataParallel does.
        """
        if self.world == 1:
            return value
        total = value.detach().clone()
        dist.all_reduce(total, group=self.group)
        return total / self.world + value - value.detach()

    def sum(self, *numbers: float) -> list[float]:
        """Each number summed over all processes; all come out alike everywhere."""
        if self.world == 1:
            return list(numbers)
        # NCCL takes tensors on a GPU only.
        device = "cuda" if dist.get_backend() == "nccl" else "cpu"
        total = torch.tensor(numbers, dtype=torch.float64, device=device)
        dist.all_reduce(total, group=self.group)
        return [float(number) for number in total.tolist()]


def is_first() -> bool:
    """Whether this process is the one that shows and writes, before it has joined."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def joined(device: torch.device) -> Iterator[Ranks]:
    """The processes that `torchrun` started, together; this one alone without it.

    Args:
        device: that the fit computes on.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Ranks()
        return
    if device.type == "cuda":
        # Each process its own GPU, also for what is put "on the GPU" without a number.
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    # A group of our own: DistributedDataParallel never lets go of the one that it is
    # given, nor of its threads. A thread of gloo's that gives back a tensor of Python's
    # while the interpreter ends aborts the process.
    group = dist.new_group()
    assert isinstance(group, dist.ProcessGroup)  # this process is one of it
    try:
        yield Ranks(dist.get_rank(), dist.get_world_size(), group)
    finally:
        dist.destroy_process_group()
