"""Proposals compared with words by CLIP (Radford et al. 2021) or a model of its kind, from a transformers folder."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.errors import BadInputError, UnavailableError
from models.progress import SILENT, Progress
from models.segmentation.crops import CropCutter, View
from models.segmentation.picture_memory import file_identity
from models.segmentation.proposals import Proposals

# What OpenAI's preprocessing subtracts and divides by; used where a folder does not say.
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_DEVIATION = (0.26862954, 0.26130258, 0.27577711)
_MOST_TEXTS = 4096  # 8 MB of embeddings of ViT-B/32
_CPU_BATCH, _DEVICE_BATCH = 16, 128
_TEXT_BATCH = 64


class ClipRanker:
    """Implements `TextRanker`. `set_image` encodes every proposal; a phrase then costs a text encoding and a product.

    An embedding is the mean of the views' unit vectors, made a unit vector again. Embedding crops and texts is
    thread-safe; the picture that was set is one for all.
    """

    name = "clip"

    def __init__(
        self,
        folder: Path,
        device: str = "cpu",
        views: Sequence[View] = (View.MASKED, View.CONTEXT),
        half: bool = False,
    ) -> None:
        """Load from a folder of safetensors, config and tokenizer.

        `half` encodes crops in float16 on CUDA and in bfloat16 on a CPU that multiplies it natively: about three
        times as fast there, for similarities that are off by some thousandths. Texts are always encoded in float32.
        Raises UnavailableError when the folder does not hold such a model, BadInputError without views.
        """
        if not views:
            raise BadInputError("A ranker needs at least one view of the proposals.")
        self._views = tuple(views)
        self._device = torch.device(device)
        self._half = _half_type(self._device) if half else None
        self._model, self._tokenizer = _loaded(folder, self._device)
        self._side = int(self._model.config.vision_config.image_size)
        self._mean, self._deviation = _normalisation(folder)
        self._texts: OrderedDict[str, np.ndarray] = OrderedDict()
        self._reading = threading.Lock()
        self._embeddings: np.ndarray | None = None
        self._folder = folder

    @property
    def logit_scale(self) -> float:
        """By what the model was trained to multiply cosines before a softmax: 100 for OpenAI's."""
        return float(self._model.logit_scale.detach().exp())

    @property
    def width(self) -> int:
        """How many numbers an embedding has."""
        return int(self._model.config.projection_dim)

    def identity(self) -> str:
        """A short digest of the weights and of how proposals are shown: embeddings of equal ones can be exchanged."""
        weights = file_identity(self._folder / "config.json", *self._folder.glob("*.safetensors"))
        return f"{weights}:{','.join(view.value for view in self._views)}:{self._half or torch.float32}"

    def set_image(self, rgb: np.ndarray, proposals: Proposals) -> None:
        """H×W×3 uint8 sRGB and what was found in it."""
        self._embeddings = self.encode(rgb, proposals)

    def restore(self, embeddings: np.ndarray) -> None:
        """Take proposals × width float32 that `encode` made earlier, by a ranker of the same `identity`.

        Raises BadInputError for another width.
        """
        if embeddings.ndim != 2 or embeddings.shape[1] != self.width:
            raise BadInputError("These embeddings were made by another model; find the proposals again.")
        self._embeddings = embeddings.astype(np.float32)

    def encode(self, rgb: np.ndarray, proposals: Proposals, progress: Progress = SILENT) -> np.ndarray:
        """Unit vectors of all proposals, float32, proposals × width. Raises CancelledError when progress says so."""
        if len(proposals) == 0:
            return np.zeros((0, self.width), np.float32)
        cutter = CropCutter(rgb, self._side, self._mean, self._deviation, self._device)
        batch = _CPU_BATCH if self._device.type == "cpu" else _DEVICE_BATCH
        total, done = len(self._views) * len(proposals), 0
        views = []
        for view in self._views:
            parts = []
            for pixels in cutter.crops(proposals, view, batch):
                progress.report(done / total, "looking at what was found")
                parts.append(self.embed_crops(pixels))
                done += len(pixels)
            views.append(torch.cat(parts))
        mean = torch.stack(views).mean(dim=0)
        return torch.nn.functional.normalize(mean, dim=-1).cpu().numpy()

    @torch.inference_mode()
    def embed_crops(self, pixels: torch.Tensor) -> torch.Tensor:
        """Unit vectors n×width of n×3×side×side crops, normalised as the model expects."""
        with torch.autocast(self._device.type, self._half or torch.bfloat16, enabled=self._half is not None):
            seen = self._model.vision_model(pixel_values=pixels.to(self._device)).pooler_output
            projected = self._model.visual_projection(seen)
        return torch.nn.functional.normalize(projected.float(), dim=-1)

    @torch.inference_mode()
    def embed_patches(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As `embed_crops`, and the same of every patch: n×width and n×patches×width, unit vectors, float32.

        Patches, row by row, go through the head that was trained for the whole picture (Zhou et al. 2022, MaskCLIP,
        take them without attention; here they have seen one another).
        """
        with torch.autocast(self._device.type, self._half or torch.bfloat16, enabled=self._half is not None):
            vision = self._model.vision_model
            seen = vision(pixel_values=pixels.to(self._device))
            whole = self._model.visual_projection(seen.pooler_output)
            patches = self._model.visual_projection(vision.post_layernorm(seen.last_hidden_state[:, 1:]))
        normal = torch.nn.functional.normalize
        return normal(whole.float(), dim=-1), normal(patches.float(), dim=-1)

    @property
    def side(self) -> int:
        """Pixels a side of the squares it looks at."""
        return self._side

    def normalised(self, squares: np.ndarray) -> torch.Tensor:
        """n×side×side×3 uint8 sRGB as `embed_crops` takes them: n×3×side×side float32."""
        pixels = torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2).float() / 255.0
        shape = (1, 3, 1, 1)
        return (pixels - torch.tensor(self._mean).view(shape)) / torch.tensor(self._deviation).view(shape)

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of texts, float32, texts × width; those seen before are remembered."""
        with self._reading:
            missing = [text for text in dict.fromkeys(texts) if text not in self._texts]
            for start in range(0, len(missing), _TEXT_BATCH):
                some = missing[start : start + _TEXT_BATCH]
                for text, vector in zip(some, self._encoded_texts(some), strict=True):
                    self._texts[text] = vector
            found = np.stack([self._texts[text] for text in texts]) if texts else np.zeros((0, self.width), np.float32)
            for text in texts:
                self._texts.move_to_end(text)
            while len(self._texts) > _MOST_TEXTS:
                self._texts.popitem(last=False)
        return found

    def learn_texts(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Remember what `embed_texts` gave for texts earlier, by a model of the same weights: texts × width.

        Raises BadInputError for another number of either.
        """
        if vectors.shape != (len(texts), self.width):
            raise BadInputError("These text embeddings were made by another model; encode the texts again.")
        with self._reading:
            self._texts.update(zip(texts, vectors.astype(np.float32), strict=True))

    def similarity(self, texts: Sequence[str]) -> np.ndarray:
        """Cosine similarities, float32, texts × proposals. Raises ValueError when no image is set."""
        if self._embeddings is None:
            raise ValueError("set_image comes first")
        return self.embed_texts(texts) @ self._embeddings.T

    @torch.inference_mode()
    def _encoded_texts(self, texts: Sequence[str]) -> np.ndarray:
        longest = int(self._model.config.text_config.max_position_embeddings)
        tokens = self._tokenizer(list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt")
        read = self._model.text_model(
            input_ids=tokens["input_ids"].to(self._device), attention_mask=tokens["attention_mask"].to(self._device)
        ).pooler_output
        vectors = torch.nn.functional.normalize(self._model.text_projection(read), dim=-1)
        return vectors.cpu().numpy()


def _loaded(folder: Path, device: torch.device) -> tuple[Any, Any]:
    """The model in evaluation mode on the device, and its tokenizer. Nothing is fetched from anywhere."""
    from safetensors import SafetensorError
    from transformers import AutoTokenizer, CLIPModel
    from transformers.utils import logging

    if not (folder / "config.json").is_file():
        raise UnavailableError(f"There is no CLIP model in {folder}; download it on the Models page.")
    logging.disable_progress_bar()
    damaged = f"The CLIP model in {folder} cannot be read; remove it and download it again."
    try:
        loaded: Any = CLIPModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise UnavailableError(damaged) from error
    model, read = loaded
    if read["missing_keys"]:  # transformers would go on with random numbers in their place
        raise UnavailableError(damaged)
    return model.eval().requires_grad_(False).to(device), tokenizer


def _half_type(device: torch.device) -> torch.dtype | None:
    """The half-precision type that is fast on a device; None when there is none."""
    if device.type == "cuda":
        return torch.float16
    native = any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.bfloat16 if device.type == "cpu" and native else None


def _normalisation(folder: Path) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean and deviation per channel, as the folder's preprocessing states them."""
    stated: dict[str, Any] = {}
    for name in ("preprocessor_config.json", "processor_config.json"):
        path = folder / name
        if path.is_file():
            read = json.loads(path.read_text(encoding="utf-8"))
            stated = read.get("image_processor", read)
            break
    mean = tuple(stated.get("image_mean") or _MEAN)
    deviation = tuple(stated.get("image_std") or _DEVIATION)
    return (mean[0], mean[1], mean[2]), (deviation[0], deviation[1], deviation[2])
