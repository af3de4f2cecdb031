"""What a picture's metadata tells about people, and how it is made to forget words that were covered in the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from PIL import Image

from tools.pictures.picture import Picture

_SHORTEST = 4  # letters: shorter words stand in metadata by chance
_GPS, _EXIF = 0x8825, 0x8769
# EXIF 2.32 tags that name people, places and things, and what to call them
_TELLING = {
    0x010E: "a description",
    0x013B: "its author",
    0x8298: "its owner",
    0x9C9B: "a title",
    0x9C9C: "a comment",
    0x9C9D: "its author",
    0x9C9E: "keywords",
    0x9C9F: "its subject",
}
_TELLING_INSIDE = {0x9286: "a comment", 0xA430: "its owner", 0xA431: "the camera's serial number"}
_XMP_TELLING = {
    rb"dc:creator": "its author",
    rb"dc:description": "a description",
    rb"dc:title": "a title",
    rb"dc:subject": "keywords",
    rb"Iptc4xmpExt:PersonInImage": "who is in it",
    rb"exif:GPSLatitude": "where it was taken",
}


def telling(picture: Picture) -> tuple[str, ...]:
    """What the metadata still says about people and places, in words: ("where it was taken", "its author")."""
    found: list[str] = []
    if picture.exif:
        tags = Image.Exif()
        tags.load(b"Exif\0\0" + picture.exif)
        found += ["where it was taken"] * bool(tags.get_ifd(_GPS))
        found += [name for tag, name in _TELLING.items() if _says(tags.get(tag))]
        inside = tags.get_ifd(_EXIF)
        found += [name for tag, name in _TELLING_INSIDE.items() if _says(inside.get(tag))]
    if picture.xmp:
        found += [name for tag, name in _XMP_TELLING.items() if tag in picture.xmp]
    return tuple(dict.fromkeys(found))


def without(picture: Picture, words: Iterable[str]) -> Picture:
    """The picture with every occurrence of these texts, and of their longer words, starred out of its metadata.

    The very picture when there is none. Lengths stay, so that the offsets in an EXIF block still hold.
    """
    secrets = {text.strip() for text in words} | {word for text in words for word in re.findall(r"[\w@.+-]+", text)}
    wanted = sorted((secret for secret in secrets if len(secret) >= _SHORTEST), key=len, reverse=True)
    exif, xmp = _starred(picture.exif, wanted), _starred(picture.xmp, wanted)
    if exif == picture.exif and xmp == picture.xmp:
        return picture
    return replace(picture, exif=exif, xmp=xmp)


def _says(value: object) -> bool:
    """Whether a tag holds anything but blanks and our own stars."""
    if isinstance(value, bytes):
        value = value.replace(b"\0", b"").decode("latin-1")
    return isinstance(value, str) and bool(value.strip(" *\0"))


def _starred(block: bytes | None, secrets: Iterable[str]) -> bytes | None:
    if block is None:
        return None
    for secret in secrets:
        for coding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            try:
                needle = secret.encode(coding)
            except UnicodeEncodeError:
                continue
            star = "*".encode(coding if coding.startswith("utf-16") else "ascii")
            stars = star * (len(needle) // len(star))
            pattern = re.compile(_any_case(secret, coding), re.DOTALL)
            block = pattern.sub(lambda found, stars=stars: stars, block)
    return block


def _any_case(secret: str, coding: str) -> bytes:
    """A pattern for the text in that coding, in upper and lower case alike."""
    letters = []
    for letter in secret:
        forms = {form.encode(coding) for form in (letter, letter.lower(), letter.upper()) if len(form) == 1}
        same_length = [re.escape(form) for form in sorted(forms) if len(form) == len(letter.encode(coding))]
        letters.append(b"(?:" + b"|".join(same_length) + b")")
    return b"".join(letters)
