"""The reader's network in NumPy: a two-way LSTM over words, and what is told of words and of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.offline.reader.features import Seen
from agent.offline.reader.labels import LAYERS, ROLES


@dataclass(frozen=True)
class Told:
    """What the network tells of T words: log-probabilities.

    `roles` Tx5; `bounds` T, of a step beginning at the word; `back` of an undo before all else; `states` TxH.
    """

    roles: np.ndarray
    bounds: np.ndarray
    back: float
    states: np.ndarray


@dataclass(frozen=True)
class StepTold:
    """Log-probabilities of one step's operation, of the sources of its target and value, and of usual values."""

    op: np.ndarray
    target: np.ndarray
    value: np.ndarray
    usual: np.ndarray


_STEP = "#step"


def packed(name: str, table: np.ndarray) -> dict[str, np.ndarray]:
    """A table as it is stored: matrices in 8 bits, with a step for each row; all else in half precision."""
    if table.ndim != 2:
        return {name: table.astype(np.float16)}
    step = np.maximum(np.abs(table).max(1, keepdims=True) / 127, 1e-6).astype(np.float16)
    return {name: np.round(table / step.astype(np.float32)).astype(np.int8), name + _STEP: step}


def _unpacked(tables: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    step = tables.get(name + _STEP)
    return tables[name].astype(np.float32) * (1.0 if step is None else step.astype(np.float32))


def _is_of(name: str, number: str) -> bool:
    return name.startswith(f"{number}/") and not name.endswith(_STEP)


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def _sigmoid(value: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * value))


class Network:
    """Weights as `ReaderNetwork.state_dict` names them, one or several such networks whose answers are averaged."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = {name: np.asarray(table, np.float32) for name, table in weights.items()}

    @classmethod
    def load(cls, path: Path) -> list[Network]:
        """The networks of an .npz whose arrays are named `<number>/<name>`; see `packed`."""
        with np.load(path, allow_pickle=False) as stored:
            tables = {name: stored[name] for name in stored.files if not name.startswith("choice/")}
        numbers = sorted({name.split("/")[0] for name in tables})
        return [
            cls({name.split("/", 1)[1]: _unpacked(tables, name) for name in tables if _is_of(name, number)})
            for number in numbers
        ]

    def _linear(self, name: str, value: np.ndarray) -> np.ndarray:
        return value @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _lstm(self, said: np.ndarray) -> np.ndarray:
        """TxC states of the words, from both sides (Hochreiter and Schmidhuber 1997; gates in PyTorch's order)."""
        for layer in range(LAYERS):
            both = []
            for suffix in ("", "_reverse"):
                inputs = said[::-1] if suffix else said
                bias = self.weights[f"lstm.bias_ih_l{layer}{suffix}"] + self.weights[f"lstm.bias_hh_l{layer}{suffix}"]
                entering = inputs @ self.weights[f"lstm.weight_ih_l{layer}{suffix}"].T + bias
                recurrent = self.weights[f"lstm.weight_hh_l{layer}{suffix}"].T
                size = recurrent.shape[0]
                hidden = np.zeros(size, np.float32)
                cell = np.zeros(size, np.float32)
                out = np.empty((len(said), size), np.float32)
                for place in range(len(said)):
                    gates = entering[place] + hidden @ recurrent
                    kept = _sigmoid(gates[: 2 * size])
                    cell = kept[size:] * cell + kept[:size] * np.tanh(gates[2 * size : 3 * size])
                    hidden = _sigmoid(gates[3 * size :]) * np.tanh(cell)
                    out[place] = hidden
                both.append(out[::-1] if suffix else out)
            said = np.concatenate(both, 1)
        return said

    def words(self, seen: Seen) -> Told:
        """What is told of the words of one message (one word at least)."""
        word = self.weights["word.weight"][seen.words]
        table = self.weights["piece.weight"]
        piece = np.stack([table[ids].mean(0) for ids in seen.pieces])
        lists = np.maximum(self._linear("lists", np.concatenate([seen.listed, seen.context, seen.marks], 1)), 0)
        states = self._lstm(np.concatenate([word, piece, lists], 1))
        bounds = self._linear("bound", states)[:, 0]
        back = self._linear("back", np.concatenate([states.mean(0), states.max(0)]))[0]
        return Told(_log_softmax(self._linear("role", states)), bounds, float(back), states)

    def step(self, told: Told, roles: Sequence[int], begin: int, end: int) -> StepTold:
        """What is told of the step of the words [begin, end) whose parts are given."""
        own = told.states[begin:end]
        parts = np.eye(len(ROLES), dtype=np.float32)[np.asarray(roles[begin:end])]
        pooled = np.concatenate([own.mean(0), own.max(0), told.states.max(0), parts.mean(0)])
        state = np.maximum(self._linear("step", pooled), 0)
        return StepTold(*(_log_softmax(self._linear(head, state)) for head in ("op", "target", "value", "usual")))
