"""Fits what decides between the grammar's plan and the learned one, on requests that neither has seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from agent.offline.completing import completed
from agent.offline.reader.choosing import candidate, evidence
from agent.offline.reader.decoding import read
from agent.offline.reader.network import Network
from agent.offline.reader.tokens import stem
from agent.offline.steps import Step
from agent.reader_training.rows import Row, plans_of

_LIGHT = frozenset("the a an my his her their this more on in".split())


@dataclass(frozen=True)
class Seen:
    """One request that both have read: the evidence, how right the grammar and the learned reader were, and how much
    it counts."""

    evidence: np.ndarray
    grammar: float
    learned: float
    weight: float = 1.0


def rightness(plan: Sequence[Step], wanted: Sequence[Mapping[str, Any]]) -> float:
    """How right a plan is: 2 where all is, 1 where the operations are, otherwise the share of right operations."""
    ops, right = [step.op for step in plan], [step["op"] for step in wanted]
    if ops != right:
        rest = list(ops)
        hits = 0
        for op in right:
            if op in rest:
                rest.remove(op)
                hits += 1
        return 2 * hits / (len(ops) + len(right)) if ops else 0.0
    parts = [
        _meant(getattr(step, key), [each for each in (want[key], *(want.get(f"{key}_alt") or [])) if each])
        for step, want in zip(plan, wanted, strict=True)
        for key in ("target", "value")
        if want[key] is not None
    ]
    return 1.0 + (all(parts) if parts else 1.0)


def _words(phrase: str | None) -> set[str]:
    said = re.findall(r"[a-z0-9#]+", (phrase or "").lower())
    return {stem(word)[:5] for word in said if word not in _LIGHT}


def _meant(said: str | None, wanted: Sequence[str]) -> bool:
    mine = _words(said)
    return any(bool(mine) and (mine <= other or other <= mine) for other in map(_words, wanted))


def both_read(network: Network, rows: Iterable[Row], weight: float = 1.0) -> list[Seen]:
    """What both made of the rows."""
    found = []
    for row in rows:
        if row.grammar is None:
            continue
        reading = read(network, row.said.text, row.past, row.grammar)
        if not reading.steps:
            continue
        learned, _ = completed(candidate(reading, row.grammar), row.past, False)
        golds = plans_of(row)
        found.append(
            Seen(
                evidence(row.said.text, row.past, row.grammar, reading, learned),
                max(rightness(row.grammar, gold) for gold in golds),
                max(rightness(learned, gold) for gold in golds),
                weight,
            )
        )
    return found


def fit_choice(seen: Sequence[Seen], penalty: float = 20.0) -> np.ndarray:
    """Weights of the evidence: their weighted sum is the log-odds that the learned plan is the better one."""
    gain = np.array([each.learned - each.grammar for each in seen])
    return _log_odds([each.evidence for each in seen], gain > 0, np.abs(gain) * _weights(seen), penalty)


def fit_trust(seen: Sequence[Seen], penalty: float = 20.0) -> np.ndarray:
    """Weights of the evidence: their weighted sum is the log-odds that the learned plan has the right operations."""
    right = np.array([each.learned >= 1 for each in seen])
    return _log_odds([each.evidence for each in seen], right, _weights(seen), penalty)


def _weights(seen: Sequence[Seen]) -> np.ndarray:
    return np.array([each.weight for each in seen])


def _log_odds(evidence: Sequence[np.ndarray], happened: np.ndarray, weight: np.ndarray, penalty: float) -> np.ndarray:
    """Logistic regression with a squared penalty on standardised evidence; the last column is the constant."""
    x = np.stack(evidence).astype(np.float64)
    spread = x.std(0) + 1e-6
    spread[-1] = 1.0
    middle = x.mean(0)
    middle[-1] = 0.0
    told = weight > 0
    z = ((x - middle) / spread)[told]
    wanted = happened[told].astype(float)
    weight = weight[told]

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        odds = z @ beta
        cost = (weight * (np.logaddexp(0, odds) - wanted * odds)).sum() + penalty * (beta[:-1] ** 2).sum() / 2
        slope = z.T @ (weight * (1 / (1 + np.exp(-odds)) - wanted))
        slope[:-1] += penalty * beta[:-1]
        return float(cost), slope

    beta = np.asarray(minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x)
    weights = beta / spread
    weights[-1] -= float((beta[:-1] / spread[:-1]) @ middle[:-1])
    return weights.astype(np.float32)
