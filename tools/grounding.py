"""From what a request says about its target to a mask, or to a question. Words, names, clicks: one function."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Point
from models.mask import Mask, invert, iou, union
from models.mask import bounds as bounds_of
from models.segmentation.phrases.parse import parse
from models.segmentation.phrases.vocabulary import Kind
from models.segmentation.protocol import Candidate, Grounding
from tools.drawing import PLACE
from tools.edits.context import EditContext
from tools.edits.wording import the
from tools.questions import NeedsAnswerError, Question
from tools.selections.carrying import in_frame
from tools.selections.names import meant, rivals
from tools.workspace.selections import Selection
from tools.workspace.tree import Version
from tools.workspace.workspace import Workspace

# Words that point instead of naming.
_POINTING = frozenset(
    "this that it these those them here there him her selection selected area part region place spot thing one".split()
)
_FILLER = frozenset("the a an my our your his its their of all whole entire very same".split())
_WHOLE = frozenset("picture image photo photograph pic everything".split())
_BACKGROUND = frozenset(["background", "backdrop", "surroundings", "everything-else"])
_OTHER = frozenset(["other", "another", "remaining"])
# Selections under this prefix are the masks that versions worked on; the rest of the name is the version's id.
_MEMORY = "@"
# Selections under this prefix are the numbered candidates of the question asked last.
CANDIDATE = "?"
# How the selections of single messages were made; all others have a name that a person gave.
MADE_WITHOUT_NAME = frozenset(["drawing", "mask"])
# Operations after which the pixels of their target are no longer the target.
_CONSUMES_TARGET = frozenset("remove remove_text redact_text move resize_object replace".split())
EVERYTHING_BUT = "everything but "
_BOXED = 0.8  # of the bounds of what was found: marks that hold so much of it were drawn around it
_BOXY = 0.9  # of its bounds: a mask that is a place, not the outline of a thing
_SAME = 0.5  # intersection over union from which two masks are of one thing
_NAMING = frozenset([Kind.OBJECT, Kind.PERSON])  # nouns of things that exclude one another
_LEAST_OF_PLACE = 0.08  # that what was put into a place takes of it


@dataclass(frozen=True)
class Target:
    """A grounded target: the mask over the whole picture, how to call it, and how it was found."""

    mask: Mask
    label: str
    how: str  # "words", "selection", "earlier"
    exact: bool = False  # the person gave this very mask: not a pixel beyond it may change
    words: tuple[str, ...] = ()  # what is written there, as it was read
    box: Bounds | None = None  # what the person drew around it
    click: Point | None = None  # where alone they clicked it


def words_of(phrase: str) -> list[str]:
    """The telling words of a phrase, lower case, without articles and possessives."""
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", phrase.lower())
    return [word.removesuffix("'s") for word in words if word not in _FILLER]


def is_pointing(phrase: str) -> bool:
    """Whether a phrase points ("this", "the selected area") rather than names."""
    words = words_of(phrase)
    return bool(words) and all(word in _POINTING for word in words)


def is_whole(phrase: str) -> bool:
    """Whether a phrase means the whole picture."""
    words = words_of(phrase)
    return bool(words) and all(word in _WHOLE for word in words)


def is_background(phrase: str) -> bool:
    """Whether a phrase means everything but the subject."""
    words = words_of(phrase)
    return bool(words) and words[-1] in _BACKGROUND and len(words) <= 2


def subject_of(target: Target) -> Target:
    """What stands before it, of a background; anything else as it is.

    After "put it on white" the last thing worked on is the background, but nobody enlarges that or gives it a shadow.
    """
    return replace(target, mask=invert(target.mask), label="subject") if is_background(target.label) else target


def ground(
    context: EditContext,
    target: str | None,
    selection: str | None = None,
    *,
    needed: bool = True,
    certainty: float = 0.0,
) -> Target | None:
    """Find what a request is about in the workspace's current version.

    In this order: the selection it names; the person's own fresh selection; a saved selection of that name;
    what the last result offered to take next ("its shadow"); the same phrase grounded earlier on this path (an orange
    suit stays "the suit" once it is navy); words.
    None for the whole picture: when nothing is named or selected, or, where no target is `needed`, when a word only
    points ("brighten it") and there is nothing to point at.
    Raises NeedsAnswerError when nothing matches, it is not clear which is meant, or words are grounded with a score
    below `certainty` (what cannot be seen any more afterwards must not rest on a guess).
    """
    workspace = context.workspace
    if selection is not None:
        chosen = workspace.selection(selection)
        return _from_selection(context, chosen, _called(chosen, target))
    if context.fresh_selection is not None:
        chosen = _from_selection(context, workspace.selection(context.fresh_selection), "your selection")
        if target is not None and is_background(target):
            return replace(chosen, mask=invert(chosen.mask), label=f"{EVERYTHING_BUT}your selection")
        return chosen if target is None or is_pointing(target) else replace(chosen, label=target)
    if target is None or is_whole(target):
        return None
    saved = _saved_by_name(context, target)
    if saved is not None:
        return saved
    earlier = _offered(context, target) or _grounded_earlier(context, target)
    if earlier is not None:
        return earlier
    if is_pointing(target):
        if not needed:
            return None
        raise NeedsAnswerError(Question(f"What do you mean by “{target}”? Click it, or brush over it, on the picture."))
    return _from_words(context, target, certainty)


def remember(workspace: Workspace, version_id: str, target: Target) -> None:
    """Keep what an edit worked on, so that "it", "a bit darker" and "the other one" have a meaning later."""
    workspace.save_selection(_MEMORY + version_id, target.mask, {"label": target.label, "exact": target.exact})


def keep_offer(workspace: Workspace, version_id: str, name: str, mask: Mask) -> None:
    """Keep what lies beside a version's result and was offered to the person, so that "its shadow" has a meaning."""
    workspace.save_selection(_offer_name(version_id), mask, {"label": name})


def copy_offer(source: Workspace, of: str, workspace: Workspace, version_id: str) -> None:
    """Keep what was offered beside version `of` of another workspace beside a version of this one, if anything was."""
    if source.has_selection(_offer_name(of)):
        offer = source.selection(_offer_name(of))
        keep_offer(workspace, version_id, str(offer.origin["label"]), offer.mask)


def _offer_name(version_id: str) -> str:
    return f"{_MEMORY}{version_id}{_MEMORY}offer"


def remembered(workspace: Workspace, version_id: str) -> Selection | None:
    """What the edit that made a version worked on; None for the root and for edits of the whole picture."""
    name = _MEMORY + version_id
    return workspace.selection(name) if workspace.has_selection(name) else None


def named_selections(workspace: Workspace) -> list[Selection]:
    """The selections that a person saved by name."""
    return [selection for selection in workspace.selections() if not selection.name.startswith((_MEMORY, CANDIDATE))]


def _called(selection: Selection, target: str | None) -> str:
    """What to call a selection: the person's words for it, else its own name if a person gave it one."""
    if target is not None and not is_pointing(target):
        return target
    unnamed = selection.name.startswith(CANDIDATE) or selection.origin.get("by") in MADE_WITHOUT_NAME
    return "your selection" if unnamed else selection.name


def _from_selection(context: EditContext, selection: Selection, label: str) -> Target:
    mask = in_frame(context.workspace, selection, context.workspace.head)
    if mask is None:
        raise BadInputError(f"“{label}” lies outside this version of the picture; select again.")
    chosen = Target(mask, label, "selection", exact=_is_exact(selection))
    marks = selection.origin.get(PLACE)
    if marks is None or selection.version != context.workspace.head.id or not np.any(mask >= 0.5):
        return chosen
    drawn, own = Bounds(*marks), bounds_of(mask, 0.5)
    if drawn.area == 1:
        return replace(chosen, click=drawn.center)
    around = own.intersection(drawn).area > _BOXED * own.area and drawn.area > _BOXED * own.area
    return replace(chosen, box=drawn) if around else chosen  # else strokes or clicks on parts of it


def _is_exact(selection: Selection) -> bool:
    return selection.origin.get("by") == "mask" or bool(selection.origin.get("exact"))


def _saved_by_name(context: EditContext, target: str) -> Target | None:
    """What the person called so, by itself, in the plural, by place or number, or all but it."""
    excepted = parse(target).excepted
    if excepted is not None:
        chosen = _saved_by_name(context, excepted.text) if is_whole(target.split()[0]) else None
        return None if chosen is None else replace(chosen, mask=invert(chosen.mask), label=target)
    saved = [one for one in named_selections(context.workspace) if one.origin.get("by") not in MADE_WITHOUT_NAME]
    found = [saved[index] for index in rivals(target, [one.name for one in saved])]
    seen = [(one, in_frame(context.workspace, one, context.workspace.head)) for one in found]
    fitting = [(one, mask) for one, mask in seen if mask is not None]
    if not fitting:
        return None
    chosen = [fitting[index] for index in meant(target, [mask for _, mask in fitting])]
    if not chosen:
        candidates = tuple(Candidate(mask, 1.0, one.name) for one, mask in fitting)
        raise NeedsAnswerError(Question(f"Which one do you mean by “{target}”?", candidates))
    mask = chosen[0][1]
    for _, other in chosen[1:]:
        mask = union(mask, other)
    label = chosen[0][0].name if len(chosen) == 1 else target
    return Target(mask, label, "selection", exact=all(_is_exact(one) for one, _ in chosen))


class _Recent(NamedTuple):
    """What an earlier edit worked on, as it lies in the current frame."""

    version: Version
    mask: Mask
    label: str
    exact: bool


def _recent_targets(context: EditContext) -> list[_Recent]:
    """What earlier edits on this path worked on, newest first, as far as it is in the picture still.

    Whoever gives a thing another background speaks of the thing: "it" is not everything but it.
    """
    found, workspace = [], context.workspace
    for version in reversed(workspace.path(workspace.head.id)):
        kept = remembered(workspace, version.id)
        if kept is None:
            continue
        told = str(kept.origin["label"])
        label = told.removeprefix(EVERYTHING_BUT).removeprefix("the ") if told.startswith(EVERYTHING_BUT) else told
        mask = in_frame(workspace, kept, workspace.head, inverted=label != told)
        if mask is not None:
            found.append(_Recent(version, mask, label, bool(kept.origin.get("exact"))))
    return found


def _offered(context: EditContext, target: str) -> Target | None:
    """What the current version's edit offered: "its shadow", "the shadow of the mug" after the mug went."""
    workspace = context.workspace
    version = workspace.head
    name = _offer_name(version.id)
    if not workspace.has_selection(name):
        return None
    offered, about = workspace.selection(name), remembered(workspace, version.id)
    label = str(offered.origin["label"])
    words = set(words_of(target))
    allowed = {label} | set(words_of(str(about.origin["label"]) if about is not None else ""))
    return Target(offered.mask, f"its {label}", "earlier") if label in words and words <= allowed | _POINTING else None


def _grounded_earlier(context: EditContext, target: str) -> Target | None:
    wanted = words_of(target)
    if not wanted or wanted[0] in _OTHER:
        return None
    for version, mask, label, exact in _recent_targets(context):
        if version.edit.get("op") in _CONSUMES_TARGET:
            continue
        if is_pointing(target):
            return Target(_shape_of(context, version, mask), label, "earlier", exact)
        names = {word for text in (label, version.edit.get("value") or "") for word in words_of(text)}
        before = words_of(label)
        if before and before[-1] == wanted[-1] and set(wanted) <= names:
            return Target(_shape_of(context, version, mask), target, "earlier", exact)
    return None


def _shape_of(context: EditContext, version: Version, mask: Mask) -> Mask:
    """What a version put into a place (a mask that fills its bounds), by its outline; anything else as it is."""
    box = bounds_of(mask, 0.5)
    area = int(np.count_nonzero(mask >= 0.5))
    if version.edit.get("op") != "insert" or area < _BOXY * box.area:
        return mask
    with context.sight.lock:
        found = context.sight.predictor(context.workspace).from_box(box)
    outlined = np.minimum(found.mask, mask) if found.found else mask
    return outlined if np.count_nonzero(outlined >= 0.5) > _LEAST_OF_PLACE * area else mask


def _from_words(context: EditContext, target: str, certainty: float) -> Target:
    words = words_of(target)
    other = bool(words) and words[0] in _OTHER
    phrase = " ".join(words[1:]) if other else target
    with context.sight.lock:
        predictor = context.sight.predictor(context.workspace)
        grounding = predictor.from_words(phrase)
    if other:
        grounding = _without(grounding, [earlier.mask for earlier in _recent_targets(context)])
    if not grounding.found:
        text = grounding.question or f"I don't see {target!r} here; click it, or brush over it, on the picture."
        raise NeedsAnswerError(Question(text, grounding.candidates))
    if grounding.score < certainty:
        question = f"Do you mean this for the {target}? Say its number, or click what you mean."
        raise NeedsAnswerError(Question(question, grounding.candidates))
    known_as = None if predictor.knows_nouns else _called_before(context, target, grounding.mask)
    if known_as is not None:
        question = f"I know this as {the(known_as)}. Do you mean it by “{target}”? If not, click what you mean."
        raise NeedsAnswerError(Question(question, grounding.candidates))
    return Target(grounding.mask, target, "words")


def _called_before(context: EditContext, target: str, mask: Mask) -> str | None:
    """What the person called this very thing before, when `target` has nothing to go by but another noun."""
    phrase = parse(target)
    if phrase.kind not in _NAMING or phrase.colours or phrase.tone or phrase.decides or phrase.relation:
        return None
    for version, worked_on, label, _ in _recent_targets(context):
        before = parse(label)
        if version.edit.get("op") in _CONSUMES_TARGET or before.kind not in _NAMING:
            continue
        if before.noun == phrase.noun or before.kind is phrase.kind is Kind.PERSON:
            return None
        if iou(mask, worked_on) > _SAME:
            return label
    return None


def _without(grounding: Grounding, taken: list[Mask]) -> Grounding:
    """The grounding without candidates that an earlier edit already worked on: what "the other one" means."""

    def is_taken(candidate: Candidate) -> bool:
        own = candidate.mask >= 0.5
        return any((own & (mask >= 0.5)).sum() > 0.5 * max(own.sum(), 1) for mask in taken)

    left = tuple(candidate for candidate in grounding.candidates if not is_taken(candidate))
    if len(left) == 1:
        return Grounding(left, (0,))
    return Grounding(left, (), "Which one do you mean? Click it, or say its number." if left else None)


def describe_place(mask: Mask) -> str:
    """Where in the picture a mask lies, in words: 'top left', 'center', 'right'."""
    height, width = mask.shape
    box = bounds_of(mask, 0.5)
    column = ("left", "", "right")[min(2, 3 * box.center.x // max(width, 1))]
    row = ("top", "", "bottom")[min(2, 3 * box.center.y // max(height, 1))]
    return " ".join(part for part in (row, column) if part) or "center"


def candidate_name(number: int) -> str:
    """Under which name the numbered candidate (from 1) of the last question is saved."""
    return f"{CANDIDATE}{number}"


def keep_candidates(workspace: Workspace, candidates: tuple[Candidate, ...]) -> list[str]:
    """Save a question's candidates as selections, so that an answer can name one; returns their names."""
    names = []
    for number, candidate in enumerate(candidates, start=1):
        name = candidate_name(number)
        workspace.save_selection(name, candidate.mask, {"label": candidate.reason or f"number {number}"})
        names.append(name)
    return names
