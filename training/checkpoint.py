"""Checkpoints: one file from which a fit goes on exactly, or a painter is made."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from livestyle.errors import OutputError, SettingsError
from training.config import Recipe, as_dict, parse_recipe
from training.nets import Painter

FILE = "checkpoint.pt"


@dataclass
class Checkpoint:
    """A moment of a fit.

    Attributes:
        recipe: what is being fitted.
        step: how many optimiser steps were made.
        elapsed: seconds of fitting so far, over all resumptions.
        painter, optimizer: state dicts.
        terms: the loss terms, averaged over the last steps.
        commit: of the code, "" when unknown.
        precision: that the fit computes in, see `training.device`; "" when unknown.
        balance: state dict of the paintings' weights, see `training.balance`.
    """

    recipe: Recipe
    step: int
    elapsed: float
    painter: dict[str, Any]
    optimizer: dict[str, Any]
    terms: dict[str, float] = field(default_factory=dict)
    commit: str = ""
    precision: str = ""
    balance: dict[str, Any] = field(default_factory=dict)

    def save(self, folder: Path) -> Path:
        """Writes `folder/checkpoint.pt`, whole or not at all.

        Raises:
            OutputError: it cannot be written.
        """
        path, temporary = folder / FILE, folder / f"{FILE}.part"
        data = {**vars(self), "recipe": as_dict(self.recipe)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            torch.save(data, temporary)
            temporary.replace(path)
        # torch reports a full disk as RuntimeError.
        except (OSError, RuntimeError) as error:
            with suppress(OSError):
                temporary.unlink()
            raise OutputError(
                f"the checkpoint {path} cannot be written ({error})",
                hint="Free some space or choose another folder with --out.",
            ) from error
        return path

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Reads a checkpoint, or the one in a run's folder.

        Raises:
            SettingsError: there is none, or it is no checkpoint of ours.
        """
        path = path / FILE if path.is_dir() else path
        try:
            data = torch.load(path, map_location="cpu", weights_only=True)
            return cls(**{**data, "recipe": parse_recipe(data["recipe"])})
        except FileNotFoundError as error:
            raise SettingsError(
                f"there is no checkpoint at {path}", hint="Start with 'fit' first."
            ) from error
        except SettingsError:
            raise
        # A file that nobody vouches for breaks the reader in many ways.
        except Exception as error:
            raise SettingsError(
                f"{path} is no checkpoint of a fit ({error})",
                hint="Give the folder of a run, or its checkpoint.pt.",
            ) from error

    def build(self) -> Painter:
        """The painter with its weights, on the CPU.

        Raises:
            SettingsError: the weights are of another network.
        """
        painter = Painter(self.recipe.network, len(self.recipe.styles), self.recipe.dim)
        self.restore(painter)
        return painter.eval()

    def restore(self, painter: Painter) -> None:
        """Loads the weights into a painter of the same recipe.

        Raises:
            SettingsError: they are of another network.
        """
        try:
            painter.load_state_dict(self.painter)
        except RuntimeError as error:
            raise SettingsError(
                f"the checkpoint's weights do not fit the network "
                f"'{self.recipe.network}' as it is now",
                hint="Fit again, or use the code that it was fitted with"
                f"{f' (commit {self.commit[:12]})' if self.commit else ''}.",
            ) from error


def commit() -> str:
    """The commit of the code that runs, "" outside a git checkout."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
