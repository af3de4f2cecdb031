"""CLIPSeg (Lüddecke and Ecker 2022, arXiv 2112.10003): words to a heat map, for what has no outline of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from models.geometry import Extent
from models.segmentation.learned.loading import Architecture, inference, load
from models.segmentation.learned.pictures import fingerprint, require_phrase, require_rgb

CLIPSEG = Architecture("CLIPSeg", "CLIPSegForImageSegmentation", "CLIPSegProcessor", ("clipseg",))

_TEXT_BATCH = 8


class ClipSeg:
    """Implements `HeatMapper`. A picture is encoded once and remembered; further words cost the small decoder.

    The processor would squash every picture into a square; here it is fitted into the square, and what is left over is
    the mean colour (zeros, once normalised). Not thread-safe.
    """

    name = "clipseg"

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Raises UnavailableError when no such model can be read there, BadInputError when it is another kind."""
        self._model, self._prepare, self._device = load(folder, CLIPSEG, device)
        self._side = int(self._prepare.image_processor.size["height"])
        self._seen = b""
        self._activations: list[torch.Tensor] = []

    def heat(self, rgb: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """float32 in [0, 1], texts × H × W of the H×W×3 uint8 sRGB picture. Texts are given to the model as they are.

        Raises BadInputError for an empty text or anything but an 8-bit RGB picture.
        """
        rgb = require_rgb(rgb)
        phrases = [require_phrase(text) for text in texts]
        extent = Extent.of(rgb)
        heat = np.zeros((len(phrases), extent.height, extent.width), np.float32)
        if not phrases:
            return heat
        content = fitted(extent, self._side)
        with inference(self._device):
            self._encode(rgb, content)
            for start in range(0, len(phrases), _TEXT_BATCH):
                logits = self._decoded(phrases[start : start + _TEXT_BATCH])
                left, top = _margins(content, self._side)
                inside = logits[:, top : top + content.height, left : left + content.width]
                for row, one in enumerate(inside):
                    heat[start + row] = _drawn(one, extent)
        return heat

    def _encode(self, rgb: np.ndarray, content: Extent) -> None:
        seen = fingerprint(rgb)
        if seen == self._seen:
            return
        self._seen, self._activations = b"", []
        size = {"height": content.height, "width": content.width}
        pixels = self._prepare.image_processor(images=rgb, size=size, return_tensors="pt")["pixel_values"]
        left, top = _margins(content, self._side)
        margins = (left, self._side - content.width - left, top, self._side - content.height - top)
        square = torch.nn.functional.pad(pixels, margins)
        states = self._model.clip.vision_model(
            pixel_values=square.to(self._device), interpolate_pos_encoding=True, output_hidden_states=True
        ).hidden_states
        # the first state is the embeddings, before any layer
        self._activations = [states[layer + 1] for layer in self._model.config.extract_layers]
        self._seen = seen

    def _decoded(self, phrases: Sequence[str]) -> torch.Tensor:
        """Logits, phrases × side × side float32."""
        longest = int(self._model.config.text_config.max_position_embeddings)
        tokens = self._prepare.tokenizer(
            list(phrases), padding=True, truncation=True, max_length=longest, return_tensors="pt"
        ).to(self._device)
        wanted = self._model.clip.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).pooler_output
        repeated = [state.expand(len(phrases), -1, -1) for state in self._activations]
        return self._model.decoder(repeated, wanted).logits.float()


def fitted(extent: Extent, side: int) -> Extent:
    """The size at which a picture just fits into a square, enlarged when it is smaller."""
    scale = side / max(extent)
    return Extent(max(1, round(extent.width * scale)), max(1, round(extent.height * scale)))


def _margins(content: Extent, side: int) -> tuple[int, int]:
    """Left and top, in pixels of the square; the picture lies in its middle."""
    return (side - content.width) // 2, (side - content.height) // 2


def _drawn(logits: torch.Tensor, extent: Extent) -> np.ndarray:
    """Logits at the picture's size by cubic interpolation, then probabilities: H×W float32."""
    size = (extent.height, extent.width)
    whole = torch.nn.functional.interpolate(logits[None, None], size=size, mode="bicubic", align_corners=False)
    return whole[0, 0].sigmoid_().cpu().numpy()
