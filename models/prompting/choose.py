"""Which suggester has the ideas here, and why: the best that what is on this machine allows.

With nothing downloaded neither torch nor transformers is imported.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import BadInputError, UnavailableError
from models.prompting.protocol import PromptSuggester
from models.prompting.rough import RoughSuggester
from models.segmentation.choose import learn_once
from models.weights.machine import Machine, this_machine
from models.weights.store import Store

CONCEPTS = "concepts.safetensors"  # below the store's root, unless PENTIMENTO_CONCEPTS names a file
_CLIPS = ("clip-vit-b32", "clip-vit-l14")


@dataclass
class Suggesters:
    """Makes suggesters that share loaded models. Call it for the best one here; thread-safe.

    `concepts` is a trained concept diffusion; None looks for one in its usual place. `shared` gives a CLIP by its id
    and device that something else has loaded, or None: then one is loaded here.
    """

    store: Store
    concepts: Path | None = None
    machine: Machine | None = None
    packages: Callable[[str], bool] = field(default=lambda name: importlib.util.find_spec(name) is not None)
    shared: Callable[[str, str], Any | None] = field(default=lambda model, device: None)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: tuple[tuple[str | None, Path | None], PromptSuggester] | None = None
    _trouble: dict[str, str] = field(default_factory=dict)

    def __call__(self) -> PromptSuggester:
        """The best suggester; one that cannot be loaded is left out, see `reason`. Loading takes seconds, once.

        Raises UnavailableError or BadInputError when `concepts` was given and cannot be used.
        """
        with self._lock:
            plan = self._plan()
            if self._made is None or self._made[0] != plan:
                self._made = plan, self._make(*plan)
            return self._made[1]

    @property
    def is_quick(self) -> bool:
        """Whether a suggestion takes a blink: nothing has to be loaded or run."""
        return self._plan() == (None, None)

    @property
    def reason(self) -> str:
        """What the ideas come from, in a sentence or two for a person."""
        clip, concepts = self._plan()
        if clip is None:
            told = RoughSuggester.remark
        elif concepts is not None:
            told = f"{self.store.model(clip).title} and the concept diffusion {concepts.name} have these ideas."
        else:
            told = f"{self.store.model(clip).title} tells what fits the surroundings."
        return " ".join([told, *self._trouble.values()])

    def _plan(self) -> tuple[str | None, Path | None]:
        """The CLIP and the concept diffusion to use. Cheap: names, sizes and times alone."""
        if not self.packages("transformers"):
            return None, self.concepts
        clip = next((one for one in _CLIPS if one not in self._trouble and self.store.is_here(one)), None)
        usual = Path(os.environ.get("PENTIMENTO_CONCEPTS") or self.store.root / CONCEPTS)
        there = clip is not None and usual.is_file() and str(usual) not in self._trouble
        return clip, self.concepts or (usual if there else None)

    def _make(self, clip: str | None, concepts: Path | None) -> PromptSuggester:
        if concepts is not None:
            try:
                return self._concept_suggester(concepts)
            except (UnavailableError, BadInputError) as error:
                if self.concepts is not None:  # it was asked for by name
                    raise
                self._trouble[str(concepts)] = str(error)
        if clip is None:
            return RoughSuggester()
        from models.prompting.in_context import ContextSuggester

        try:
            ranker = self._clip(clip)
        except (UnavailableError, BadInputError) as error:
            self._trouble[clip] = str(error)
            return self._make(*self._plan())
        suggester = ContextSuggester(ranker)
        learn_once(ranker, suggester.needed_texts, self.store)
        return suggester

    def _concept_suggester(self, path: Path) -> PromptSuggester:
        """With whichever CLIP that is here it was trained with."""
        from models.prompting.diffusion import checkpoint
        from models.prompting.diffusion.suggester import ConceptSuggester

        trained = checkpoint.read(path)
        trouble: UnavailableError | BadInputError | None = None
        for clip in _CLIPS:
            if not self.store.is_here(clip):
                continue
            try:
                suggester = ConceptSuggester(trained, self._clip(clip))
            except (UnavailableError, BadInputError) as error:
                trouble = error
                continue
            return suggester
        raise trouble or UnavailableError(
            "A concept diffusion needs the CLIP model it was trained with; download one on the Models page."
        )

    def _clip(self, model: str) -> Any:
        machine = self.machine or this_machine(self.store.root)
        device = machine.accelerators[0].kind if machine.accelerators else "cpu"
        already = self.shared(model, device)
        if already is not None:
            return already
        from models.segmentation.clip_ranker import ClipRanker

        return ClipRanker(self.store.folder(model), device)
