"""Models that other programs have already put into the Hugging Face cache: used where they lie, never changed.

The layout is described at https://huggingface.co/docs/huggingface_hub/guides/manage-cache: a snapshot folder per
commit, whose files are links to blobs that are named by their published digest.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from models.weights.catalogue import Model
from models.weights.digests import Digest


def cached_folder(model: Model, commit: str | None, cache: Path | None = None) -> Path | None:
    """The snapshot folder with every file of this model that is not optional; None when there is none.

    `commit` None means the commit that the cache's own main branch is at. `cache` None means HF_HUB_CACHE or its
    default place.
    """
    if model.source.hub is None:
        return None
    from huggingface_hub import try_to_load_from_cache  # half a second, and only wanted when a model is looked for

    folders = set()
    for file in model.files:
        if not file.optional:
            found = try_to_load_from_cache(model.source.hub, file.path, cache_dir=cache, revision=commit)
            if not isinstance(found, str):
                return None
            folders.add(Path(found).parents[len(PurePosixPath(file.path).parts) - 1])
    return folders.pop() if len(folders) == 1 else None


def blob_digest(path: Path) -> Digest | None:
    """The digest the cache knows a file by: the name of the blob it links to."""
    return Digest.read(path.resolve().name)
