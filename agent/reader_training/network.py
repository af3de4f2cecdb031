"""The network that is fitted: word vectors, a two-way LSTM over words, and what is told of words and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from agent.offline.reader import features as f
from agent.offline.reader.features import Seen
from agent.offline.reader.labels import LAYERS, ROLES, SOURCES, USUAL

WIDTH = 40
LISTED = 56
WIDE = 160
STEP = 96


@dataclass
class Batch:
    """B messages of T words at most. `begins` and `ends` of N steps point into the flat (B*T) words."""

    words: torch.Tensor
    pieces: torch.Tensor
    offsets: torch.Tensor
    listed: torch.Tensor
    context: torch.Tensor
    marks: torch.Tensor
    mask: torch.Tensor


def batch_of(seen: Sequence[Seen], listed_drop: float = 0.0, rng: np.random.Generator | None = None) -> Batch:
    """Messages put side by side, the shorter ones filled up."""
    longest = max(len(each.words) for each in seen)
    count = len(seen)
    words = np.zeros((count, longest), np.int64)
    listed = np.zeros((count, longest, f.LEXICON), np.float32)
    context = np.zeros((count, longest, f.CONTEXT), np.float32)
    marks = np.zeros((count, longest, f.MARKS), np.float32)
    mask = np.zeros((count, longest), bool)
    flat: list[int] = []
    offsets: list[int] = []
    for row, each in enumerate(seen):
        size = len(each.words)
        words[row, :size] = each.words
        listed[row, :size] = each.listed
        context[row, :size] = each.context
        marks[row, :size] = each.marks
        mask[row, :size] = True
        for place in range(longest):
            offsets.append(len(flat))
            flat.extend(each.pieces[place] if place < size else [0])
    if rng is not None and listed_drop:
        listed *= rng.random(listed.shape) >= listed_drop
    return Batch(
        torch.from_numpy(words),
        torch.tensor(flat),
        torch.tensor(offsets),
        torch.from_numpy(listed),
        torch.from_numpy(context),
        torch.from_numpy(marks),
        torch.from_numpy(mask),
    )


class ReaderNetwork(nn.Module):
    """From words to states, and from states to what is told of words (where a step begins, which part it plays) and
    of steps (operation, where target and value stand)."""

    def __init__(self) -> None:
        super().__init__()
        self.word = nn.Embedding(f.WORDS, WIDTH)
        self.piece = nn.EmbeddingBag(f.PIECES, WIDTH, mode="mean")
        nn.init.normal_(self.word.weight, std=0.1)
        nn.init.normal_(self.piece.weight, std=0.3)
        self.lists = nn.Linear(f.LEXICON + f.CONTEXT + f.MARKS, LISTED)
        self.lstm = nn.LSTM(
            2 * WIDTH + LISTED, WIDE // 2, num_layers=LAYERS, bidirectional=True, batch_first=True, dropout=0.2
        )
        self.role = nn.Linear(WIDE, len(ROLES))
        self.bound = nn.Linear(WIDE, 1)
        self.back = nn.Linear(2 * WIDE, 1)
        self.step = nn.Linear(3 * WIDE + len(ROLES), STEP)
        self.op = nn.Linear(STEP, len(f.OPS))
        self.target = nn.Linear(STEP, len(SOURCES))
        self.value = nn.Linear(STEP, len(SOURCES) + 1)
        self.usual = nn.Linear(STEP, len(USUAL))
        self.drop = nn.Dropout(0.2)
        self.word_drop = 0.2
        self.piece_drop = 0.05

    def states(self, batch: Batch) -> torch.Tensor:
        """BxTx(2*HIDDEN) states of the words."""
        count, longest = batch.words.shape
        word = self.word(batch.words)
        if self.training:
            kept = torch.rand(count, longest, 1) >= self.word_drop
            word = word * kept
        piece = self.piece(batch.pieces, batch.offsets).reshape(count, longest, WIDTH)
        if self.training:
            piece = piece * (torch.rand(count, longest, 1) >= self.piece_drop)
        told = torch.relu(self.lists(torch.cat([batch.listed, batch.context, batch.marks], 2)))
        said = self.drop(torch.cat([word, piece, told], 2))
        packed = nn.utils.rnn.pack_padded_sequence(said, batch.mask.sum(1), batch_first=True, enforce_sorted=False)
        states, _ = self.lstm(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=longest)
        return states

    def of_steps(
        self, states: torch.Tensor, roles: torch.Tensor, spans: Sequence[tuple[int, int, int]]
    ) -> torch.Tensor:
        """NxSTEP states of the steps (row, begin, end): of its words together, and of the whole message."""
        rows = torch.tensor([row for row, _, _ in spans])
        places = torch.arange(states.shape[1])
        begins = torch.tensor([begin for _, begin, _ in spans])
        ends = torch.tensor([end for _, _, end in spans])
        inside = ((places >= begins[:, None]) & (places < ends[:, None])).unsqueeze(2)
        own = states[rows]
        count = inside.sum(1)
        mean = (own * inside).sum(1) / count
        top = own.masked_fill(~inside, -1.0).max(1).values
        parts = (roles[rows] * inside).sum(1) / count
        return torch.relu(self.step(self.drop(torch.cat([mean, top, states.max(1).values[rows], parts], 1))))
