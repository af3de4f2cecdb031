"""Photos that come with installed packages, to try things on without one's own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A photo on this machine and a few things worth saying about it."""

    title: str
    path: Path
    ideas: tuple[str, ...]

    def read(self) -> bytes:
        """The file's bytes."""
        return self.path.read_bytes()


# (title, package, file in it, what one might say); the ideas work without any downloaded model
_KNOWN = (
    (
        "Astronaut",
        "skimage",
        "data/astronaut.png",
        ("make the orange suit navy blue", "blur the background", "black and white"),
    ),
    (
        "Coffee",
        "skimage",
        "data/coffee.png",
        ("make the red cup turquoise", "crop to a square", "more contrast"),
    ),
    (
        "Cat",
        "skimage",
        "data/chelsea.png",
        ("make it look vintage", "crop to a square", "sharpen it"),
    ),
    (
        "Rocket",
        "skimage",
        "data/rocket.jpg",
        ("more contrast", "crop to 16:9", "make it look like a painting"),
    ),
    (
        "Street",
        "ultralytics",
        "assets/bus.jpg",
        ("make the blue part of the bus dark red", "turn it into a pencil sketch", "black and white"),
    ),
    (
        "Touchline",
        "ultralytics",
        "assets/zidane.jpg",
        ("blur the background", "black and white", "sharpen it"),
    ),
)


def samples() -> list[Sample]:
    """The photos that are really there. The packages are looked up, not imported."""
    found = []
    for title, package, file, ideas in _KNOWN:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        path = Path(spec.origin).parent / file
        if path.is_file():
            found.append(Sample(title, path, ideas))
    return found
