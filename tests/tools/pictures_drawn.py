"""Pictures the tests draw themselves, and files made of them."""

from __future__ import annotations

import io
import struct
import zlib
from functools import lru_cache

import cv2
import imagecodecs
import numpy as np
from PIL import Image
from skimage import data


def photo(height: int = 64, width: int = 96, bits: int = 8, channels: int = 3) -> np.ndarray:
    """H×W (channels 1) or H×W×C samples with detail in every bit of the depth, the last of 2 or 4 being alpha."""
    rows, columns = np.arange(height) % 512, np.arange(width) % 512
    rgb = data.astronaut()[rows][:, columns].astype(np.uint16)
    rng = np.random.default_rng(7)
    if bits == 16:
        rgb = rgb * 257 + rng.integers(-120, 120, rgb.shape).clip(0).astype(np.uint16)
    alpha = np.linspace(0, 2**bits - 1, width).round().astype(np.uint16)
    alpha = np.broadcast_to(alpha, (height, width))[..., None]
    colours = rgb if channels >= 3 else rgb[..., 1:2]
    samples = np.concatenate([colours, alpha], axis=2) if channels in (2, 4) else colours
    samples = samples.astype(np.uint8 if bits == 8 else np.uint16)
    return np.ascontiguousarray(samples[..., 0] if channels == 1 else samples)


def large_photo(height: int = 3000, width: int = 4000) -> np.ndarray:
    """H×W×3 uint8: a photograph enlarged to that size, with a sensor's noise, so that no two parts are alike."""
    enlarged = cv2.resize(data.astronaut(), (width, height), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(5).normal(0, 2, enlarged.shape).astype(np.float32)
    return np.clip(np.rint(enlarged + noise), 0, 255).astype(np.uint8)


def encoded(image: Image.Image | np.ndarray, form: str, **options: object) -> bytes:
    """A file's bytes, as Pillow writes it."""
    target = io.BytesIO()
    picture = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    picture.save(target, form, **options)
    return target.getvalue()


@lru_cache(maxsize=1)  # a profile carries the second it was made in
def display_p3() -> bytes:
    """A matrix profile with Display P3's primaries and a gamma of 2.2."""
    return imagecodecs.cms_profile(
        "rgb", whitepoint=[0.3127, 0.3290], primaries=[0.680, 0.320, 1, 0.265, 0.690, 1, 0.150, 0.060, 1], gamma=2.2
    )


@lru_cache(maxsize=4)
def grey_profile(gamma: float = 1.8) -> bytes:
    """A grey profile with a plain gamma."""
    return imagecodecs.cms_profile("gray", whitepoint=[0.3457, 0.3585], gamma=gamma)


def png_with(file: bytes, name: bytes, contents: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    checked = name + contents
    chunk = struct.pack(">I", len(contents)) + checked + struct.pack(">I", zlib.crc32(checked))
    return file[:33] + chunk + file[33:]


@lru_cache(maxsize=1)
def cmyk_profile() -> bytes:
    """A printer profile of one lut8 tag: every ink darkens CIE L*a*b* in its own direction, half as the next."""
    grid = np.stack(np.meshgrid(*[[0, 1]] * 4, indexing="ij"), axis=-1).reshape(-1, 4)  # C, M, Y, K
    lightness = 100 - grid @ [40, 45, 10, 85]
    a = grid @ [-35, 70, -5, 0]
    b = grid @ [-45, 0, 90, 0]
    lab = np.stack([np.clip(lightness, 0, 100) * 2.55, np.clip(a + 128, 0, 255), np.clip(b + 128, 0, 255)], axis=-1)
    identity = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4
    lut += np.rint(lab).astype(np.uint8).tobytes() + identity * 3
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"inks\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061),
        b"A2B0": lut,
    }
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data_ in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data_))
        body += data_ + bytes(-len(data_) % 4)
    rest = struct.pack(">I", len(tags)) + table + body
    head = struct.pack(">I", 128 + len(rest)) + b"lcms" + bytes([2, 16, 0, 0]) + b"prtrCMYKLab "
    head += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + rest
