"""From the name of an engine to what is to be loaded: a preset's weights, a folder or a file of the person's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInputError, UnavailableError
from models.inpainting.diffusion.cached import snapshot
from models.inpainting.diffusion.checkpoint import inspect_file
from models.inpainting.diffusion.families import Family
from models.inpainting.diffusion.folder import INDEX, Folder, inspect
from models.inpainting.diffusion.presets import PRESETS, Adapter, Preset
from models.weights.store import Store

LORA = "pytorch_lora_weights.safetensors"


@dataclass(frozen=True)
class Source:
    """A model on this disk, and how it is to be run."""

    folder: Folder
    title: str
    steps: int
    guidance: float
    negative_prompt: str = ""
    adapter: Path | None = None
    adapter_weight: float = 1.0
    scheduler: str | None = None


def find_source(model: str, store: Store, adapter: Path | None = None) -> Source:
    """A preset by its name, a diffusers folder or a single safetensors file by its path; `adapter` is a LoRA for those.

    Raises BadInputError when the name is none of them, UnavailableError when the weights are not here or not whole.
    """
    preset = PRESETS.get(model)
    if preset is not None:
        return _of_preset(preset, store)
    path = Path(model).expanduser()
    if not path.exists():
        raise BadInputError(
            f"There is no diffusion model {model!r}; there are {', '.join(PRESETS)}, or give the path of a folder "
            f"that holds a {INDEX}, or of a safetensors file."
        )
    path = path.resolve()
    folder = inspect_file(path, _settings(store)) if path.is_file() else inspect(path)
    return Source(folder, path.stem, folder.family.steps, folder.family.guidance_scale, adapter=adapter)


def is_here(model: str, store: Store) -> bool:
    """Whether `find_source` is going to succeed, as far as a cheap look tells."""
    preset = PRESETS.get(model)
    if preset is None:
        path = Path(model).expanduser()
        return path.suffix == ".safetensors" if path.is_file() else (path / INDEX).is_file()
    model_here = _in_store(preset.model, store) or _elsewhere(preset, store) is not None
    return model_here and (preset.adapter is None or _adapter(preset.adapter, store) is not None)


def _of_preset(preset: Preset, store: Store) -> Source:
    elsewhere = None if _in_store(preset.model, store) else _elsewhere(preset, store)
    if preset.model not in store.models and elsewhere is None:
        gated = " (its publisher grants access on that page)" if preset.licence.gated else ""
        raise UnavailableError(
            f"{preset.title} is not in the list of downloads yet; get the folder of {preset.hubs[0]}{gated} yourself "
            "and name it as diffusion:FOLDER."
        )
    folder = inspect(elsewhere or store.folder(preset.model))
    adapter = preset.adapter
    if adapter is None:
        lora = None
    else:  # where it is nowhere, the store says how to get it
        lora = store.weights(adapter.model) if _in_store(adapter.model, store) else _adapter(adapter, store)
        lora = lora or store.weights(adapter.model)
    return Source(
        folder,
        preset.title,
        preset.steps,
        preset.guidance,
        preset.negative_prompt,
        lora,
        adapter.weight if adapter else 1.0,
        preset.scheduler,
    )


def _in_store(model: str, store: Store) -> bool:
    return model in store.models and store.is_here(model)


def _elsewhere(preset: Preset, store: Store) -> Path | None:
    """The same model where another program has put it, from any of its homes on the hub."""
    for hub in preset.hubs:
        found = snapshot(hub, INDEX, store.cache)
        if found is not None and _is_whole(found):
            return found
    return None


def _is_whole(folder: Path) -> bool:
    try:
        inspect(folder)
    except (BadInputError, UnavailableError):
        return False
    return True


def _adapter(adapter: Adapter, store: Store) -> Path | None:
    """A cheap look at where the LoRA is; None when it is nowhere."""
    if _in_store(adapter.model, store):
        return store.status(adapter.model).folder
    found = snapshot(adapter.hub, LORA, store.cache)
    return found / LORA if found else None


def _settings(store: Store) -> Iterator[tuple[Family, Path]]:
    """Folders of presets that may say how to read a single file, whole or not."""
    for preset in PRESETS.values():
        status = store.status(preset.model) if preset.model in store.models else None
        if status is not None and status.folder is not None:
            yield preset.family, status.folder
        for hub in preset.hubs:
            found = snapshot(hub, INDEX, store.cache)
            if found is not None:
                yield preset.family, found
