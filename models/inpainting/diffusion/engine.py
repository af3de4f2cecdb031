"""The engine that paints what was never in the picture, and stays inside the mask.

Crop with context → start by intent → the model at its own size → colours matched to the surroundings → enlarged with
the grain of the picture → faded in over the rim of the hole. Samples outside the hole are not touched.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models import mask as masks
from models.compositing import assert_outside_unchanged, composite
from models.errors import UnavailableError
from models.geometry import Extent
from models.inpainting.commission import Intent
from models.inpainting.diffusion.blending import blended
from models.inpainting.diffusion.intent import intent_of, words_for
from models.inpainting.diffusion.masks import denoise_mask
from models.inpainting.diffusion.matching import colour_match
from models.inpainting.diffusion.prefill import prefill
from models.inpainting.diffusion.presets import PRESETS
from models.inpainting.diffusion.source import Source, find_source, is_here
from models.inpainting.diffusion.window import Working, window, working
from models.mask import Mask
from models.progress import Progress
from models.weights.catalogue import Commercial
from models.weights.store import Store

if TYPE_CHECKING:
    from models.inpainting.diffusion.painting import Wish

_SMALLEST = 256 * 256  # pixels: a smaller painting is not worth having
PREFIX = "diffusion:"


class Diffusion:
    """Fills holes with a diffusion model; see `models.inpainting.protocol.Inpainter`.

    `model` is a preset's name or the path of a diffusers folder. `intent` None: told by hole and prompt. `steps`,
    `guidance`, `strength` (0 < strength ≤ 1; below 1 the model starts from what is in the hole, noised so much) and
    `negative_prompt` None: the preset's. `adapter` is a LoRA's safetensors file for a folder. `device` None: CUDA where
    there is one, else the CPU. `store` None: this installation's.
    """

    def __init__(
        self,
        model: str,
        *,
        intent: Intent | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        strength: float | None = None,
        negative_prompt: str | None = None,
        adapter: Path | None = None,
        device: str | None = None,
        store: Store | None = None,
    ) -> None:
        self.name = PREFIX + model
        self._model, self._intent = model, intent
        self._steps, self._guidance, self._strength = steps, guidance, strength
        self._negative_prompt, self._adapter = negative_prompt, adapter
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
        whole = masks.require(hole, Extent.of(image))
        progress.report(0.0, "looking for the model")
        source = find_source(self._model, self._store or Store.default(), self._adapter)
        box = window(masks.bounds(whole), Extent.of(image))
        crop, part = image[box.slices], whole[box.slices]
        intent = self._intent or intent_of(whole > 0, prompt)
        allowed = None if sources is None else sources[box.slices]
        ahead = 0.2 if intent is Intent.REMOVE else 0.05
        start = prefill(crop, part, intent, seed=seed, progress=progress.part(0.0, ahead), sources=allowed)
        top = np.float32(np.iinfo(image.dtype).max)
        levels = start.astype(np.float32) / top
        painted, work = self._painted(source, levels, part, intent, prompt, seed, progress.part(ahead, 0.97))
        under = levels if intent in (Intent.REMOVE, Intent.EXTEND) else crop.astype(np.float32) / top
        mixed = blended(under, work.enlarge(painted), part, intent, work.scale, seed)
        samples = np.rint(mixed * top).clip(0, top).astype(image.dtype)
        result = image.copy()
        result[box.slices] = composite(crop, samples, (part > 0).astype(np.float32))
        assert_outside_unchanged(image, result, whole)
        progress.report(1.0, "painted")
        return result

    def _painted(
        self,
        source: Source,
        start: np.ndarray,
        hole: Mask,
        intent: Intent,
        prompt: str | None,
        seed: int,
        progress: Progress,
    ) -> tuple[np.ndarray, Working]:
        """The crop as the model paints it, at working size and in the picture's colours."""
        # torch and diffusers take seconds to import, and this is the first place that needs them.
        from models.inpainting.diffusion.running import Run

        family = source.folder.family
        wish = self._wish(source, words_for(intent, prompt, family.prompting), seed)
        run = Run(source, self._device)
        native = family.native
        while native >= _SMALLEST or native == family.native:
            work = working(Extent.of(start), native, family.multiple)
            picture, mask = work.shrink(start), denoise_mask(work.shrink_mask(hole))
            painted = run.paint(picture, mask, wish, progress)
            if painted is not None:
                return colour_match(painted, picture, mask == 0), work
            native //= 2
        raise UnavailableError(
            f"There is too little free memory for {source.title}, even for a small painting; close other programs or "
            "choose a smaller model."
        )

    def _wish(self, source: Source, words: str, seed: int) -> Wish:
        from models.inpainting.diffusion.painting import Wish

        return Wish(
            prompt=words,
            negative_prompt=source.negative_prompt if self._negative_prompt is None else self._negative_prompt,
            seed=seed,
            steps=self._steps or source.steps,
            guidance=source.guidance if self._guidance is None else self._guidance,
            strength=self._strength or source.folder.family.strength,
        )
