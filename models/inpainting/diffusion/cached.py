"""Folders that other programs have put into the Hugging Face cache, found by what they must hold. Never the network."""

from __future__ import annotations

from pathlib import Path, PurePosixPath


def snapshot(hub: str, telling: str, cache: Path | None = None) -> Path | None:
    """The folder of a hub repository as its main branch was fetched, if the file `telling` of it was; else None.

    `cache` None means HF_HUB_CACHE or its default place.
    """
    from huggingface_hub import try_to_load_from_cache  # half a second, and only wanted when a model is looked for

    found = try_to_load_from_cache(hub, telling, cache_dir=cache)
    return Path(found).parents[len(PurePosixPath(telling).parts) - 1] if isinstance(found, str) else None
