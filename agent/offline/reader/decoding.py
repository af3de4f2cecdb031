"""From what the networks tell of words to a plan, and how sure they are of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.history import Conversation
from agent.offline.reader import features
from agent.offline.reader.labels import ROLES, SOURCES, USUAL
from agent.offline.reader.network import Network, Told
from agent.offline.reader.tokens import MOST, Token, tokens
from agent.offline.steps import Step

_ALLOWED = np.zeros((len(ROLES), len(ROLES)))
for _before, _name in enumerate(ROLES):
    for _after, _other in enumerate(ROLES):
        if _other[0] == "I" and _name not in (f"B{_other[1]}", _other):
            _ALLOWED[_before, _after] = -1e9
_NEED = frozenset("remove recolor replace move resize_object segment redact_text".split())
_NO_PHRASE = frozenset(
    "the a an my our your his her its their this that these those please pls plz thanks thx and then also plus but or "
    "to of in on at with from for i you we can could would will should must is are be was were it just so too".split()
)


@dataclass(frozen=True)
class Reading:
    """The steps read, the log-probability of each step's parts, and what was told of the words."""

    steps: list[Step]
    sure: list[float]
    begins: list[int]
    ops: list[np.ndarray] = field(default_factory=list)
    bounds: np.ndarray = field(default_factory=lambda: np.zeros(0))
    spans: list[tuple[int, int]] = field(default_factory=list)


def roles_of(table: np.ndarray, begins: Sequence[int]) -> list[int]:
    """The likeliest parts of the words: none goes on from one step into the next."""
    score = table[0].copy()
    score[[2, 4]] = -1e9
    back: list[np.ndarray] = []
    for place in range(1, len(table)):
        moves = score[:, None] + _ALLOWED
        if place in begins:
            moves[:, [2, 4]] = -1e9
        best = moves.argmax(0)
        back.append(best)
        score = moves.max(0) + table[place]
    path = [int(score.argmax())]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    return path[::-1]


def read(network: Network, text: str, past: Conversation, grammar: Sequence[Step] | None = None) -> Reading:
    """The plan of a message in English, its quotations kept aside; `grammar` is what the grammar made of it.

    No steps for a message longer than `MOST` words.
    """
    said = tokens(text) if len(text) < 12 * MOST else []
    if not said or len(said) > MOST:
        return Reading([], [], [])
    seen = features.seen(said, text, past, features.marks_of(said, grammar))
    told = network.words(seen)
    table = told.roles
    bounds = 1 / (1 + np.exp(-told.bounds))
    bounds[0] = 1.0
    begins = [place for place in range(len(said)) if bounds[place] > 0.5]
    roles = roles_of(table, begins)
    steps: list[Step] = []
    sure: list[float] = []
    ops: list[np.ndarray] = []
    spans: list[tuple[int, int]] = []
    drafts: list[tuple[str, str, str, str | None, str | None, str]] = []
    for number, begin in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else len(said)
        drafts.append(_draft(network, told, roles, begin, end, said, text, sure, ops, bounds, table))
        spans.append((begin, end))
    for number, (op, target_from, value_from, target, value, usual) in enumerate(drafts):
        target = _filled(target_from, target, [d[3] for d in drafts], number, past, "target")
        value = (
            usual
            if value_from == "usual"
            else _filled(value_from, value, [d[4] for d in drafts], number, past, "value")
        )
        steps.append(_tidied(op, target, value))
    if told.back > 0 and past.last and steps[0].op != "undo":
        steps.insert(0, Step("undo"))
    return Reading(steps, sure, begins, ops, bounds, spans)


def _phrase(roles: Sequence[int], begin: int, end: int, first: int, said: Sequence[Token], text: str) -> str | None:
    """The longest target (first = 1) or value (3) among the words of a step."""
    found: list[tuple[int, int]] = []
    for place in range(begin, end):
        if roles[place] == first:
            found.append((place, place + 1))
        elif roles[place] == first + 1 and found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
    if not found:
        return None
    if first == 3 and len(found) > 1:
        return " ".join(text[said[a].begin : said[b - 1].end] for a, b in found)
    a, b = max(found, key=lambda span: span[1] - span[0])
    return text[said[a].begin : said[b - 1].end]


def _sought(
    table: np.ndarray, roles: Sequence[int], begin: int, end: int, first: int, said: Sequence[Token], text: str
) -> str | None:
    """The likeliest phrase of words without a part, for a step that must have one."""
    best, span = -np.inf, None
    for start in range(begin, end):
        if roles[start] or said[start].low in _NO_PHRASE or not said[start].text[0].isalnum():
            continue
        gain = table[start, first] - table[start, 0]
        for stop in range(start + 1, min(end, start + 6) + 1):
            if gain > best:
                best, span = gain, (start, stop)
            if stop == end or roles[stop]:
                break
            gain += table[stop, first + 1] - table[stop, 0]
    return text[said[span[0]].begin : said[span[1] - 1].end] if span else None


def _draft(
    network: Network,
    told: Told,
    roles: Sequence[int],
    begin: int,
    end: int,
    said: Sequence[Token],
    text: str,
    sure: list[float],
    ops: list[np.ndarray],
    bounds: np.ndarray,
    table: np.ndarray,
) -> tuple[str, str, str, str | None, str | None, str]:
    of_step = network.step(told, roles, begin, end)
    op_table = of_step.op
    op = features.OPS[int(op_table.argmax())]
    target = _phrase(roles, begin, end, 1, said, text)
    value = _phrase(roles, begin, end, 3, said, text)
    target_table = of_step.target.copy()
    value_table = of_step.value.copy()
    names = [*SOURCES, "usual"]
    usual_table = np.array(
        [score if name.startswith(f"{op} ") else -1e9 for name, score in zip(USUAL, of_step.usual, strict=True)]
    )
    usual = USUAL[int(usual_table.argmax())].removeprefix(f"{op} ") if usual_table.max() > -1e8 else ""
    if target is None and (target_table.argmax() == 1 or (op in _NEED and target_table[2:].max() < np.log(0.3))):
        target = _sought(table, roles, begin, end, 1, said, text)
    if value is None and value_table.argmax() == 1:
        value = _sought(table, roles, begin, end, 3, said, text)
    target_table[1 if target is None else 0] = -1e9
    value_table[1 if value is None else 0] = -1e9
    if not usual:
        value_table[-1] = -1e9
    target_from = names[int(target_table.argmax())]
    value_from = names[int(value_table.argmax())]
    inner = bounds[begin:end].copy()
    inner[0] = 0
    sure.append(float(op_table.max() + np.log1p(-np.minimum(inner, 0.999)).sum() + np.log(bounds[begin])))
    ops.append(op_table)
    return op, target_from, value_from, target, value, usual


def _filled(
    source: str, own: str | None, said: Sequence[str | None], number: int, past: Conversation, key: str
) -> str | None:
    if source == "span":
        return own
    if source == "before":
        return next((each for each in reversed(said[:number]) if each), own)
    if source == "after":
        return next((each for each in said[number + 1 :] if each), own)
    if source == "last target":
        return past.last.target if past.last else None
    if source == "last value":
        return past.last.value if past.last else None
    return None


def _tidied(op: str, target: str | None, value: str | None) -> Step:
    if target is not None:
        target = None if v.is_image(target) else p.noun_phrase(target) or target
        if op in ("background_remove", "background_replace"):
            target = None
    if value is not None:
        value = p.bare(value) or value
    return Step(op, target, value)
