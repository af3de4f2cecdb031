"""Bytes as people read them."""

from __future__ import annotations


def readable(size: int) -> str:
    """A number of bytes in decimal units: 950 kB, 24 MB, 1.7 GB."""
    if size < 1_000_000:
        return f"{round(size / 1000)} kB" if size else "0 kB"
    if size < 999_500_000:
        return f"{round(size / 1e6)} MB"
    return f"{size / 1e9:.1f} GB"
