"""SAM 3 (Carion et al. 2025, arXiv 2511.16719): a short noun phrase to the masks of everything that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.geometry import Extent
from models.mask import bounds
from models.segmentation.learned.loading import Architecture, encoding, inference, load
from models.segmentation.learned.pictures import fingerprint, require_phrase, require_rgb
from models.segmentation.learned.sam import upsampled
from models.segmentation.learned.suppression import distinct
from models.segmentation.proposals import Proposal, Proposals

SAM3 = Architecture("SAM 3", "Sam3Model", "Sam3Processor", ("sam3", "sam3_video"))


class Sam3:
    """Implements `ConceptSegmenter`. `set_image` encodes a picture once. Not thread-safe.

    `threshold` is the least score: the instance's probability times that of the concept being in the picture at all;
    0.5 is the authors'. Of two masks with an IoU above `overlap` the better stays.
    """

    name = "sam3"

    def __init__(self, folder: Path, device: str = "cpu", threshold: float = 0.5, overlap: float = 0.7) -> None:
        """Raises UnavailableError when no such model can be read there, BadInputError when it is another kind."""
        self._model, self._prepare, self._device = load(folder, SAM3, device)
        self._threshold, self._overlap = threshold, overlap
        self._extent: Extent | None = None
        self._encoded: Any = None
        self._seen = b""

    def set_image(self, rgb: np.ndarray) -> None:
        """Encode H×W×3 uint8 sRGB; nothing is done when it is the picture that was set last.

        Raises BadInputError for anything but an 8-bit RGB picture.
        """
        rgb = require_rgb(rgb)
        seen = fingerprint(rgb)
        if seen == self._seen:
            return
        self._seen, self._extent, self._encoded = b"", None, None
        pixels = self._prepare.image_processor(images=rgb, return_tensors="pt")["pixel_values"]
        with encoding(self._device):
            self._encoded = self._model.get_vision_features(pixel_values=pixels.to(self._device))
        self._seen, self._extent = seen, Extent.of(rgb)

    def find(self, phrase: str) -> Proposals:
        """Everything that the phrase names, by falling score; nothing when the picture has none of it.

        Masks are computed at the picture's own size and kept within their boxes. Raises BadInputError for an empty
        phrase, ValueError when no picture is set.
        """
        if self._extent is None:
            raise ValueError("set_image comes first")
        longest = int(self._model.config.text_config.max_position_embeddings)
        tokens = self._prepare.tokenizer(  # the processor itself would pad but not cut
            require_phrase(phrase), padding="max_length", truncation=True, max_length=longest, return_tensors="pt"
        ).to(self._device)
        with encoding(self._device):
            answer = self._model(
                vision_embeds=self._encoded, input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
            )
        with inference(self._device):
            scores = answer.pred_logits[0].float().sigmoid()
            if answer.presence_logits is not None:
                scores = scores * answer.presence_logits[0].float().sigmoid()
            good = scores > self._threshold
            scores, logits = scores[good].cpu().numpy(), answer.pred_masks[0][good].float()
        kept = distinct((logits > 0).cpu().numpy(), scores, self._overlap, len(scores))
        items = []
        for index in kept:
            whole = upsampled(logits[index], self._extent) > 0
            box = bounds(whole)
            if box.area:
                items.append(Proposal(box, np.ascontiguousarray(whole[box.slices]), float(scores[index])))
        return Proposals(self._extent, self._extent, tuple(items))
