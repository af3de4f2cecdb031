"""SAM 2 (Ravi et al. 2024, arXiv 2408.00714), and SAM 3's half that does the same: points and boxes to masks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask
from models.segmentation.learned.loading import Architecture, encoding, inference, load
from models.segmentation.learned.pictures import fingerprint, require_rgb

SAM2 = Architecture("SAM 2", "Sam2Model", "Sam2ImageProcessor", ("sam2", "sam2_video"))
SAM3_TRACKER = Architecture("SAM 3", "Sam3TrackerModel", "Sam3ImageProcessor", ("sam3_tracker", "sam3_video"))


class PromptedSam:
    """Implements `Segmenter`. Not thread-safe; one per job. Masks are hard unless `soft_edges`.

    Soft edges are a ramp one pixel wide along the contour: how much of each pixel lies inside of it.
    """

    name = "sam"

    def __init__(self, folder: Path, architecture: Architecture, device: str, soft_edges: bool) -> None:
        """Load from a folder. Raises what `loading.load` raises."""
        self._model, self._prepare, self.device = load(folder, architecture, device)
        self._soft_edges = soft_edges
        self._side = int(self._model.prompt_encoder.input_image_size)
        self._extent: Extent | None = None
        self._encoded: list[torch.Tensor] = []
        self._seen = b""

    def set_image(self, rgb: np.ndarray) -> None:
        """Encode H×W×3 uint8 sRGB; nothing is done when it is the picture that was set last.

        Raises BadInputError for anything but an 8-bit RGB picture.
        """
        rgb = require_rgb(rgb)
        seen = fingerprint(rgb)
        if seen == self._seen:
            return
        self._seen, self._extent, self._encoded = b"", None, []  # lets go of the last before the next is made
        square = {"height": self._side, "width": self._side}
        pixels = self._prepare(images=rgb, size=square, return_tensors="pt")["pixel_values"]
        with encoding(self.device):
            encoded = self._model.get_image_embeddings(pixels.to(self.device))
        self._encoded = [level.float() for level in encoded]
        self._seen, self._extent = seen, Extent.of(rgb)

    @property
    def extent(self) -> Extent:
        """The picture's. Raises ValueError when none is set."""
        if self._extent is None:
            raise ValueError("set_image comes first")
        return self._extent

    def segment(
        self, positive: Sequence[Point] = (), negative: Sequence[Point] = (), box: Bounds | None = None
    ) -> list[tuple[Mask, float]]:
        """Full-size H×W float32 masks with the model's estimate of their IoU in [0, 1], best first.

        One point alone can mean a whole, a part or a part of that: three masks. Anything more is answered by one, as
        the model was trained (Kirillov et al. 2023, section 3). Points outside the picture count as on its edge.
        Empty masks are left out. Raises BadInputError without a positive point and box, or for a box off the picture.
        """
        extent = self.extent
        if not positive and box is None:
            raise BadInputError("Click on the thing or draw a box around it; what to leave out is not enough.")
        points = np.array([[Point(*point).clipped(extent) for point in (*positive, *negative)]], np.float32)
        labels = np.array([[1] * len(positive) + [0] * len(negative)])
        corners = None
        if box is not None:
            inside = box.clipped(extent)
            if inside.area == 0:
                raise BadInputError("The box lies outside the picture; draw it over the thing.")
            corners = np.array([inside], np.float32)
        ambiguous = box is None and len(positive) + len(negative) == 1
        logits, scores = self.decode(points if points.size else None, labels, corners, several=ambiguous)
        answers = []
        for index in torch.argsort(scores[0], descending=True, stable=True).tolist():
            mask = self._full_size(logits[0, index], extent)
            if mask.any():
                answers.append((mask, float(scores[0, index].clamp(0, 1))))
        return answers

    def decode(
        self,
        points: np.ndarray | None,
        labels: np.ndarray | None = None,
        boxes: np.ndarray | None = None,
        several: bool = True,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The model's answers to n prompts at once, on its device.

        `points` n×k×2 float32 (x, y) with `labels` n×k (1 in, 0 out), `boxes` n×4 float32 (x0, y0, x1, y1), all in
        pixels of the picture. Returns logits n×m×h×w float32 over the whole picture, squashed to h×w, above 0 inside,
        and estimated IoUs n×m; m is 3 for `several`, else 1.
        """
        scale = np.array([self._side / self.extent.width, self._side / self.extent.height], np.float32)
        prompt: dict[str, Any] = {}
        if points is not None:
            prompt["input_points"] = torch.from_numpy(points * scale)[None].to(self.device)
            prompt["input_labels"] = torch.from_numpy(np.asarray(labels))[None].to(self.device)
        if boxes is not None:
            prompt["input_boxes"] = torch.from_numpy(boxes * np.tile(scale, 2))[None].to(self.device)
        with inference(self.device):
            answer = self._model(image_embeddings=self._encoded, multimask_output=several, **prompt)
        return answer.pred_masks[0].float(), answer.iou_scores[0].float()

    def _full_size(self, logits: torch.Tensor, extent: Extent) -> Mask:
        whole = upsampled(logits, extent)
        if not self._soft_edges:
            return (whole > 0).astype(np.float32)
        rise_y, rise_x = np.gradient(whole) if min(whole.shape) > 1 else (np.ones_like(whole), np.zeros_like(whole))
        # the logit over its slope is, near the contour, the distance to it in pixels
        slope = np.maximum(np.hypot(rise_x, rise_y), 1e-6)
        return np.clip(whole / slope + 0.5, 0.0, 1.0).astype(np.float32)


class Sam2(PromptedSam):
    """SAM 2 or 2.1 of any size, from the published folder (a video model's) or one of a picture model alone."""

    name = "sam2"

    def __init__(self, folder: Path, device: str = "cpu", soft_edges: bool = False) -> None:
        """Raises UnavailableError when no such model can be read there, BadInputError when it is another kind."""
        super().__init__(folder, SAM2, device, soft_edges)


class Sam3Clicks(PromptedSam):
    """SAM 3's tracker used on one picture: clicks and boxes, from the same folder as `Sam3`."""

    name = "sam3"

    def __init__(self, folder: Path, device: str = "cpu", soft_edges: bool = False) -> None:
        """Raises UnavailableError when no such model can be read there, BadInputError when it is another kind."""
        super().__init__(folder, SAM3_TRACKER, device, soft_edges)


def upsampled(logits: torch.Tensor, extent: Extent) -> np.ndarray:
    """h×w logits drawn at another size, bilinearly, before anybody thresholds them: H×W float32."""
    with torch.inference_mode():
        size = (extent.height, extent.width)
        whole = torch.nn.functional.interpolate(logits[None, None], size=size, mode="bilinear", align_corners=False)
    return whole[0, 0].cpu().numpy()
