"""Small sRGB files of versions, for the screen; kept on the disk since versions never change."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb
from tools.workspace.store import make_private_folder, write_private
from tools.workspace.tree import Version

_JPEG_QUALITY = 90
_PNG_EFFORT = 4


def rendering(folder: Path, version: Version, longest: int, picture: Callable[[], Picture]) -> bytes:
    """A JPEG of the version, or a PNG when it has alpha, of at most `longest` pixels a side.

    Taken from the folder if it is there; otherwise made of `picture()` and left there.
    """
    form = "PNG" if version.has_alpha else "JPEG"
    path = folder / f"{version.id}-{longest}.{form.lower()}"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = _encoded(picture(), form, longest)
    make_private_folder(folder)
    write_private(path, made, durable=False)  # it can be made again
    return made


def _encoded(picture: Picture, form: str, longest: int) -> bytes:
    target = io.BytesIO()
    shown = Image.fromarray(to_srgb(picture, longest))
    if form == "PNG":
        shown.save(target, form, compress_level=_PNG_EFFORT)
    else:
        shown.save(target, form, quality=_JPEG_QUALITY, subsampling=0)  # halved chroma would blur red edges
    return target.getvalue()
