"""A page with nothing but the canvas; `streamlit run` it to try the component by hand."""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st
from skimage import data

from models.geometry import Bounds, Extent
from models.mask import as_mask, to_uint8
from models.segmentation.browsing import atlas
from models.segmentation.proposals import Proposal, Proposals
from tools.drawing import Adjustment, adjusted
from tools.pictures.picture import Picture
from ui.canvas import (
    Comparison,
    Download,
    Idea,
    IdeaMarks,
    Overlay,
    PlaceMark,
    candidate_marks,
    canvas,
    detail,
    drawn_strokes,
    named_marks,
    nothing_selected,
    region_map,
    seen_closely,
    selection_overlay,
    uploaded_file,
)

ASKING = "ask" in st.query_params
LOOKING = "looking" in st.query_params
COARSE = "coarse" in st.query_params
IDEAS = [Idea(thing="a red kite", phrase="a red kite in the sky"), Idea(thing="a bird", phrase="a bird in the sky")]
PICTURE = data.astronaut()
EXTENT = Extent.of(PICTURE)


def _png(array: np.ndarray) -> bytes:
    return cv2.imencode(".png", array)[1].tobytes()


def _proposals() -> Proposals:
    """A large square, a small one inside it, and one beside them."""
    boxes = [Bounds(100, 100, 300, 300), Bounds(150, 150, 200, 200), Bounds(350, 100, 450, 200)]
    items = [Proposal(box, np.ones((box.height, box.width), bool), 0.9 - 0.1 * n) for n, box in enumerate(boxes)]
    return Proposals(EXTENT, EXTENT, tuple(items))


def _saved(name: str) -> np.ndarray:
    return _disc(130, 130) if name == "dog" else _disc(380, 380)


def _adjusted(mask: np.ndarray, item: dict) -> np.ndarray:
    return to_uint8(adjusted(as_mask(mask), Adjustment(item["deed"], item["pixels"])))


def _rasterised(items: list[dict]) -> np.ndarray:
    mask = np.zeros(PICTURE.shape[:2], np.uint8)
    for item in items:
        match item["kind"]:
            case "pick":
                inside = _proposals().mask(item["index"])
                mask = np.where(inside, 255 if item["positive"] else 0, mask).astype(np.uint8)
            case "saved":
                mask = np.maximum(mask, to_uint8(_saved(item["name"])))
            case "adjust":
                mask = _adjusted(mask, item)
            case "point":
                cv2.circle(mask, item["point"], 40, 255 if item["positive"] else 0, -1)
            case "box":
                x0, y0, x1, y1 = item["box"]
                mask[y0:y1, x0:x1] = 255
            case kind:
                line = np.round(item["points"]).astype(np.int32)
                cv2.polylines(mask, [line], False, 255 if kind == "brush" else 0, round(item["radius"] * 2))
    return mask


def _disc(x: int, y: int) -> np.ndarray:
    return cv2.circle(np.zeros(PICTURE.shape[:2], np.float32), (x, y), 50, 1.0, -1)


def _overlay(mask: np.ndarray, revision: int) -> Overlay:
    return selection_overlay(as_mask(mask), revision) if mask.any() else nothing_selected(revision)


@st.fragment
def _canvas() -> None:
    strokes = drawn_strokes("canvas", "v1")
    mask = _rasterised(strokes["items"]) if strokes else None
    box = seen_closely("canvas", "v1", EXTENT)
    sent = uploaded_file("canvas")
    event = canvas(
        key="canvas",
        conversation="demo",
        version="v1",
        picture=_png(cv2.resize(PICTURE, (64, 64))[..., ::-1] if COARSE else PICTURE[..., ::-1]),
        detail=detail(Picture(PICTURE), "v1", box) if box else None,
        extent=EXTENT,
        before=Comparison(_png(255 - PICTURE[..., ::-1]), EXTENT, "Negative"),
        overlay=_overlay(mask, strokes["revision"]) if strokes and mask is not None else None,
        question="Which one?" if ASKING else None,
        candidates=candidate_marks([_disc(130, 130), _disc(380, 380)], ["", "the right one"]) if ASKING else None,
        place=PlaceMark(version="v1", box=[100, 120, 200, 240], label="teapot") if "place" in st.query_params else None,
        can_undo=True,
        looking=LOOKING,
        regions=None if LOOKING else region_map(atlas(_proposals()), "demo", "v1"),
        named=named_marks(["dog", "cat", "gone"], [_saved("dog"), _saved("cat"), None]),
        offer="The mask is 10×10 pixels; scale it to fit." if "offer" in st.query_params else None,
        download=Download(id="1", file="mask.png", data="aGVsbG8=") if "download" in st.query_params else None,
        received=sent.serial if sent else 0.0,
        ideas=IdeaMarks(revision=strokes["revision"], things=IDEAS) if strokes and "ideas" in st.query_params else None,
    )
    uploads = st.session_state.setdefault("uploads", {})
    if sent:
        uploads[sent.serial] = f"{sent.name} {sent.data}"
    st.text(f"uploads {list(uploads.values())}, {'one' if sent else 'none'} on its way")
    st.text(f"marks {[item['kind'] for item in strokes['items']] if strokes else []}")
    if strokes and mask is not None:
        st.text(f"area of {len(strokes['items'])}: {np.count_nonzero(mask)}")
        st.text(f"revision {strokes['revision']} selects {np.count_nonzero(mask)}")
    if strokes and strokes["items"][0]["kind"] == "box":
        st.text(f"box {strokes['items'][0]['box']}")
    if event:
        st.text(f"event {event.name} {event.detail} {len(event.strokes['items']) if event.strokes else 0}")


_canvas()
