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


# (title, package, file in it, what one might say)
_KNOWN = (
    (
        "Astronaut",
        "skimage",
        "data/astronaut.png",
        ("make the orange suit navy blue", "blur the background", "a bit warmer"),
    ),
    (
        "Coffee",
        "skimage",
        "data/coffee.png",
        ("make the cup dark green", "remove the spoon", "a little brighter"),
    ),
    (
        "Cat",
        "skimage",
        "data/chelsea.png",
        ("blur the background", "make the eyes bluer", "black and white"),
    ),
    (
        "Rocket",
        "skimage",
        "data/rocket.jpg",
        ("make the sky darker", "crop to 16:9", "more contrast"),
    ),
    (
        "Street",
        "ultralytics",
        "assets/bus.jpg",
        ("remove the person on the left", "make the bus red", "remove the bus"),
    ),
    (
        "Touchline",
        "ultralytics",
        "assets/zidane.jpg",
        ("blur the background", "make the tie dark green", "brighten the faces"),
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
