"""How a model is run on this machine, and what is laid beside it: choices of the person, not of an edit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Quantised(StrEnum):
    """Fewer bits for each of the model's numbers: less memory, a little less quality. Each needs a package."""

    NF4 = "nf4"
    """Four bits, by bitsandbytes, on a GPU: a quarter of half precision's memory."""
    INT8 = "int8"
    """Eight bits, by torchao: half of half precision's memory."""


@dataclass(frozen=True)
class Means:
    """Everything is optional.

    `adapter` is a LoRA's safetensors file, melted into a model given by its path (presets bring their own). `control`
    is the folder of a ControlNet for outlines, `references` a folder in the layout of h94/IP-Adapter; None: one in the
    Hugging Face cache, where it is wanted. `compiled` translates the network for this machine before the first
    painting: minutes once, then faster steps. `attention` is the name of one of diffusers' attention backends ("flash",
    "sage", "native" ...), None: torch's own choice.
    """

    adapter: Path | None = None
    control: Path | None = None
    references: Path | None = None
    quantised: Quantised | None = None
    compiled: bool = False
    attention: str | None = None
