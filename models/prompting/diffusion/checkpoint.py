"""A trained concept diffusion on disk: one safetensors file whose metadata says what it is and what it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from models.errors import BadInputError, UnavailableError
from models.prompting.diffusion.network import ConceptNetwork, NetworkShape
from models.training import files

_KIND = "pentimento-concepts-1"
_MOST_PHRASES = 20_000


@dataclass(frozen=True)
class Trained:
    """A network ready for use.

    `clip` is the identity of the weights it was trained with (`ClipRanker.identity`, its first part): only their
    embeddings mean anything to it. `phrases` are those it was trained on, the most frequent first; `template` is how
    they were put to CLIP.
    """

    network: ConceptNetwork
    clip: str
    phrases: tuple[str, ...]
    template: str
    step: int
    seed: int


def write(trained: Trained, target: Path) -> None:
    """Write it whole or not at all; as float16. At most 20,000 phrases are kept."""
    told = {
        "kind": _KIND,
        "shape": json.dumps(trained.network.shape.as_dict()),
        "clip": trained.clip,
        "phrases": json.dumps(trained.phrases[:_MOST_PHRASES], ensure_ascii=False),
        "template": trained.template,
        "step": str(trained.step),
        "seed": str(trained.seed),
    }
    files.write_weights(trained.network.state_dict(), target, told=told, half=True)


def read(path: Path, device: torch.device | str = "cpu") -> Trained:
    """Read what `write` wrote. Raises UnavailableError when there is no such file, BadInputError for another one."""
    if not path.is_file():
        raise UnavailableError(f"There is no {path}; train one with `pentimento train concepts`.")
    try:
        with safe_open(path, "pt") as file:
            told = file.metadata() or {}
            if told.get("kind") != _KIND:
                raise BadInputError(f"{path} holds no concept diffusion; `pentimento train concepts` makes one.")
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        network = ConceptNetwork(NetworkShape(**json.loads(told["shape"])))
        network.load_state_dict({name: value.float() for name, value in weights.items()})
        phrases = tuple(str(phrase) for phrase in json.loads(told["phrases"]))
        step, seed, template = int(told["step"]), int(told["seed"]), told["template"]
        template.format("a thing")
    except (SafetensorError, OSError, KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise BadInputError(f"{path} is damaged; train it again, or take another copy.") from error
    return Trained(network.eval().requires_grad_(False).to(device), told["clip"], phrases, template, step, seed)


def weights_identity(identity: str) -> str:
    """Of a ranker's identity, what names its weights."""
    return identity.partition(":")[0]
