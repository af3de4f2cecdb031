"""Which engine paints what was never in the picture, and why; and what to download when none is here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from textwrap import shorten
from typing import Protocol

import numpy as np

from models import mask as masks
from models.errors import BadInputError, UnavailableError
from models.geometry import Bounds, Extent
from models.inpainting.choose import Choice
from models.inpainting.commission import Commission
from models.inpainting.diffusion import PRESETS, Diffusion, Preset
from models.inpainting.diffusion.engine import PREFIX
from models.inpainting.protocol import Inpainter
from models.inpainting.remote.engine import NAME as REMOTE
from models.inpainting.remote.engine import OpenAI
from models.mask import Mask
from models.weights.amounts import readable
from models.weights.machine import Machine, this_machine
from models.weights.store import Store

_BEST_FIRST = ("best", "balanced", "fast", "qwen", "fill")  # the last two are too large, or not free, for a default
_ON_CPU = 2  # times the memory: numbers are twice as long there
_MB = 1_000_000
_LONGEST_SHOWN = 60  # letters of what was wished for, in a sentence that says it cannot be done


class Painter(Inpainter, Protocol):
    """An engine that reads words. It was given its commission when it was made."""

    @property
    def is_available(self) -> bool:
        """Whether it could paint now: weights here, or a key set. A cheap look."""
        ...

    @property
    def terms(self) -> str:
        """A sentence on what its licence forbids, or on where the picture goes; else empty."""
        ...


_KINDS: Mapping[str, Callable[[str, Commission], Painter]] = {
    PREFIX.rstrip(":"): Diffusion,
    REMOTE: OpenAI,
}
"""How a painter is made from what follows the colon of its name, by what precedes it."""


def painter_named(name: str, commission: Commission) -> Painter:
    """The painter called `kind:model` (or `kind` alone), told what is wanted. Raises BadInputError for another name."""
    kind, _, model = name.partition(":")
    if kind not in _KINDS:
        known = ", ".join([*(PREFIX + preset for preset in PRESETS), *(one for one in _KINDS if one + ":" != PREFIX)])
        raise BadInputError(f"The engine {name!r} cannot paint; there are {known}, or {PREFIX}FOLDER.")
    return _KINDS[kind](model, commission)


def is_painter(name: str) -> bool:
    """Whether an engine of that name reads words; says nothing about whether it is here."""
    return name.partition(":")[0] in _KINDS


def is_remote(name: str) -> bool:
    """Whether an engine of that name sends a part of the picture away, and may be billed for what it paints."""
    return name.partition(":")[0] == REMOTE


def notice_of(name: str, hole: Bounds, picture: Extent) -> str:
    """What a person should know before an engine of that name is used: what it sends away, where to, how it is priced.

    `hole` is where it will paint. Empty when nothing leaves this machine. Raises BadInputError for settings that are no
    good, UnavailableError when a key is missing.
    """
    return OpenAI(name.partition(":")[2]).notice(hole, picture) if is_remote(name) else ""


def available_painters() -> list[str]:
    """The names of all painters that could paint now, those that send the picture away last. A cheap look."""
    local = [PREFIX + preset for preset in PRESETS if Diffusion(preset).is_available]
    return [*local, REMOTE] if OpenAI().is_available else local


def choose_painter(
    image: np.ndarray,
    hole: Mask,
    commission: Commission,
    available: Collection[str] | None = None,
    *,
    remote_allowed: bool = False,
    machine: Machine | None = None,
) -> Choice:
    """The painter for this hole among the names in `available` (None: the available ones).

    `image` is H×W×3 uint8 or uint16, `hole` H×W float32, > 0 = to be painted. Of the painters on this machine the best
    that runs well here is chosen, else the one that has to do least. One that sends the picture away is only chosen
    when none is here and the person allowed it. `machine` None: this one. Raises BadInputError when the mask is empty
    or of another size, and UnavailableError, with what to download, when there is no painter.
    """
    # every preset can do every kind of work, some better; so far the order is the same for all
    masks.require(hole, Extent.of(image))
    names = available_painters() if available is None else list(available)
    here = _by_quality([preset for preset in PRESETS.values() if PREFIX + preset.name in names])
    if here:
        return _chosen(here, machine or this_machine(Store.default().root))
    own = next((name for name in names if name.startswith(PREFIX)), None)
    if own is not None:
        return Choice(own, "It is painted by the diffusion model that is here.")
    remote = next((name for name in names if name.partition(":")[0] == REMOTE), None)
    if remote is not None and remote_allowed:
        return Choice(remote, "No painting model is on this machine, and you allowed the picture to be sent away.")
    raise UnavailableError(what_to_download(machine=machine, wanted_for=commission.prompt))


def what_to_download(store: Store | None = None, machine: Machine | None = None, wanted_for: str | None = None) -> str:
    """One sentence for whoever has no painter: the model that fits this machine, its size, and the commands.

    `wanted_for` is what should have been painted, in words.
    """
    store = store or Store.default()
    machine = machine or this_machine(store.root)
    listed = [preset for preset in PRESETS.values() if all(one in store.models for one in _models(preset))]
    started = [one for one in listed if any(store.is_here(model) for model in _models(one))]
    fitting = [one for one in _by_quality(listed) if _runs_on_gpu(one, machine) and not one.licence.gated]
    wanted = (started or fitting or listed)[0]
    missing = [store.model(one) for one in _models(wanted) if not store.is_here(one)]
    size = sum(model.size for model in missing)
    commands = " and ".join(f"`pentimento models download {model.id}`" for model in missing)
    what = f"'{shorten(wanted_for, _LONGEST_SHOWN, placeholder=' …')}'" if wanted_for else "That"
    return (
        f"{what} has to be painted, and no painting model is here yet; get {wanted.title} ({readable(size)}, "
        f"{wanted.licence.name}) with {commands} or on the Models page."
    )


def _chosen(here: list[Preset], machine: Machine) -> Choice:
    """Of presets, best first, the one to use on this machine."""
    quick = [preset for preset in here if _runs_on_gpu(preset, machine)]
    if quick:
        return Choice(PREFIX + quick[0].name, f"{quick[0].title} is the best painter here that fits this GPU.")
    lightest = min(here, key=lambda preset: preset.memory_mb)
    if machine.accelerators:
        why = "takes least of this GPU's memory"
    elif lightest.memory_mb * _ON_CPU * _MB <= machine.memory:
        why = "is the quickest painter here without a GPU"
    else:
        why = "needs least memory of the painters here, though more than this machine has"
    return Choice(PREFIX + lightest.name, f"{lightest.title} {why}.")


def _runs_on_gpu(preset: Preset, machine: Machine) -> bool:
    return any(one.memory >= preset.memory_mb * _MB for one in machine.accelerators)


def _by_quality(presets: list[Preset]) -> list[Preset]:
    return sorted(presets, key=lambda one: _BEST_FIRST.index(one.name) if one.name in _BEST_FIRST else len(_BEST_FIRST))


def _models(preset: Preset) -> list[str]:
    return [preset.model, *([preset.adapter.model] if preset.adapter else [])]
