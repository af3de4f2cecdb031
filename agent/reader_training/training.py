"""The whole run: rows, networks for the choice and the networks that are kept, and the file of weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from agent.offline.reader.network import Network, packed
from agent.reader_training.choice import Seen, both_read, fit_choice, fit_trust
from agent.reader_training.fitting import Fit, fit
from agent.reader_training.network import ReaderNetwork
from agent.reader_training.rows import Row, laid, read_now, read_rows
from models.errors import BadInputError

KNOWN = 0.6
"""How much a row counts for the choice that both have learned from: it tells what a right plan looks like, and no
more; both read it better than they would have."""


@dataclass(frozen=True)
class Request:
    """Files of labelled requests.

    `tuned`: the grammar was tuned on them; its plans for them in `first`, made before, are used where there are some.
    `fair`: it was not. `without` has an entry for each network: names (without ending) of fair files that it is not to
    see. All networks are kept; on the rows one has not seen, the choice between the two readings is learned.
    """

    tuned: Sequence[Path]
    fair: Sequence[Path]
    first: Path | None = None
    without: Sequence[Sequence[str]] = ((),)
    how: Fit = field(default_factory=Fit)


def plain(network: ReaderNetwork) -> dict[str, np.ndarray]:
    """A fitted network's tables."""
    return {name: table.detach().numpy().astype(np.float32) for name, table in network.state_dict().items()}


def train_reader(request: Request, target: Path, say: Callable[[str], None]) -> None:
    """Fit and write the reader. Raises `BadInputError` where there are no fair rows to learn the choice from."""
    names = {path.stem for path in request.fair}
    unseen = {name for left_out in request.without for name in left_out}
    if not unseen:
        raise BadInputError("Leave a file of requests out for one network at least, to learn the choice on it.")
    if unknown := unseen - names:
        raise BadInputError(f"There are no requests named {', '.join(sorted(unknown))} among those to learn from.")
    first = {}
    if request.first:
        lines = request.first.read_text(encoding="utf-8").splitlines()
        first = {row["id"]: row["plan"] for row in map(json.loads, lines)}
    tuned = [row for path in request.tuned for row in read_rows(path, first, tuned_on=True)]
    fair = {path.stem: read_rows(path, first, tuned_on=False) for path in request.fair}
    seen: list[Seen] = []
    networks = []
    for number, left_out in enumerate(request.without):
        say(f"network {number + 1} of {len(request.without)}, without {', '.join(left_out) or 'nothing'}:")
        shown = _laid(tuned + [row for name, rows in fair.items() if name not in left_out for row in rows])
        network = plain(fit(shown, replace(request.how, seed=request.how.seed + number), say))
        networks.append(network)
        for name in left_out:
            seen += both_read(Network([network]), fair[name])
    known = both_read(Network(networks), map(read_now, tuned), KNOWN)
    write(target, networks, fit_choice(seen + known), fit_trust(seen))


def write(target: Path, networks: Sequence[dict[str, np.ndarray]], better: np.ndarray, right: np.ndarray) -> None:
    """One file of weights: `<number>/<table>` of each network, `choice/better` and `choice/right`."""
    tables: dict[str, np.ndarray] = {}
    for number, each in enumerate(networks):
        for name, table in each.items():
            tables |= packed(f"{number}/{name}", np.asarray(table, np.float32))
    choice = {"choice/better": better.astype(np.float32), "choice/right": right.astype(np.float32)}
    np.savez_compressed(target, allow_pickle=False, **tables, **choice)


def _laid(rows: Sequence[Row]) -> list:
    return [over for over in map(laid, rows) if over is not None]
