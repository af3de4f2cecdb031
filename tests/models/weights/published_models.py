"""Small models as a publisher would offer them, with their catalogue entries."""

from __future__ import annotations

import random
from typing import Any

from models.weights.catalogue import Model, parse
from tests.models.weights.hub_server import COMMIT, HubServer, sha256

REPOSITORY = "studio/seer"
CONFIG, TOKENIZER = b'{"model_type": "seer"}', b'{"version": "1.0", "model": {}}'
WEIGHTS = random.Random(4).randbytes(1_200_000)
FILES = {"config.json": CONFIG, "model.safetensors": WEIGHTS, "tokenizer.json": TOKENIZER}


def entry(**changes: Any) -> Model:
    """A hub model whose weights' digest the catalogue knows; the config's and the tokenizer's it does not."""
    return parse(
        {
            "id": "seer",
            "title": "Seer",
            "purpose": "text ranking",
            "better": "Sees what words mean.",
            "memory_mb": 400,
            "source": {"hub": REPOSITORY, "revision": COMMIT},
            "licence": {"name": "MIT", "commercial": "yes", "link": "https://example.org/licence"},
            "files": [
                {"path": "config.json"},
                {"path": "model.safetensors", "size": len(WEIGHTS), "sha256": sha256(WEIGHTS)},
                {"path": "tokenizer.json"},
                {"path": "added_tokens.json", "optional": True},
            ],
            **changes,
        }
    )


def release(hub_url: str, **changes: Any) -> Model:
    """A model of one file at a plain address, as FastSAM is."""
    return entry(
        **{
            "id": "cutter",
            "title": "Cutter",
            "purpose": "proposals",
            "packages": ["ultralytics"],
            "source": {"url": f"{hub_url}/release/studio/cutter"},
            "licence": {"name": "AGPL-3.0", "commercial": "conditions", "link": "https://example.org/agpl"},
            "files": [{"path": "Cutter.pt", "size": len(WEIGHTS), "sha256": sha256(WEIGHTS)}],
            **changes,
        }
    )


def publish(hub: HubServer) -> None:
    hub.files[REPOSITORY] = dict(FILES)
    hub.files["studio/cutter"] = {"Cutter.pt": WEIGHTS}
