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
    """What N networks tell of T words, averaged but for the states.

    `roles` Tx5 log-probabilities; `bounds` T log-odds of a step beginning at the word; `back` log-odds of an undo
    before all else; `states` NxTxH.
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
    """Fitted networks, their tables named as by `ReaderNetwork.state_dict`; their answers are averaged."""

    def __init__(self, members: Sequence[Mapping[str, np.ndarray]]) -> None:
        self.count = len(members)
        self.tables = {
            name: np.stack([np.asarray(member[name], np.float32) for member in members]) for name in members[0]
        }
        self._layers = [self._layer(number) for number in range(LAYERS)]

    @classmethod
    def load(cls, path: Path) -> Network:
        """The networks of an .npz whose arrays are named `<number>/<name>`; see `packed`."""
        with np.load(path, allow_pickle=False) as stored:
            tables = {name: stored[name] for name in stored.files if not name.startswith("choice/")}
        numbers = sorted({name.split("/")[0] for name in tables})
        return cls(
            [
                {name.split("/", 1)[1]: _unpacked(tables, name) for name in tables if _is_of(name, number)}
                for number in numbers
            ]
        )

    def _layer(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One layer's weights of both directions: 2xNxIx4H of the input, 2xNxHx4H of the state, 2xNx1x4H added."""
        ends = (f"l{number}", f"l{number}_reverse")
        entering = np.stack([self.tables[f"lstm.weight_ih_{end}"].swapaxes(1, 2) for end in ends])
        recurrent = np.stack([self.tables[f"lstm.weight_hh_{end}"].swapaxes(1, 2) for end in ends])
        added = np.stack([self.tables[f"lstm.bias_ih_{end}"] + self.tables[f"lstm.bias_hh_{end}"] for end in ends])
        return np.ascontiguousarray(entering), np.ascontiguousarray(recurrent), added[:, :, None]

    def _linear(self, name: str, value: np.ndarray) -> np.ndarray:
        """NxTxO of NxTxI."""
        return value @ self.tables[f"{name}.weight"].swapaxes(1, 2) + self.tables[f"{name}.bias"][:, None]

    def _lstm(self, said: np.ndarray) -> np.ndarray:
        """NxTx2H states of NxTxI words (Hochreiter and Schmidhuber 1997; gates in PyTorch's order i, f, g, o).

        Both directions of all networks go through the words together.
        """
        for entering, recurrent, added in self._layers:
            both = np.stack([said, said[:, ::-1]])
            gates_in = both @ entering + added
            size = recurrent.shape[2]
            hidden = np.zeros((2, self.count, 1, size), np.float32)
            cell = np.zeros_like(hidden)
            out = np.empty((2, self.count, said.shape[1], size), np.float32)
            for place in range(said.shape[1]):
                gates = gates_in[:, :, place : place + 1] + hidden @ recurrent
                kept = _sigmoid(gates[..., : 2 * size])
                cell = kept[..., size:] * cell + kept[..., :size] * np.tanh(gates[..., 2 * size : 3 * size])
                hidden = _sigmoid(gates[..., 3 * size :]) * np.tanh(cell)
                out[:, :, place] = hidden[:, :, 0]
            said = np.concatenate([out[0], out[1][:, ::-1]], 2)
        return said

    def words(self, seen: Seen) -> Told:
        """What is told of the words of one message (one word at least)."""
        word = self.tables["word.weight"][:, seen.words]
        table = self.tables["piece.weight"]
        piece = np.stack([table[:, ids].mean(1) for ids in seen.pieces], 1)
        told = np.concatenate([seen.listed, seen.context, seen.marks], 1)
        lists = np.maximum(self._linear("lists", np.broadcast_to(told, (self.count, *told.shape))), 0)
        states = self._lstm(np.concatenate([word, piece, lists], 2))
        roles = _log_softmax(self._linear("role", states)).mean(0)
        bounds = self._linear("bound", states)[:, :, 0].mean(0)
        whole = np.concatenate([states.mean(1, keepdims=True), states.max(1, keepdims=True)], 2)
        return Told(roles, bounds, float(self._linear("back", whole).mean()), states)

    def step(self, told: Told, roles: Sequence[int], begin: int, end: int) -> StepTold:
        """What is told of the step of the words [begin, end) whose parts are given."""
        own = told.states[:, begin:end]
        parts = np.eye(len(ROLES), dtype=np.float32)[np.asarray(roles[begin:end])].mean(0)
        pooled = np.concatenate(
            [own.mean(1), own.max(1), told.states.max(1), np.broadcast_to(parts, (self.count, len(ROLES)))], 1
        )
        state = np.maximum(self._linear("step", pooled[:, None]), 0)
        heads = (_log_softmax(self._linear(head, state))[:, 0].mean(0) for head in ("op", "target", "value", "usual"))
        return StepTold(*heads)
