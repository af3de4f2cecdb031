"""Concepts handed straight to painters of Stable Diffusion's kind, without going through words.

Such a painter reads the states of CLIP's text model for every token (1×77×H), a concept is one vector behind that
model's projection. The projection is undone at the end-of-text token, whose state stands for the whole text and, as
Stable Diffusion pads with that token, fills the rest of a short prompt.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from models.errors import BadInputError


@torch.inference_mode()
def states_of(concept: torch.Tensor, text_model: Any, projection: torch.Tensor, tokenizer: Any) -> torch.Tensor:
    """The `prompt_embeds` of a concept, 1×T×H: give them to a pipeline in place of a prompt.

    `concept` is a D vector in CLIP's text space, `text_model` the pipeline's text encoder (a CLIPTextModel, H wide),
    `projection` the D×H matrix of that same CLIP's text projection, which pipelines do not hold, `tokenizer` the
    pipeline's. Raises BadInputError when the sizes do not fit, which means it is another CLIP.
    """
    if projection.shape != (concept.shape[-1], text_model.config.hidden_size) or concept.ndim != 1:
        raise BadInputError("These concepts are of another CLIP than the painter's text encoder.")
    longest = tokenizer.model_max_length
    empty = tokenizer([""], padding="max_length", max_length=longest, truncation=True, return_tensors="pt")
    device, kind = next(text_model.parameters()).device, next(text_model.parameters()).dtype
    states = text_model(empty["input_ids"].to(device))[0].float()
    usual = states[0, 1].norm()  # layer norm makes the states of all texts about as long
    state = torch.linalg.lstsq(projection.float(), concept.float()[:, None]).solution[:, 0].to(device)
    states[:, 1:] = usual * functional.normalize(state, dim=0)
    return states.to(kind)
