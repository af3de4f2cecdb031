"""Which predictor selects things here, and why: the best that what is downloaded and this machine allow.

Nothing else in the code asks for a model by name. With nothing downloaded neither torch nor transformers is imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from models.errors import BadInputError, UnavailableError
from models.geometry import Extent
from models.segmentation.learned_predictor import LearnedPredictor, Stages
from models.segmentation.picture_memory import PictureMemory, Seen, file_identity
from models.segmentation.proposals import Proposals
from models.segmentation.protocol import Predictor
from models.segmentation.recognition.names import TEMPLATES, everything_named
from models.segmentation.weight_free import WeightFreePredictor
from models.weights.catalogue import Model
from models.weights.machine import Fit, Machine, this_machine
from models.weights.store import Store

_NOTHING = (
    "No model for finding things is downloaded, so colour, place, size and what stands out decide; "
    "download one on the Models page to have things found by name."
)
# Best first. What runs well comes before what is slow here.
_PROPOSERS = ("fastsam-x", "fastsam-s")
_RANKERS = ("clip-vit-l14", "clip-vit-b32")
_SEGMENTERS = ("sam2.1-large", "sam2.1-tiny", "sam3")
_DETECTORS = ("grounding-dino-tiny", "owlv2-base")
_CONCEPTS = ("sam3",)
_HEAT = ("clipseg",)
_TEXTS = ".texts"  # below the store's root


@dataclass(frozen=True)
class Plan:
    """Ids of the models that take part, None where there is none. `grid`: proposals come from a grid of clicks."""

    proposer: str | None = None
    ranker: str | None = None
    segmenter: str | None = None
    detector: str | None = None
    concepts: str | None = None
    heat: str | None = None
    grid: bool = False
    device: str = "cpu"

    @property
    def is_empty(self) -> bool:
        """Whether no model takes part."""
        return not self.models

    @property
    def models(self) -> tuple[str, ...]:
        """The ids, each once."""
        every = (self.concepts, self.detector, self.proposer, self.ranker, self.segmenter, self.heat)
        return tuple(dict.fromkeys(model for model in every if model is not None))


@dataclass
class Predictors:
    """Makes predictors that share loaded models. Call it for one; what is downloaded meanwhile is noticed.

    Loading happens at the first call, takes seconds, and is done once for each set of models. `machine` and
    `packages` (which of the packages that models need are installed) are looked up when they are not given.
    """

    store: Store
    machine: Machine | None = None
    packages: Callable[[str], bool] = field(default=lambda name: importlib.util.find_spec(name) is not None)
    _memory: PictureMemory = field(default_factory=PictureMemory)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loaded: tuple[Plan, Stages] | None = None
    _damaged: dict[str, str] = field(default_factory=dict)

    def __call__(self) -> Predictor:
        """A predictor without a picture. A model that cannot be loaded is left out, see `reason`."""
        stages = self._stages()
        return WeightFreePredictor() if stages is None else LearnedPredictor(stages, self._memory)

    def ranker(self, model: str, device: str) -> Any | None:
        """The CLIP of that catalogue id on that device, where it takes part in the predictors: loaded once for both.

        None where it takes no part, or cannot be loaded. Embedding crops and texts is safe beside a prompt.
        """
        plan = self.plan()
        if (plan.ranker, plan.device) != (model, device):
            return None
        stages = self._stages()
        return None if stages is None or self.plan() != plan else stages.ranker

    def plan(self) -> Plan:
        """What would take part now. Cheap: nothing is read but names, sizes and times."""
        here = {model.id: model for model in self.store.models.values() if self._usable(model)}
        if not here:
            return Plan()
        machine = self._machine()
        fits = {model_id: machine.fit(model) for model_id, model in here.items()}
        able = [model_id for model_id in here if fits[model_id] is not Fit.TOO_BIG]
        well = [model_id for model_id in able if fits[model_id] is Fit.WELL]
        device = machine.accelerators[0].kind if machine.accelerators else "cpu"

        def best(wanted: Iterable[str]) -> str | None:
            ranked = [*(one for one in wanted if one in well), *(one for one in wanted if one in able)]
            return ranked[0] if ranked else None

        on_cpu = device == "cpu"
        proposer = best(tuple(reversed(_PROPOSERS)) if on_cpu else _PROPOSERS)
        ranker = best(tuple(reversed(_RANKERS)) if on_cpu else _RANKERS)
        segmenter, heat = best(_SEGMENTERS), best(_HEAT)
        concepts, detector = best(_CONCEPTS), best(_DETECTORS)
        grid = proposer is None and ranker is not None and segmenter is not None
        by_ranking = ranker is not None and (proposer is not None or grid)
        if concepts is not None and concepts not in well and (detector in well or (by_ranking and ranker in well)):
            concepts = None  # minutes on a CPU, where something else takes seconds
        if detector is not None and detector not in well and by_ranking and ranker in well:
            detector = None
        if concepts is not None:
            detector = None
        if concepts is not None or detector is not None or not by_ranking:
            ranker, grid = None, False
        if concepts is not None or detector is not None or ranker is not None:
            heat = None
        plan = Plan(proposer, ranker, segmenter, detector, concepts, heat, grid, device)
        together = sum(here[model_id].memory_mb for model_id in plan.models) * 1_000_000
        if not any(one.memory >= together for one in machine.accelerators):
            plan = replace(plan, device="cpu")
        return plan

    @property
    def reason(self) -> str:
        """One or two sentences for a person: what selects things here, and why not more."""
        plan = self.plan()
        told = [_sentence(plan, self.store)] if not plan.is_empty else [_NOTHING]
        return " ".join([*told, *self._damaged.values()])

    def _stages(self) -> Stages | None:
        with self._lock:
            while True:
                plan = self.plan()
                if plan.is_empty:
                    return None
                if self._loaded is not None and self._loaded[0] == plan:
                    return self._loaded[1]
                self._loaded = None  # lets go of the old models before the new ones are read
                try:
                    stages = self._load(plan)
                except _UnusableError as error:
                    self._damaged[error.model] = str(error)
                    continue
                self._loaded = plan, stages
                return stages

    def _load(self, plan: Plan) -> Stages:
        made: dict[str, Any] = {}
        for role, load in _LOADERS.items():
            model = getattr(plan, role)
            if model is not None:
                try:
                    made[role] = load(self.store, model, plan.device)
                except (UnavailableError, BadInputError) as error:
                    raise _UnusableError(model, str(error)) from error
        identity = ""
        if plan.proposer is not None:
            identity = f"{plan.proposer}:{file_identity(self.store.weights(plan.proposer))}"
        elif plan.grid and plan.segmenter is not None:
            made["proposer"], identity = _grid_proposer(self.store, plan.segmenter, made["segmenter"], plan.device)
        return Stages(**made, proposals_by=identity)

    def _usable(self, model: Model) -> bool:
        wanted = (*_PROPOSERS, *_RANKERS, *_SEGMENTERS, *_DETECTORS, *_CONCEPTS, *_HEAT)
        if model.id not in wanted or model.id in self._damaged or not self.store.is_here(model.id):
            return False
        return all(self.packages(package) for package in model.packages)

    def _machine(self) -> Machine:
        if self.machine is None:
            self.machine = this_machine(self.store.root)
        return self.machine


def best_predictor(store: Store) -> tuple[Predictor, str]:
    """The best predictor for what is downloaded, and one sentence why. For a single picture; see `Predictors`."""
    predictors = Predictors(store)
    return predictors(), predictors.reason


class _UnusableError(Exception):
    """A model that is there and cannot be loaded."""

    def __init__(self, model: str, sentence: str) -> None:
        super().__init__(sentence)
        self.model = model


def _sentence(plan: Plan, store: Store) -> str:
    def title(model_id: str | None) -> str:
        return store.model(model_id).title if model_id is not None else ""

    if plan.concepts is not None:
        words = f"{title(plan.concepts)} finds what is named"
    elif plan.detector is not None:
        cutter = title(plan.segmenter or plan.proposer) or "colour and edges"
        words = (
            f"{title(plan.detector)} finds what is named, {cutter} cut{'' if plan.segmenter is None else 's'} it out"
        )
    elif plan.ranker is not None:
        words = f"{title(plan.proposer or plan.segmenter)} finds everything, {title(plan.ranker)} tells what it is"
    elif plan.heat is not None:
        words = f"{title(plan.heat)} tells about where things are that are named"
    else:
        words = f"{title(plan.proposer or plan.segmenter)} finds what is clicked; names need one more model"
    return f"{words}; on the {'CPU' if plan.device == 'cpu' else 'GPU'}."


def _fastsam(store: Store, model: str, device: str) -> Any:
    from models.segmentation.fastsam import FastSAM

    return FastSAM(store.weights(model), device, half=True)


def _clip(store: Store, model: str, device: str) -> Any:
    from models.segmentation.clip_ranker import ClipRanker
    from models.segmentation.crops import View

    # the second view doubles what a first phrase costs: seconds on a CPU, nothing to speak of on a GPU
    views = (View.MASKED,) if device == "cpu" else (View.MASKED, View.CONTEXT)
    ranker = ClipRanker(store.folder(model), device, views, half=True)
    _learn_rivals(ranker, store)
    return ranker


def _learn_rivals(ranker: Any, store: Store) -> None:
    """The names that every noun is compared with, learned before anybody asks."""
    learn_once(ranker, [template.format(name) for template in TEMPLATES for name in everything_named()], store)


def learn_once(ranker: Any, texts: list[str], store: Store) -> None:
    """Have a CLIP know texts: encoded once for each model on a machine, not in each process."""
    key = hashlib.sha256("|".join([ranker.identity(), *texts]).encode()).hexdigest()[:40]
    memory, folder = PictureMemory(), store.root / _TEXTS
    seen = memory.get(key, folder)
    if seen is not None and seen.embeddings is not None:
        ranker.learn_texts(texts, seen.embeddings)
        return
    nothing = Extent(1, 1)
    memory.put(key, Seen(Proposals(nothing, nothing), ranker.embed_texts(texts)), folder)


def _sam(store: Store, model: str, device: str) -> Any:
    from models.segmentation.learned.sam import Sam2, Sam3Clicks

    return (Sam3Clicks if model == "sam3" else Sam2)(store.folder(model), device)


def _detector(store: Store, model: str, device: str) -> Any:
    from models.segmentation.learned.detectors import GroundingDino, Owlv2

    return (Owlv2 if model.startswith("owlv2") else GroundingDino)(store.folder(model), device)


def _concepts(store: Store, model: str, device: str) -> Any:
    from models.segmentation.learned.concepts import Sam3

    return Sam3(store.folder(model), device)


def _heat(store: Store, model: str, device: str) -> Any:
    from models.segmentation.learned.clipseg import ClipSeg

    return ClipSeg(store.folder(model), device)


def _grid_proposer(store: Store, model: str, sam: Any, device: str) -> tuple[Any, str]:
    from models.segmentation.learned.everything import GridSettings, SamProposer

    settings = GridSettings(per_side=16 if device == "cpu" else 32)
    weights = file_identity(*store.folder(model).glob("*.safetensors"))
    return SamProposer(sam, settings), f"{model}:{weights}:{settings.per_side}"


_LOADERS: dict[str, Callable[[Store, str, str], Any]] = {
    "proposer": _fastsam,
    "ranker": _clip,
    "segmenter": _sam,
    "detector": _detector,
    "concepts": _concepts,
    "heat": _heat,
}
