"""How a picture is fitted into a detector's input, and the way back."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from models.geometry import Extent

_GREY = 114
"""What YOLO was trained to see around a picture."""


class Letterbox(NamedTuple):
    """A picture resized to `content` and padded to `padded`, the content `left` and `top` pixels inside.

    The longer side of the content is the input size; sides are padded to the network's stride only (a rectangle,
    not a square). Small pictures are enlarged, as in training.
    """

    picture: Extent
    content: Extent
    padded: Extent
    left: int
    top: int

    @classmethod
    def of(cls, picture: Extent, longest: int, stride: int = 32) -> Letterbox:
        """`longest` is a multiple of `stride`; both in pixels of the input."""
        scale = min(longest / picture.width, longest / picture.height)
        content = Extent(max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        rest_x, rest_y = (longest - content.width) % stride, (longest - content.height) % stride
        padded = Extent(content.width + rest_x, content.height + rest_y)
        return cls(picture, content, padded, round(rest_x / 2 - 0.1), round(rest_y / 2 - 0.1))

    def image(self, rgb: np.ndarray) -> np.ndarray:
        """H×W×3 uint8 of the picture's extent to uint8 of the padded one."""
        if Extent.of(rgb) != self.content:
            rgb = cv2.resize(rgb, tuple(self.content), interpolation=cv2.INTER_LINEAR)
        right = self.padded.width - self.content.width - self.left
        bottom = self.padded.height - self.content.height - self.top
        grey = (_GREY, _GREY, _GREY)
        return cv2.copyMakeBorder(rgb, self.top, bottom, self.left, right, cv2.BORDER_CONSTANT, value=grey)

    def boxes_of_picture(self, boxes: np.ndarray) -> np.ndarray:
        """N×4 float32 corners (x0, y0, x1, y1) in pixels of the input to those of the picture, clipped to it."""
        gain = np.array([self.content.width / self.picture.width, self.content.height / self.picture.height] * 2)
        back = (boxes - np.array([self.left, self.top] * 2)) / gain
        return np.clip(back, 0, np.array([*self.picture] * 2)).astype(np.float32)

    def sampling(self, target: Extent, reduced: Extent) -> tuple[float, float, float, float]:
        """Scale and shift in x, then in y: pixel p of the picture drawn at `target` lies at scale·p + shift.

        The latter are pixels of a map that the network made of the whole input at the size `reduced`; pixel
        centres are whole numbers in both.
        """
        scale_x = self.content.width / target.width * reduced.width / self.padded.width
        scale_y = self.content.height / target.height * reduced.height / self.padded.height
        shift_x = self.left * reduced.width / self.padded.width + scale_x / 2 - 0.5
        shift_y = self.top * reduced.height / self.padded.height + scale_y / 2 - 0.5
        return scale_x, shift_x, scale_y, shift_y
