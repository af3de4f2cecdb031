"""Suggestions drawn from a trained concept diffusion and decoded to phrases."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import torch

from models.errors import BadInputError, UnavailableError
from models.geometry import Extent
from models.mask import Mask, require
from models.prompting.diffusion.checkpoint import Trained, weights_identity
from models.prompting.diffusion.conditions import SeesPatches, sights_of
from models.prompting.diffusion.process import draw_concepts, votes
from models.prompting.diversity import most_relevant_apart
from models.prompting.phrases import Concept, concepts
from models.prompting.protocol import Suggestion
from models.prompting.surroundings import surroundings_of
from models.prompting.wording import look_of, worded

_DRAWN = 48  # concepts for one place
_VOTES = 0.02  # a phrase with less of them is noise


class ConceptSuggester:
    """Implements `PromptSuggester` by concept diffusion. Thread-safe, one picture at a time.

    Phrases of the checkpoint's own and of our table are decoded to. Raises UnavailableError when made with another
    CLIP than the network was trained with.
    """

    name = "concepts"
    remark = ""

    def __init__(self, trained: Trained, clip: SeesPatches, *, seed: int = 0, own_phrases_only: bool = False) -> None:
        """`own_phrases_only` decodes to nothing but the checkpoint's phrases."""
        if weights_identity(clip.identity()) != trained.clip or clip.width != trained.network.shape.width:
            raise UnavailableError(
                "This concept diffusion was trained with another CLIP model than the one here; use that one, or train "
                "again with `pentimento train concepts`."
            )
        self._trained, self._clip, self._seed = trained, clip, seed
        self._known = {} if own_phrases_only else {concept.phrase: concept for concept in concepts()}
        self._bank = tuple(dict.fromkeys([*trained.phrases, *self._known]))
        self._lock = threading.Lock()
        self._texts: torch.Tensor | None = None

    def suggest(self, image: np.ndarray, mask: Mask, k: int = 5) -> list[Suggestion]:
        """See `PromptSuggester.suggest`; `score` is the share of the drawn concepts that say it."""
        shares, texts = self._shares(image, mask, k)
        likely = torch.topk(shares, min(len(shares), max(4 * k, 20))).indices
        likely = likely[shares[likely] >= min(_VOTES, float(shares.max()))]
        found, near = shares[likely].numpy(), texts[likely].numpy()
        near = near / np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-8)
        chosen = most_relevant_apart(found / found.max(), np.clip(near @ near.T, 0, 1), k)
        chosen.sort(key=lambda at: -found[at])
        place = surroundings_of(image, mask).likeliest
        digest = hashlib.blake2b(np.packbits(mask >= 0.5).tobytes(), digest_size=8).digest()
        return [self._worded(self._bank[int(likely[at])], float(found[at]), place, digest) for at in chosen]

    def embeddings(self, image: np.ndarray, mask: Mask, count: int = 1) -> torch.Tensor:
        """Drawn concepts themselves, count×D unit vectors in CLIP's text space, for `steering.states_of`."""
        if count < 1:
            raise BadInputError("Draw at least one concept.")
        require(mask, Extent.of(image))
        with self._lock:
            drawn = self._draw(image, mask, count)
            return self._trained.network.restored(drawn[0]).cpu()

    def _draw(self, image: np.ndarray, mask: Mask, count: int) -> torch.Tensor:
        sights = sights_of(self._clip, [(image, mask)])
        if sights.patches.shape[1] != self._trained.network.shape.patches:
            raise UnavailableError("This concept diffusion was trained with a CLIP model of another patch size.")
        return draw_concepts(self._trained.network, sights, each=count, seed=self._seed)

    def _shares(self, image: np.ndarray, mask: Mask, k: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The bank's votes, B, and the bank itself, B×D standardised."""
        if k < 1:
            raise BadInputError("Ask for at least one suggestion.")
        require((mask >= 0.5).astype(np.float32), Extent.of(image))
        network = self._trained.network
        with self._lock:
            if self._texts is None:
                texts = self._clip.embed_texts([self._trained.template.format(phrase) for phrase in self._bank])
                self._texts = network.standardised(torch.from_numpy(texts).to(network.no_whole.device))
            drawn = self._draw(image, mask, _DRAWN)
            return votes(drawn, self._texts)[0].cpu(), self._texts.cpu()

    def _worded(self, phrase: str, share: float, place: str, digest: bytes) -> Suggestion:
        why = f"said by {share:.0%} of what was imagined here"
        concept: Concept | None = self._known.get(phrase)
        if concept is None:
            return Suggestion(phrase, phrase, share, why)
        where = place if place in concept.places else concept.places[0]
        thing, full = worded(concept, where, look_of(concept, digest))
        return Suggestion(full, thing, share, why)
