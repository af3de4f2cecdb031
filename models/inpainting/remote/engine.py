"""The engine that lets a service on the network paint, and puts back nothing but what lies under the mask.

Crop with context → start by intent → the service paints → what it moved is moved back → colours matched to the
surroundings → enlarged with the grain of the picture → faded in over the rim of the hole. What leaves the machine is
that crop at working size and its mask: no other part of the picture, no metadata, no name. Where something is removed
the crop is filled by our own engines first, so that what was to go does not go out either.
"""

from __future__ import annotations

import numpy as np

from models import mask as masks
from models.compositing import assert_outside_unchanged, composite
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent
from models.inpainting.diffusion.blending import blended
from models.inpainting.diffusion.intent import intent_of
from models.inpainting.diffusion.masks import denoise_mask
from models.inpainting.diffusion.matching import colour_match
from models.inpainting.diffusion.prefill import prefill
from models.inpainting.diffusion.window import resample, window
from models.inpainting.remote.aligning import aligned
from models.inpainting.remote.asking import PATIENCE, Order, ask
from models.inpainting.remote.files import mask_png_of, picture_in, png_of
from models.inpainting.remote.service import PRICES, Service
from models.inpainting.remote.sizes import working_for
from models.inpainting.remote.wording import words_for
from models.mask import Mask
from models.progress import Progress

NAME = "openai"
_MOST_REFERENCES = 4
_LARGEST_REFERENCE = 1024  # pixels of its longer side
_STARTED_FOR = (Intent.REMOVE, Intent.EXTEND)  # what goes out is our own filling, not what the picture shows there


class OpenAI:
    """Fills holes by a service that speaks OpenAI's image API; see `models.inpainting.protocol.Inpainter`.

    Service and key come from the environment, see `models.inpainting.remote.service`; `model` overrules its model. Of
    the commission it obeys prompt, negative prompt, intent and references. There is no seed at such a service: the same
    one gives another painting each time. `patience`: seconds to wait for an answer.
    """

    def __init__(self, model: str = "", commission: Commission | None = None, *, patience: float = PATIENCE) -> None:
        self.name = f"{NAME}:{model}" if model else NAME
        self._model, self._commission, self._patience = model, commission or Commission(), patience
        self._tokens: int | None = None

    @property
    def is_available(self) -> bool:
        """Whether a service is set up. Asks nobody."""
        try:
            return Service.configured(self._model).is_usable
        except BadInputError:
            return False

    @property
    def terms(self) -> str:
        """Where the picture goes; after a filling also what the service counted for it. Raises BadInputError."""
        service = Service.configured(self._model)
        counted = "" if self._tokens is None else f" It counted {self._tokens:,} tokens."
        return f"The part around the mask was painted by {service.model} at {service.host}.{counted}"

    def notice(self, hole: Bounds, picture: Extent) -> str:
        """What a person should know before it is sent: how much of the picture, where to, and by what it is priced.

        `hole` is where the mask is, in pixels of the picture. Empty when the service runs on this machine, so that
        nothing leaves it. Raises BadInputError when the settings are no good, UnavailableError when a key is missing.
        """
        service = Service.configured(self._model)
        service.key()
        return "" if service.stays_here else _notice(service, window(hole, picture).extent)

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

        Calling this is consent: the crop is sent. `seed` is for what is done on this machine alone. Raises
        BadInputError for an empty mask, another size or a setting that is no good, UnavailableError with one sentence
        when the service cannot or will not paint, and CancelledError within a moment.
        """
        whole = masks.require(hole, Extent.of(image))
        service = Service.configured(self._model)
        service.key()  # without one nothing need be prepared
        told = self._commission
        wish = prompt if told.prompt is None else told.prompt
        box = window(masks.bounds(whole), Extent.of(image))
        crop, part = image[box.slices], whole[box.slices]
        intent = told.intent or intent_of(whole > 0, wish)
        ours = intent in _STARTED_FOR
        start = crop
        if ours:
            allowed = None if sources is None else sources[box.slices]
            start = prefill(crop, part, intent, seed=seed, progress=progress.part(0.0, 0.15), sources=allowed)
        top = np.float32(np.iinfo(image.dtype).max)
        levels = start.astype(np.float32) / top
        work = working_for(Extent.of(crop), service.sizes)
        picture, mask = work.shrink(levels), denoise_mask(work.shrink_mask(part))
        references = tuple(png_of(_reference(one)) for one in told.references[:_MOST_REFERENCES])
        words = words_for(intent, wish, told.negative_prompt, len(references))
        order = Order(words, work.padded, png_of(picture), mask_png_of(mask), references)
        progress.report(0.2, _notice(service, Extent.of(crop)))
        answer = ask(service, order, progress.part(0.2, 0.9), self._patience)
        self._tokens = answer.tokens
        outside = mask == 0
        painted = aligned(picture_in(answer.picture, work.padded, service.host), picture, outside)
        matched = colour_match(painted, picture, outside)
        mixed = blended(levels, work.enlarge(matched), part, intent, work.scale, seed)
        progress.report(0.95, "putting it in its place")
        samples = np.rint(mixed * top).clip(0, top).astype(image.dtype)
        result = image.copy()
        result[box.slices] = composite(crop, samples, (part > 0).astype(np.float32))
        assert_outside_unchanged(image, result, whole)
        progress.report(1.0, "painted")
        return result


def _notice(service: Service, crop: Extent) -> str:
    size = working_for(crop, service.sizes).padded
    if service.stays_here:
        return f"{service.model} at {service.host}, on this machine, paints {crop.width}×{crop.height} pixels"
    how = ", unencrypted" if service.origin.scheme == "http" else ""
    price = f"; it is billed there by tokens, see {PRICES}" if not service.own else ""
    return (
        f"{crop.width}×{crop.height} pixels around the mask leave this machine for {service.host}{how}, where "
        f"{service.model} paints them at {size.width}×{size.height}, quality {service.quality}{price}"
    )


def _reference(picture: np.ndarray) -> np.ndarray:
    """H×W×3 uint8 as float32 in [0, 1], of at most 1,024 pixels a side."""
    return resample(picture.astype(np.float32) / np.float32(255), Extent.of(picture).fit_within(_LARGEST_REFERENCE))
