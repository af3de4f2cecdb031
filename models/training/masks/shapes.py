"""Holes shaped like what people remove: things, writing, scratches and dust, wires."""

from __future__ import annotations

from functools import cache
from math import pi

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.geometry import Extent
from models.mask import Mask

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&!?.,:;-@#"
_SUBPIXEL_BITS = 4  # cv2's fixed-point coordinates: smooth outlines at small sizes


def blob(rng: np.random.Generator, extent: Extent) -> Mask:
    """One to three round-edged things: closed curves whose radius wanders smoothly with the angle."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    angles = np.linspace(0, 2 * pi, 72, endpoint=False)
    for _ in range(rng.integers(1, 4)):
        radius = rng.uniform(0.04, 0.22) * min(extent)
        wobble = np.ones_like(angles)
        for harmonic in range(1, 6):
            wobble += rng.normal(0, 0.28 / harmonic) * np.cos(harmonic * angles + rng.uniform(0, 2 * pi))
        wobble = radius * np.clip(wobble, 0.25, 2.0)
        stretch, tilt = rng.uniform(0.5, 1.0), rng.uniform(0, 2 * pi)
        x, y = wobble * np.cos(angles), stretch * wobble * np.sin(angles)
        outline = np.stack([x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)], 1)
        _fill(canvas, outline + rng.uniform(0, 1, 2) * extent)
    return canvas.astype(np.float32)


def polygon(rng: np.random.Generator, extent: Extent) -> Mask:
    """One to three straight-edged things with three to nine corners."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    for _ in range(rng.integers(1, 4)):
        corners = int(rng.integers(3, 10))
        angles = np.sort(rng.uniform(0, 2 * pi, corners))
        radius = rng.uniform(0.05, 0.25) * min(extent) * rng.uniform(0.5, 1.0, corners)
        outline = np.stack([radius * np.cos(angles), radius * np.sin(angles)], 1)
        _fill(canvas, outline + rng.uniform(0, 1, 2) * extent)
    return canvas.astype(np.float32)


def text(rng: np.random.Generator, extent: Extent) -> Mask:
    """Lines of random letters, slanted by up to a quarter turn, sometimes grown as a mask of writing is."""
    side = int(np.hypot(*extent)) + 2  # covers the extent at any slant
    sheet = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(sheet)
    size = int(rng.integers(9, 41))
    font = _font(size)
    gap = int(size * rng.uniform(1.3, 4.0))
    for line in range(int(rng.integers(0, gap)), side, gap):
        letters = rng.choice(list(_LETTERS + "      "), int(rng.integers(3, 3 + 2 * side // size)))
        x = float(rng.uniform(0, 0.5) * side)
        draw.text((x, line), "".join(letters), fill=255, font=font, stroke_width=int(rng.integers(2)))
    slant = float(rng.choice([0.0, rng.normal(0, 6), rng.uniform(-90, 90)]))
    left, top = (side - extent.width) // 2, (side - extent.height) // 2
    turned = sheet.rotate(slant).crop((left, top, left + extent.width, top + extent.height))
    mask = (np.asarray(turned) > 100).astype(np.uint8)
    grown = int(rng.integers(3))
    if grown:
        mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grown + 1, 2 * grown + 1)))
    return mask.astype(np.float32)


def scratches(rng: np.random.Generator, extent: Extent) -> Mask:
    """Hairlines of one to six pixels, bent or straight, mostly along one direction, with specks of dust."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    main = rng.uniform(0, pi)
    area = extent.width * extent.height
    for _ in range(rng.integers(2, 3 + max(2, area // 9_000))):
        heading = main + rng.normal(0, 0.1) if rng.random() < 0.6 else rng.uniform(0, 2 * pi)
        steps = int(rng.integers(8, 40))
        bend = rng.normal(0, 0.02)
        headings = heading + np.cumsum(bend + rng.normal(0, 0.05, steps))
        stride = rng.uniform(0.01, 0.05) * max(extent)
        path = np.cumsum(stride * np.stack([np.cos(headings), np.sin(headings)], 1), 0) + rng.uniform(0, 1, 2) * extent
        cv2.polylines(canvas, [_fixed(path)], False, 1, int(rng.integers(1, 7)), cv2.LINE_8, _SUBPIXEL_BITS)
    for _ in range(rng.integers(0, 2 + area // 1_500)):
        centre = (int(rng.integers(extent.width)), int(rng.integers(extent.height)))
        cv2.ellipse(canvas, centre, rng.integers(0, 4, 2).tolist(), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return canvas.astype(np.float32)


def wires(rng: np.random.Generator, extent: Extent) -> Mask:
    """Sagging cables of two to nine pixels from border to border, sometimes on a pole."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    width, height = extent.width, extent.height
    share = np.linspace(-0.05, 1.05, 48)
    start, slope, gap = rng.uniform(0, height), rng.normal(0, 0.4) * height, rng.uniform(0.03, 0.3) * height
    for cable in range(rng.integers(1, 5)):
        sag = rng.uniform(0, 0.25) * height
        y = start + cable * gap + slope * share + 4 * sag * share * (1 - share)
        path = np.stack([share * width, y], 1)
        cv2.polylines(canvas, [_fixed(path)], False, 1, int(rng.integers(2, 10)), cv2.LINE_8, _SUBPIXEL_BITS)
    if rng.random() < 0.3:
        x = int(rng.integers(width))
        lean = int(rng.normal(0, 0.03) * width)
        cv2.line(canvas, (x, 0), (x + lean, height), 1, int(rng.integers(4, 13)), cv2.LINE_8)
    return np.ascontiguousarray(np.rot90(canvas) if width == height and rng.random() < 0.25 else canvas, np.float32)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fill(canvas: np.ndarray, outline: np.ndarray) -> None:
    cv2.fillPoly(canvas, [_fixed(outline)], 1, cv2.LINE_8, _SUBPIXEL_BITS)


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * (1 << _SUBPIXEL_BITS)).astype(np.int32).reshape(-1, 1, 2)
