"""The engine that paints what was never in the picture, and stays inside the mask.

Crop with context → start by intent → the model at its own size, then the detail that this lacks → colours matched to
the surroundings → enlarged with the grain of the picture → faded in over the rim of the hole. Samples outside the hole
are not touched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models import mask as masks
from models.compositing import assert_outside_unchanged, composite
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent
from models.inpainting.diffusion.beside import find_beside
from models.inpainting.diffusion.blending import blended
from models.inpainting.diffusion.families import Family, Prompting
from models.inpainting.diffusion.intent import cut_short, intent_of, words_for
from models.inpainting.diffusion.means import Means
from models.inpainting.diffusion.prefill import prefill
from models.inpainting.diffusion.presets import PRESETS
from models.inpainting.diffusion.source import Source, find_source, is_here
from models.inpainting.diffusion.window import window, working
from models.mask import Mask
from models.progress import Progress
from models.weights.catalogue import Commercial
from models.weights.store import Store

if TYPE_CHECKING:
    from models.inpainting.diffusion.sitting import Sitting

PREFIX = "diffusion:"
_REWORKED = 0.6  # of the noise schedule: what a caption model keeps a thing's shape with
_REWORKED_HELD = 0.85  # with a ControlNet that holds the shape


class Diffusion:
    """Fills holes with a diffusion model; see `models.inpainting.protocol.Inpainter`.

    `model` is a preset's name, or the path of a diffusers folder or of a single safetensors file. What `commission`
    leaves open is the preset's; its prompt counts where `fill` is given none. `device` None: CUDA where there is one,
    else the CPU. `store` None: this installation's.

    `notices` are sentences that a person should read with the last filling: what could not be obeyed, and why.
    """

    def __init__(
        self,
        model: str,
        commission: Commission | None = None,
        *,
        means: Means | None = None,
        device: str | None = None,
        store: Store | None = None,
    ) -> None:
        self.name = PREFIX + model
        self.notices: tuple[str, ...] = ()
        self._model, self._commission, self._means = model, commission or Commission(), means or Means()
        self._device, self._store = device, store

    @property
    def is_available(self) -> bool:
        """Whether the weights are on this machine. A cheap look."""
        return is_here(self._model, self._store or Store.default())

    @property
    def terms(self) -> str:
        """A sentence when the preset's licence forbids earning money with it; else empty."""
        preset = PRESETS.get(self._model)
        if preset is None or preset.licence.commercial is not Commercial.NO:
            return ""
        return f"{preset.licence.name}: {preset.licence.note}"

    def plan(self, extent: Extent, hole: Bounds) -> str:
        """How a hole with these bounds in a picture of that size would be painted, in words, from what memory is free.

        Nothing is loaded. Raises UnavailableError when the model is not here or too large for this machine.
        """
        from models.inpainting.diffusion.running import Run

        store = self._store or Store.default()
        source = find_source(self._model, store, self._means.adapter)
        family = source.folder.family
        beside = find_beside(self._commission, family, self._means, store.cache)
        work = working(window(hole, extent).extent, family.native, family.multiple)
        told = Run(source, self._device, self._means, beside).plan(work.padded.pixels)
        return " ".join([told, *beside.notices])

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        """Return H×W×3 with the hole painted after the prompt, or, without one, as if nothing had been there.

        Raises BadInputError for an empty mask, another size or an unknown model, UnavailableError when the model is
        missing, not whole or too large for this machine, CancelledError within one step.
        """
        return self._fill(image, hole, seed, progress, sources, prompt, _Pace())

    def drafts(
        self,
        image: np.ndarray,
        hole: Mask,
        seeds: Sequence[int],
        *,
        progress: Progress,
        steps: int | None = None,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> list[np.ndarray]:
        """One quick painting for each seed, to choose from; each shows what `fill` would make of that seed, roughly.

        In `steps` steps (None: half of what `fill` takes), and without the detail that needs further passes. Arguments
        and errors otherwise as in `fill`; BadInputError without a seed.
        """
        return list(self._drafts(image, hole, seeds, progress, sources, prompt, steps))

    def _drafts(
        self,
        image: np.ndarray,
        hole: Mask,
        seeds: Sequence[int],
        progress: Progress,
        sources: Mask | None,
        prompt: str | None,
        steps: int | None,
    ) -> Iterator[np.ndarray]:
        """Each as it is asked for."""
        if not seeds:
            raise BadInputError("To choose from several paintings, ask for at least one seed.")
        for number, seed in enumerate(seeds):
            part = progress.part(number / len(seeds), (number + 1) / len(seeds))
            told = replace(
                part,
                on_report=lambda share, label, part=part, number=number: part.on_report(
                    share, f"draft {number + 1} of {len(seeds)}: {label}"
                ),
            )
            yield self._fill(image, hole, seed, told, sources, prompt, _Pace(steps, 0.5, finer=False))

    def best_of(
        self,
        image: np.ndarray,
        hole: Mask,
        seeds: Sequence[int],
        judge: Callable[[np.ndarray], float],
        *,
        progress: Progress,
        steps: int | None = None,
        sources: Mask | None = None,
        prompt: str | None = None,
        enough: float = math.inf,
    ) -> tuple[np.ndarray, int]:
        """Fill with the seed whose draft `judge` likes best, and say which: the early filter of ICEdit (2504.20690).

        `judge` is given each draft (H×W×3, the image's dtype); more is better, the first of equals is taken, and after
        one that it values at `enough` no other is made. There, six seeds of ten steps judged by a vision-language model
        raised the score from 0.68 to 0.78; CLIP as a judge lowered it. Arguments and errors as in `drafts`.
        """
        values: list[float] = []
        for draft in self._drafts(image, hole, seeds, progress.part(0.0, 0.6), sources, prompt, steps):
            values.append(judge(draft))
            if values[-1] >= enough:
                break
        seed = seeds[int(np.argmax(values))]
        rest = progress.part(0.6, 1.0)
        return self.fill(image, hole, seed=seed, progress=rest, sources=sources, prompt=prompt), seed

    def _fill(
        self,
        image: np.ndarray,
        hole: Mask,
        seed: int,
        progress: Progress,
        sources: Mask | None,
        prompt: str | None,
        pace: _Pace,
    ) -> np.ndarray:
        whole = masks.require(hole, Extent.of(image))
        progress.report(0.0, "looking for the model")
        self.notices = ()
        source = find_source(self._model, self._store or Store.default(), self._means.adapter)
        prompt = self._commission.prompt if prompt is None else prompt
        intent = self._commission.intent or intent_of(whole > 0, prompt)
        box = window(masks.bounds(whole), Extent.of(image))
        crop, part = image[box.slices], whole[box.slices]
        allowed = None if sources is None else sources[box.slices]
        ahead = 0.2 if intent is Intent.REMOVE else 0.05
        start = prefill(crop, part, intent, seed=seed, progress=progress.part(0.0, ahead), sources=allowed)
        top = np.float32(np.iinfo(image.dtype).max)
        levels, original = start.astype(np.float32) / top, crop.astype(np.float32) / top
        order = _Order(source, intent, words_for(intent, prompt, source.folder.family.prompting), seed, pace)
        sitting = self._sitting(order, image, whole, box)
        painted = sitting.paint(levels, original, part, progress.part(ahead, 0.97))
        self.notices += cut_short(prompt or "", sitting.run.words_read(order.words))
        under = levels if intent in (Intent.REMOVE, Intent.EXTEND) else original
        mixed = blended(under, painted.picture, part, intent, painted.scale, seed)
        samples = np.rint(mixed * top).clip(0, top).astype(image.dtype)
        result = image.copy()
        result[box.slices] = composite(crop, samples, (part > 0).astype(np.float32))
        assert_outside_unchanged(image, result, whole)
        progress.report(1.0, "painted")
        return result

    def _sitting(self, order: _Order, image: np.ndarray, hole: Mask, box: Bounds) -> Sitting:
        """Everything that the model is told and given, but the crop itself."""
        # torch and diffusers take seconds to import, and this is the first place that needs them.
        from models.inpainting.diffusion.onlooking import Onlooker
        from models.inpainting.diffusion.painting import Wish
        from models.inpainting.diffusion.running import Run
        from models.inpainting.diffusion.sitting import Sitting

        told, source, pace = self._commission, order.source, order.pace
        family = source.folder.family
        beside = find_beside(told, family, self._means, (self._store or Store.default()).cache)
        self.notices = beside.notices
        steps = told.steps or source.steps
        wish = Wish(
            prompt=order.words,
            negative_prompt=source.negative_prompt if told.negative_prompt is None else told.negative_prompt,
            seed=order.seed,
            steps=pace.steps or math.ceil(pace.share * steps),
            guidance=source.guidance if told.guidance is None else told.guidance,
            strength=told.strength or _strength(order.intent, family, held=beside.control is not None),
            references=told.references if beside.looks else (),
        )
        return Sitting(
            source,
            Run(source, self._device, self._means, beside),
            wish,
            box,
            Onlooker(image, hole),
            told.structure if beside.control else None,
            pace.finer,
        )


@dataclass(frozen=True)
class _Pace:
    """How thoroughly: in `steps`, or in a `share` of the usual ones; `finer`: with passes for detail."""

    steps: int | None = None
    share: float = 1.0
    finer: bool = True


@dataclass(frozen=True)
class _Order:
    """What one filling is to be."""

    source: Source
    intent: Intent
    words: str
    seed: int
    pace: _Pace


def _strength(intent: Intent, family: Family, *, held: bool) -> float:
    """How much of the noise schedule is run where nobody said so."""
    if intent is Intent.REWORK and family.prompting is Prompting.CAPTION:
        return _REWORKED_HELD if held else _REWORKED
    return family.strength
