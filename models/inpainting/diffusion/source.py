"""From the name of an engine to what is to be loaded: a preset's weights, or a folder of the person's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInputError, UnavailableError
from models.inpainting.diffusion.folder import INDEX, Folder, inspect
from models.inpainting.diffusion.presets import PRESETS, Preset
from models.weights.store import Store


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
    """A preset by its name, or a diffusers folder by its path; `adapter` is a LoRA for the latter.

    Raises BadInputError when the name is neither, UnavailableError when the weights are not here or not whole.
    """
    preset = PRESETS.get(model)
    if preset is not None:
        return _of_preset(preset, store)
    path = Path(model).expanduser()
    if not path.exists():
        raise BadInputError(
            f"There is no diffusion model {model!r}; there are {', '.join(PRESETS)}, or give the path of a folder "
            f"that holds a {INDEX}."
        )
    folder = inspect(path.resolve())
    family = folder.family
    return Source(folder, path.name, family.steps, family.guidance_scale, adapter=adapter)


def is_here(model: str, store: Store) -> bool:
    """Whether `find_source` is going to succeed, as far as a cheap look tells."""
    preset = PRESETS.get(model)
    if preset is None:
        return (Path(model).expanduser() / INDEX).is_file()
    return all(one in store.models and store.is_here(one) for one in _models(preset))


def _of_preset(preset: Preset, store: Store) -> Source:
    if any(one not in store.models for one in _models(preset)):
        gated = " (its publisher grants access on that page)" if preset.licence.gated else ""
        raise UnavailableError(
            f"{preset.title} is not in the list of downloads yet; get the folder of {preset.hubs[0]}{gated} yourself "
            "and name it as diffusion:FOLDER."
        )
    adapter = preset.adapter
    return Source(
        inspect(store.folder(preset.model)),
        preset.title,
        preset.steps,
        preset.guidance,
        preset.negative_prompt,
        store.weights(adapter.model) if adapter else None,
        adapter.weight if adapter else 1.0,
        preset.scheduler,
    )


def _models(preset: Preset) -> list[str]:
    return [preset.model, *([preset.adapter.model] if preset.adapter else [])]
