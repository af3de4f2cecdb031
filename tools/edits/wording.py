"""How edits speak of their targets."""

from __future__ import annotations


def the(label: str | None) -> str:
    """The label with an article where English wants one."""
    if label is None:
        return "the whole picture"
    first = label.split(maxsplit=1)[0].lower() if label.split() else ""
    return label if first in _NO_ARTICLE else f"the {label}"


_NO_ARTICLE = frozenset(
    "the a an this that these those my your his her our their its all both everything everyone it them".split()
)
