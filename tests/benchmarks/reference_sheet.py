"""Eight things taken from another picture on one sheet: the scene, the reference, and the result.

    python -m tests.benchmarks.reference_sheet docs/reference.jpg [--full folder]

The photos come with scikit-image and ultralytics; the rest is drawn here. Outlines are drawn by hand where the thing
has to be told without a model. `--full` also writes every result at full size, which is how they should be looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from models.colour.oklab import from_unit, linear_to_srgb
from models.geometry import Bounds
from models.harmonise.cutting import Cutout, cut_out
from models.harmonise.material import cover, swatch_of
from models.harmonise.setting import set_in
from models.harmonise.surface import lay_on
from models.mask import Mask
from models.segmentation.background import matte
from models.segmentation.refine import cut_in_band

_CELL = 300  # pixels, the longer side of a picture on the sheet
_FINE = 4  # how many times larger drawings are made than they are used

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Insertion:
    """One row of the sheet: what is asked, and the pictures before, beside and after."""

    asked: str
    scene: np.ndarray
    reference: np.ndarray
    result: np.ndarray


# ---- the pictures


def photo(name: str) -> np.ndarray:
    """H×W×3 uint8 RGB."""
    if name in ("bus", "zidane"):
        import ultralytics

        path = Path(ultralytics.__file__).parent / "assets" / f"{name}.jpg"
        read = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if read is None:
            raise FileNotFoundError(path)
        return np.ascontiguousarray(read[..., ::-1])
    picture = skimage.data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(skimage.data, name)()
    picture = np.dstack([picture] * 3) if picture.ndim == 2 else picture[..., :3]
    return np.ascontiguousarray(picture)


def outlined(picture: np.ndarray, corners: Corners, reach: float = 4.0) -> Mask:
    """A matte inside about `reach` pixels of an outline drawn by hand, in pixels: H×W float32."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(np.array(corners)).astype(np.int32)[:, None]], (1,))
    return matte(picture, cut_in_band(picture, mask > 0, reach).astype(np.float32))


def plainly(shape: tuple[int, ...], corners: Corners) -> Mask:
    """A polygon as a mask with a smooth edge."""
    mask = np.zeros((shape[0] * _FINE, shape[1] * _FINE), np.uint8)
    cv2.fillPoly(mask, [np.rint(np.array(corners) * _FINE).astype(np.int32)[:, None]], (255,))
    return cv2.resize(mask, shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def crest() -> np.ndarray:
    """A drawn logo with alpha, 300×300×4 uint8."""
    side = 300 * _FINE
    drawn = np.zeros((side, side, 4), np.uint8)
    middle = (side // 2, side // 2)
    cv2.circle(drawn, middle, int(0.47 * side), (22, 62, 110, 255), -1)
    cv2.circle(drawn, middle, int(0.41 * side), (246, 240, 226, 255), -1)
    sail = np.array([[0.5, 0.18], [0.74, 0.66], [0.5, 0.58]]) * side
    cv2.fillPoly(drawn, [sail.astype(np.int32)], (200, 52, 44, 255))
    cv2.fillPoly(drawn, [(sail * [-1, 1] + [0.96 * side, 0]).astype(np.int32)], (22, 62, 110, 255))
    hull = (middle[0], int(0.68 * side)), (int(0.27 * side), int(0.09 * side))
    cv2.ellipse(drawn, *hull, 0, 0, 180, (22, 62, 110, 255), -1)
    return cv2.resize(drawn, (300, 300), interpolation=cv2.INTER_AREA)


def vase() -> np.ndarray:
    """A glazed vase as a studio would show it: turned on a lathe, lit from the upper left, with alpha, h×w×4 uint8."""
    height, width = 520, 300
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    profile = np.interp(
        y[:, 0], [0.0, 0.03, 0.1, 0.2, 0.5, 0.8, 0.97, 1.0], [0.42, 0.4, 0.25, 0.3, 0.9, 0.72, 0.45, 0.4]
    )
    radius = cv2.GaussianBlur(profile[:, None].astype(np.float32), (1, 41), 8) * (width / 2 - 4)
    x = np.arange(width, dtype=np.float32)[None] - (width - 1) / 2
    across = np.clip(x / radius, -1, 1)
    slope = np.gradient(radius[:, 0])[:, None]
    normal = np.dstack([across, np.broadcast_to(-slope, across.shape), np.sqrt(1 - across**2)])
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.array([-0.55, -0.5, 0.67])
    lit = np.clip(normal @ light, 0, 1)
    gloss = np.clip((2 * lit[..., None] * normal - light)[..., 2], 0, 1) ** 60
    band = np.where((y > 0.36) & (y < 0.44), 1.0, 0.0)
    glaze = np.array([0.035, 0.16, 0.2]) * (1 - band[..., None]) + np.array([0.72, 0.66, 0.5]) * band[..., None]
    rgb = linear_to_srgb(np.clip(glaze * (0.22 + 0.95 * lit[..., None]) + 0.55 * gloss[..., None], 0, 1))
    alpha = np.clip(radius - np.abs(x) + 0.5, 0, 1)
    # seen from a little above: the foot is an arc
    sag = 0.16 * radius[-1] * np.sqrt(np.clip(1 - (x / radius[-1]) ** 2, 0, 1))
    rows = np.arange(height, dtype=np.float32)[:, None]
    alpha = alpha * np.clip(height - 1 - 0.16 * radius[-1] + sag - rows + 0.5, 0, 1)
    return np.dstack([from_unit(rgb.astype(np.float32), np.uint8), np.rint(alpha * 255).astype(np.uint8)])


def tartan() -> np.ndarray:
    """Woven cloth, 256×256×3 uint8."""
    side = 256
    stripes = np.zeros((side, 3), np.float32)
    stripes[:] = (0.45, 0.05, 0.06)
    for start, stop, colour in ((20, 60, (0.06, 0.16, 0.1)), (64, 70, (0.8, 0.7, 0.2)), (110, 180, (0.05, 0.08, 0.2)),
                                (142, 148, (0.85, 0.85, 0.8)), (200, 206, (0.8, 0.7, 0.2))):  # fmt: skip
        stripes[start:stop] = colour
    y, x = np.mgrid[:side, :side]
    twill = ((x + y) // 2 % 2 == 0)[..., None]
    cloth = np.where(twill, stripes[None], stripes[:, None])
    noise = np.random.default_rng(1).normal(0, 0.03, (side, side, 1))
    return from_unit(np.clip(cloth + noise, 0, 1).astype(np.float32), np.uint8)


def cut(drawn: np.ndarray) -> Cutout:
    """A picture with alpha as a cutout."""
    return cut_out(
        np.ascontiguousarray(drawn[..., :3]), drawn[..., 3].astype(np.float32) / 255, known_surroundings=False
    )


def on_white(drawn: np.ndarray) -> np.ndarray:
    """A picture with alpha as it is shown."""
    alpha = drawn[..., 3:].astype(np.float32) / 255
    return np.rint(drawn[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def standing(thing: Cutout, x: float, base: float, height: float) -> Bounds:
    """Bounds of a thing of that height whose foot has its middle at x, base."""
    width = height * thing.extent.width / thing.extent.height
    return Bounds(round(x - width / 2), round(base - height), round(x + width / 2), round(base))


# ---- the insertions


MAN: Corners = (
    (118, 402), (131, 398), (150, 403), (158, 415), (158, 448), (150, 468), (160, 488), (176, 512), (190, 540),
    (201, 568), (197, 586), (187, 600), (188, 640), (193, 690), (181, 700), (183, 760), (192, 815), (202, 852),
    (222, 862), (243, 876), (244, 889), (226, 896), (178, 898), (178, 866), (172, 830), (158, 780), (146, 740),
    (138, 700), (112, 700), (106, 740), (101, 780), (93, 830), (95, 852), (106, 880), (106, 897), (80, 899),
    (53, 893), (54, 868), (62, 853), (64, 836), (80, 800), (81, 745), (76, 698), (60, 695), (63, 640), (60, 560),
    (64, 505), (76, 484), (98, 465), (108, 456), (103, 436), (104, 415),
)  # fmt: skip
COAT: Corners = (
    (108, 456), (120, 470), (134, 500), (142, 503), (146, 478), (160, 488), (176, 512), (190, 540), (201, 568),
    (197, 586), (187, 600), (188, 640), (193, 690), (160, 699), (60, 695), (63, 640), (60, 560), (64, 505), (76, 484),
    (98, 465),
)  # fmt: skip
WOMAN: Corners = (
    (24, 512), (22, 470), (33, 400), (38, 330), (50, 282), (80, 255), (112, 236), (113, 205), (122, 175), (150, 156),
    (183, 148), (184, 130), (168, 122), (155, 95), (161, 52), (186, 27), (225, 15), (268, 26), (292, 48), (301, 80),
    (296, 112), (277, 132), (263, 148), (262, 168), (284, 185), (297, 203), (305, 215), (303, 247), (330, 262),
    (350, 292), (361, 346), (405, 343), (452, 357), (484, 388), (497, 440), (506, 468), (510, 512),
)  # fmt: skip
PAVING: Corners = (
    (0, 920), (50, 897), (106, 903), (178, 902), (245, 895), (252, 858), (292, 856), (300, 822), (345, 790),
    (425, 768), (428, 760), (460, 758), (655, 717), (690, 715), (746, 704), (715, 800), (710, 832), (671, 824),
    (668, 840), (690, 862), (736, 881), (742, 866), (746, 850), (810, 712), (810, 1080), (0, 1080),
)  # fmt: skip
SLEEVE: Corners = ((62, 292), (124, 262), (132, 345), (126, 420), (48, 412), (52, 340))


def vase_in_garage() -> Insertion:
    """A drawn vase on the garage's floor."""
    scene, drawn = photo("motorcycle"), vase()
    thing = cut(drawn)
    placed = set_in(scene, thing, standing(thing, 74, 448, 190), seed=0)
    return Insertion("put the vase from picture 2 on the floor", scene, on_white(drawn), placed.rgb)


def crest_on_vase() -> Insertion:
    """A drawn crest on that vase."""
    first = vase_in_garage().result
    thing = cut(vase())
    box = standing(thing, 74, 448, 190)
    scene = first
    surface = np.zeros(scene.shape[:2], np.float32)
    surface[box.slices] = thing.scaled(box.extent).alpha
    surface[: box.y0 + 100] = 0  # below the band
    placed = lay_on(scene, cut(crest()), surface, round_surface=True, share=0.85)
    return Insertion("put this logo on the vase", scene, on_white(crest()), placed.rgb)


def man_in_garage() -> Insertion:
    """A man of the street beside the motorcycle."""
    scene, reference = photo("motorcycle"), photo("bus")
    thing = cut_out(reference, outlined(reference, MAN))
    placed = set_in(scene, thing, standing(thing, 92, 466, 415), seed=0)
    return Insertion("put the man in the coat from picture 2 beside the motorcycle", scene, reference, placed.rgb)


def woman_before_rocket() -> Insertion:
    """A portrait before the launch pad; her picture cuts her off, so this one has to."""
    scene, reference = photo("rocket"), photo("astronaut")
    thing = cut_out(reference, outlined(reference, WOMAN))
    placed = set_in(scene, thing, standing(thing, 135, 427, 285), seed=0)
    return Insertion("put the woman from picture 2 on the left", scene, reference, placed.rgb)


def ball_on_table() -> Insertion:
    """A drawn ball on the coffee table."""
    scene, drawn = photo("coffee"), marble()
    thing = cut(drawn)
    placed = set_in(scene, thing, standing(thing, 525, 265, 92), seed=0)
    return Insertion("put the ball from picture 2 on the table", scene, on_white(drawn), placed.rgb)


def tartan_coat() -> Insertion:
    """The coat in another cloth."""
    scene, cloth = photo("bus"), tartan()
    placed = cover(scene, swatch_of(cloth), outlined(scene, COAT, 3.0), scale=0.8)
    part = np.s_[370:920, 20:420]
    return Insertion("give the coat the fabric of picture 2", scene[part], cloth, placed.rgb[part])


def gravel_street() -> Insertion:
    """Another paving under people's feet and the shadows that lie on it."""
    scene, gravel = photo("bus"), photo("gravel")
    placed = cover(scene, swatch_of(gravel), outlined(scene, PAVING, 3.0), lies_flat=True)
    part = np.s_[500:]
    return Insertion("give the pavement the gravel of picture 2", scene[part], gravel, placed.rgb[part])


def crest_on_sleeve() -> Insertion:
    """A drawn crest on a sleeve with folds."""
    scene = photo("astronaut")
    placed = lay_on(scene, cut(crest()), plainly(scene.shape, SLEEVE), share=0.8)
    return Insertion("put this logo on her sleeve", scene, on_white(crest()), placed.rgb)


INSERTIONS: tuple[Callable[[], Insertion], ...] = (
    vase_in_garage, crest_on_vase, man_in_garage, woman_before_rocket, ball_on_table, crest_on_sleeve, tartan_coat,
    gravel_street,
)  # fmt: skip


def marble() -> np.ndarray:
    """A glossy red ball lit from the upper left, with alpha, 240×240×4 uint8."""
    side = 240
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) / (side / 2 - 2)
    radius = np.hypot(x, y)
    normal = np.stack([x, y, np.sqrt(np.clip(1 - radius**2, 0, 1))], axis=-1)
    light = np.array([0.45, -0.62, 0.6])
    lit = np.clip(normal @ light, 0, 1)
    gloss = np.clip((2 * lit[..., None] * normal - light)[..., 2], 0, 1) ** 60
    linear = np.array([0.62, 0.04, 0.03]) * (0.16 + 0.9 * lit[..., None]) + 0.7 * gloss[..., None]
    alpha = np.clip((1 - radius) * (side / 2 - 2) + 0.5, 0, 1)
    rgb = from_unit(linear_to_srgb(np.clip(linear, 0, 1)).astype(np.float32), np.uint8)
    return np.dstack([rgb, np.rint(alpha * 255).astype(np.uint8)])


def row(done: Insertion) -> np.ndarray:
    """Scene, reference and result with what was asked, as one strip on white."""
    scale = _CELL / max(done.scene.shape[:2])
    small = [
        cv2.resize(one, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        for one, factor in (
            (done.scene, scale),
            (done.reference, 0.5 * _CELL / max(done.reference.shape[:2])),
            (done.result, scale),
        )
    ]
    tall = max(one.shape[0] for one in small)
    canvas = np.full((tall + 24, round(2.5 * _CELL) + 16, 3), 255, np.uint8)
    x = 0
    for one, width in zip(small, (_CELL, _CELL // 2, _CELL), strict=True):
        canvas[: one.shape[0], x : x + one.shape[1]] = one
        x += width + 4
    cv2.putText(canvas, done.asked, (2, tall + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (30, 30, 30), 1, cv2.LINE_AA)
    return canvas


def _beside(strips: list[np.ndarray]) -> np.ndarray:
    tall = max(one.shape[0] for one in strips)
    return np.hstack([np.pad(one, ((0, tall - one.shape[0]), (0, 0), (0, 0)), constant_values=255) for one in strips])


def main() -> None:
    """Read the arguments, insert, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", type=Path, help="the JPEG to write")
    parser.add_argument("--full", type=Path, help="folder for the results at full size")
    arguments = parser.parse_args()
    if arguments.full is not None:
        arguments.full.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, make in enumerate(INSERTIONS, start=1):
        done = make()
        print(f"{number} {done.asked}", flush=True)
        rows.append(row(done))
        if arguments.full is not None:
            cv2.imwrite(str(arguments.full / f"{number}_{make.__name__}.png"), done.result[..., ::-1])
    pairs = [_beside(rows[first : first + 2]) for first in range(0, len(rows), 2)]
    cv2.imwrite(str(arguments.sheet), np.vstack(pairs)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 84])


if __name__ == "__main__":
    main()
