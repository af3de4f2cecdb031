"""A whole model in one safetensors file, as the original Stable Diffusion 1 and XL programs keep it.

Such a file holds weights and nothing else. How to read them (configurations, tokenizers) lies in a folder of the same
kind of model: the one that the file is in, one of the file's name beside it, or a model of that kind that is here
already. Nothing is fetched.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInputError, UnavailableError
from models.inpainting.diffusion.families import Family, family
from models.inpainting.diffusion.folder import INDEX, Folder, components, tensors

_NETWORK = "model.diffusion_model."
_ENTRANCE = _NETWORK + "input_blocks.0.0.weight"
_CONFIGURED = ("unet", "vae", "text_encoder", "text_encoder_2")
_FILLS = (4, 9)  # channels into a network that an inpainting pipeline can drive


@dataclass(frozen=True)
class _Kind:
    """One layout: `parts` are the prefixes of its tensors' names by component, `told_by` one that no other has."""

    family: Family
    parts: dict[str, str]
    told_by: str


_KINDS = (
    _Kind(
        family("StableDiffusionXLInpaintPipeline"),
        {
            "unet": _NETWORK,
            "vae": "first_stage_model.",
            "text_encoder": "conditioner.embedders.0.",
            "text_encoder_2": "conditioner.embedders.1.",
        },
        "conditioner.embedders.1.",
    ),
    _Kind(
        family("StableDiffusionInpaintPipeline"),
        {"unet": _NETWORK, "vae": "first_stage_model.", "text_encoder": "cond_stage_model."},
        "cond_stage_model.",
    ),
)


def inspect_file(file: Path, others: Iterable[tuple[Family, Path]] = ()) -> Folder:
    """Look at a single-file model without loading it.

    `others` are folders of models that are here, with their kinds, in which settings may be found. BadInputError: it is
    no such model. UnavailableError: it is damaged, or nothing here says how to read it.
    """
    if file.suffix != ".safetensors":
        raise BadInputError(f"{file.name} is no safetensors file; give a model in that format, or a diffusers folder.")
    found = tensors(file)
    kind = next((one for one in _KINDS if any(name.startswith(one.told_by) for name in found)), None)
    if kind is None or _ENTRANCE not in found:
        raise BadInputError(f"{file.name} {_what_it_is(found)}; give a whole model of Stable Diffusion 1.5 or XL.")
    networks = dict.fromkeys(kind.parts, 0)
    for name, shape in found.items():
        for part, prefix in kind.parts.items():
            if name.startswith(prefix):
                networks[part] += math.prod(shape)
    if lacking := [part for part, numbers in networks.items() if not numbers]:
        raise BadInputError(f"{file.name} is only part of a model: it has no {' and no '.join(lacking)}.")
    channels = found[_ENTRANCE][1]
    if channels not in _FILLS:
        raise BadInputError(
            f"{file.name} is a model with {channels} channels, which cannot fill a hole; give an inpainting model."
        )
    settings = _settings(file, kind, others)
    return Folder(settings, kind.family, networks, without=("safety_checker",), file=file, channels=channels)


def _settings(file: Path, kind: _Kind, others: Iterable[tuple[Family, Path]]) -> Path:
    near = [file.parent, file.with_suffix("")]
    here = [path for one, path in others if one is kind.family]
    for path in [*near, *here]:
        if _tells(path, kind):
            return path
    raise UnavailableError(
        f"Nothing here says how to read {file.name}, which is a {kind.family.title} model: put the settings of such a "
        f"model (its {INDEX} and the folders' .json and .txt files) into a folder {file.stem} beside it, or download "
        "a preset of that kind."
    )


def _tells(path: Path, kind: _Kind) -> bool:
    """Whether a folder holds the settings of that kind of model, whatever else it lacks."""
    if not (path / INDEX).is_file():
        return False
    name, parts = components(path)
    configured = all((path / part / "config.json").is_file() for part in _CONFIGURED if part in kind.parts)
    worded = all((path / part).is_dir() for part in parts if part.startswith("tokenizer"))
    return name in kind.family.reads and configured and worded and (path / "scheduler").is_dir()


def _what_it_is(found: dict[str, tuple[int, ...]]) -> str:
    """A guess at what else a file is, to say what is wrong with it."""
    if any("lora" in name.lower() for name in found):
        return "is a LoRA, which changes a model and is none"
    if any("double_blocks." in name or "transformer_blocks." in name for name in found):
        return "is a transformer without the networks around it"
    common = Counter(name.split(".")[0] for name in found).most_common(1)
    return f"is no diffusion model (it holds {common[0][0]!r})" if common else "is empty"
