"""What a commission needs beside the model: a ControlNet to hold lines, an IP-Adapter to look at pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import UnavailableError
from models.inpainting.commission import Commission
from models.inpainting.diffusion.cached import snapshot
from models.inpainting.diffusion.families import Family, Prompting, Referring
from models.inpainting.diffusion.means import Means

_CONFIG = "config.json"


@dataclass(frozen=True)
class Beside:
    """Folders to load from, or None. `looks`: references are looked at. `notices` say what cannot be obeyed."""

    control: Path | None = None
    references: Path | None = None
    looks: bool = False
    notices: tuple[str, ...] = ()


def find_beside(commission: Commission, family: Family, means: Means, cache: Path | None = None) -> Beside:
    """Look for what the commission needs with that kind of model: what the person named, else the Hugging Face cache.

    Raises UnavailableError when what the person named is not that.
    """
    notices = []
    control = references = None
    if commission.structure is not None:
        control = _control(family, means, cache)
        # A model that edits sees the picture itself, and keeps what it is not told to change.
        if control is None and family.prompting is not Prompting.INSTRUCTION:
            notices.append(_no_control(family))
    if commission.references and family.refers is Referring.ADAPTER:
        references = _adapters(family, means, cache)
    looks = family.refers is Referring.BESIDE or references is not None
    if commission.references and not looks:
        notices.append(_no_references(family))
    return Beside(control, references, looks, tuple(notices))


def _control(family: Family, means: Means, cache: Path | None) -> Path | None:
    if family.held is None:
        return None
    if means.control is not None:
        folder = means.control.expanduser().resolve()
        if not (folder / _CONFIG).is_file() or not any(folder.glob("*.safetensors")):
            raise UnavailableError(f"There is no ControlNet in {folder}; give a folder with its {_CONFIG} and weights.")
        return folder
    found = [snapshot(hub, _CONFIG, cache) for hub in family.controls]
    return next((folder for folder in found if folder is not None and any(folder.glob("*.safetensors"))), None)


def _adapters(family: Family, means: Means, cache: Path | None) -> Path | None:
    adapter = family.reference_adapter
    if adapter is None:
        return None
    wanted = f"{adapter.folder}/{adapter.weights}"
    if means.references is not None:
        folder = means.references.expanduser().resolve()
        if not (folder / wanted).is_file():
            raise UnavailableError(f"There is no {wanted} in {folder}; give a folder like that of {adapter.hub}.")
        return folder
    folder = snapshot(adapter.hub, wanted, cache)
    return folder if folder and (folder / adapter.folder / "image_encoder" / _CONFIG).is_file() else None


def _no_control(family: Family) -> str:
    if family.controls:
        return (
            f"The shape is only held loosely, because no ControlNet for {family.title} is here; get the folder of "
            f"{family.controls[0]}."
        )
    return f"The shape is only held loosely, because {family.title} takes no lines to hold."


def _no_references(family: Family) -> str:
    adapter = family.reference_adapter
    if adapter is not None:
        return (
            f"The reference was not looked at, because {family.title} needs {adapter.hub} for that; get its folder "
            f"{adapter.folder}, or use the preset “best”."
        )
    return f"The reference was not looked at, because {family.title} takes none; use the preset “best”."
