"""The models on this machine: which are here and whole, where they lie, and how they come and go.

A model can lie in three places, and is looked for in this order: a folder that the person pointed at, the store's own
folder, the Hugging Face cache. Only the store's own folder is ever changed.

Below the store's root: `<id>/` holds finished, checked files only; `.parts/<id>/` what came of unfinished ones;
`.records/<id>.json` what is known of every file (models/weights/record.py); `.locks/<id>.lock` is held while one
process downloads or removes.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from models.errors import BadInputError, UnavailableError
from models.home import home_folder
from models.progress import SILENT, Progress
from models.weights.amounts import readable
from models.weights.catalogue import WEIGHT_SUFFIXES, Model, WeightFile, catalogue, find
from models.weights.digests import fingerprint
from models.weights.hub_cache import blob_digest, cached_folder
from models.weights.lock import Lock
from models.weights.machine import is_offline
from models.weights.record import Checked, FileRecord, Record, read_record, write_record
from models.weights.status import Place, State, Status, cannot_remove, damage, outdated, why_unusable

if TYPE_CHECKING:
    from models.weights.transfer import Fetched

_TELLING = ("config.json", "model_index.json")  # without these a folder is no model of its kind
_LOOKS = 5  # at files that are being moved, before that counts as a fault


class Store:
    """The models below one root folder, plus those that lie elsewhere and are only used.

    Looking (`status`, `folder`, `verify`) never touches the network; only `download` does. All methods may be called
    from several threads and processes at once.
    """

    def __init__(self, root: Path, models: Mapping[str, Model] | None = None, cache: Path | None = None) -> None:
        """`models` None is the catalogue; `cache` None is the place that huggingface_hub itself would use."""
        self.root = root
        self.models = dict(catalogue() if models is None else models)
        self.cache = cache
        self._writing = threading.Lock()

    @classmethod
    def default(cls) -> Store:
        """The store of this installation: PENTIMENTO_MODELS, else `models` in the folder where conversations are."""
        chosen = os.environ.get("PENTIMENTO_MODELS")
        return cls(Path(chosen).expanduser() if chosen else home_folder() / "models")

    def model(self, model_id: str) -> Model:
        """The catalogue's entry. Raises BadInputError when there is none of that id."""
        return find(self.models, model_id)

    # ---- looking ----

    def status(self, model_id: str) -> Status:
        """How things stand, from names, sizes and times alone: cheap enough for every redraw of a page."""
        for _ in range(_LOOKS):
            try:
                return self._look(model_id)
            except FileNotFoundError:  # a download or a removal moved a file between two looks
                continue
        return self._look(model_id)

    def _look(self, model_id: str) -> Status:
        model, record = self.model(model_id), self._record(model_id)
        busy = self._parts(model_id).is_dir() and self._lock(model_id).is_held()
        place, folder = self._place(model, record)
        commit = model.source.revision or record.revision
        if place is None or folder is None:
            here = self._bytes_here(model_id)
            state = State.PARTIAL if here else State.ABSENT
            return Status(model, state, here=here, revision=commit, busy=busy)
        files = _files(model, folder, place)
        here = sum(path.stat().st_size for path in files.values())
        commit = folder.name if place is Place.CACHE else commit
        status = Status(model, State.PRESENT, place, folder, here, commit, busy=busy)
        if place is Place.LOCAL and (lacking := _lacking(model, folder)):
            return replace(status, state=State.DAMAGED, problem=f"{folder} has no {lacking} any more.")
        if place is Place.OWN and _is_outdated(model, record):
            return replace(status, state=State.DAMAGED, problem=outdated(model))
        for file, path in files.items():
            if place is not Place.LOCAL and file.size is not None and path.stat().st_size != file.size:
                return replace(status, state=State.DAMAGED, problem=damage(model, place, path))
            known = record.of(self._key(path))
            if known is not None and known.is_untouched(path) and not _is_right(file, known, place):
                return replace(status, state=State.DAMAGED, problem=damage(model, place, path))
        return replace(status, checked=self._checked(record, list(files.values())))

    def statuses(self) -> list[Status]:
        """Of every model, in the catalogue's order."""
        return [self.status(model_id) for model_id in self.models]

    def is_here(self, model_id: str) -> bool:
        """Whether `folder` is going to succeed, unless reading the files shows damage. Cheap."""
        return self.status(model_id).state is State.PRESENT

    def verify(self, model_id: str, progress: Progress = SILENT) -> Status:
        """The status after comparing every file's sha256.

        A file is read only when it is new, or when its size or time has changed since it was last read. Raises
        CancelledError.
        """
        status = self.status(model_id)
        if status.state is not State.PRESENT or status.folder is None or status.place is None or status.checked:
            return status
        files = _files(status.model, status.folder, status.place)
        for number, (file, path) in enumerate(files.items()):
            key = self._key(path)
            known = self._record(model_id).of(key)
            if known is None or not known.is_untouched(path):
                share = progress.part(number / len(files), (number + 1) / len(files))
                found = _compare(file, path, known, status.place, share)
                self._update(model_id, lambda record, key=key, found=found: record.with_file(key, found))
        return self.status(model_id)

    def folder(self, model_id: str, progress: Progress = SILENT) -> Path:
        """The folder with the model's checked files, for a library's `from_pretrained`.

        Raises UnavailableError, with the exact command that helps, when the model is not here or is damaged.
        """
        status = self.verify(model_id, progress)
        if status.state is State.PRESENT and status.folder is not None:
            return status.folder
        raise UnavailableError(why_unusable(status))

    def weights(self, model_id: str, progress: Progress = SILENT) -> Path:
        """The model's weights file itself (FastSAM's `.pt`). Raises as `folder` does."""
        folder = self.folder(model_id, progress)
        named = folder / self.model(model_id).weights.path
        return named if named.is_file() else _weight_files(self.model(model_id), folder)[0]

    def disk_use(self) -> dict[str, int]:
        """Bytes in the store's own folder by model id, unfinished downloads included; only what is not 0."""
        used = {model_id: self._bytes_here(model_id) for model_id in self.models}
        return {model_id: size for model_id, size in used.items() if size}

    # ---- coming and going ----

    def download(self, model_id: str, progress: Progress = SILENT, pause: Callable[[float], None] = time.sleep) -> Path:
        """Bring a model into the store's own folder, going on where an earlier download stopped; its folder.

        Does nothing when the model is here already. Raises UnavailableError (models/weights/failures.py: refused,
        gone, unreachable, wrong bytes, no room) and CancelledError; what came until then is kept for the next time.
        `pause` is how to wait between attempts, in seconds.
        """
        # httpx and what it brings are only wanted here, and would slow every start.
        from models.weights.download import Download, new_client, said_kindly

        model = self.model(model_id)
        if self.verify(model_id, progress.part(0.0, 0.0)).state is State.PRESENT:
            return self.folder(model_id)
        if is_offline():
            raise UnavailableError("HF_HUB_OFFLINE is set, so nothing is downloaded; unset it and try again.")

        def keep(file: WeightFile, fetched: Fetched, checked: Checked) -> None:
            self._keep(model, file, fetched, checked)

        def arrived() -> float:
            return min(1.0, self._bytes_here(model_id) / (model.size or 1))

        work = Download(model, self._parts(model_id), keep, pause)
        label = f"another Pentimento is downloading {model.title}; waiting for it"
        try:
            with self._lock(model_id).held(lambda: progress.report(arrived(), label)), new_client() as client:
                if _is_outdated(model, self._record(model_id)):
                    self._forget(model_id)  # files of two versions must not meet
                if missing := self._missing(model):
                    commit = work.commit(client, self._record(model_id).revision)
                    self._update(model_id, lambda record: replace(record, revision=commit))
                    work.run(client, commit, missing, progress)
                # Who downloads a model wants ours, not the folder that was pointed at and has gone bad.
                self._update(model_id, lambda record: replace(record, local=None))
                shutil.rmtree(self._parts(model_id), ignore_errors=True)
        except OSError as error:
            raise said_kindly(error, self.root) from error
        return self.folder(model_id)

    def use_folder(self, model_id: str, path: Path) -> Status:
        """Use a model that lies elsewhere, as it is. Its files are recorded now, and must stay so.

        `path` is the folder, or the weights file itself. Raises BadInputError when it cannot be this model.
        """
        model, folder = self.model(model_id), path.expanduser().resolve()
        if folder.is_file() and folder.name == model.weights.path:
            folder = folder.parent
        if not folder.is_dir():
            raise BadInputError(f"{path} is not a folder with {model.title}; give the folder that holds its files.")
        if lacking := _lacking(model, folder):
            raise BadInputError(f"{path} has no {lacking}, so it cannot be {model.title}; give another folder.")
        self._update(model_id, lambda record: replace(record.without_files(folder), local=str(folder)))
        return self.verify(model_id)

    def remove(self, model_id: str) -> str:
        """Delete a model from the store's own folder; one sentence on what was done.

        A folder that the person pointed at is forgotten and left as it is; the Hugging Face cache is left as it is.
        Raises BadInputError when there is nothing to remove, UnavailableError while it is being downloaded.
        """
        model, local = self.model(model_id), self._record(model_id).local
        if local:
            self._update(model_id, lambda record: replace(record.without_files(Path(local)), local=None))
            return f"{model.title} is no longer used from {local}; nothing in that folder was touched."
        freed = self._bytes_here(model_id)
        if not freed:
            raise BadInputError(cannot_remove(self.status(model_id)))
        with self._lock(model_id).held_at_once(f"{model.title} is being downloaded now; stop that first."):
            self._forget(model_id)
        if self._bytes_here(model_id):
            raise UnavailableError(f"{self._own(model_id)} cannot be deleted; delete it by hand.")
        also = " It is still in the Hugging Face cache." if self.is_here(model_id) else ""
        return f"{model.title} was removed; {readable(freed)} are free again.{also}"

    def _forget(self, model_id: str) -> None:
        """Delete everything of ours, and what was known of it."""
        shutil.rmtree(self._own(model_id), ignore_errors=True)
        shutil.rmtree(self._parts(model_id), ignore_errors=True)
        self._record_file(model_id).unlink(missing_ok=True)

    # ---- where things are ----

    def _own(self, model_id: str) -> Path:
        return self.root / model_id

    def _parts(self, model_id: str) -> Path:
        return self.root / ".parts" / model_id

    def _lock(self, model_id: str) -> Lock:
        return Lock(self.root / ".locks" / f"{model_id}.lock")

    def _bytes_here(self, model_id: str) -> int:
        return _bytes_below(self._own(model_id)) + _bytes_below(self._parts(model_id))

    def _place(self, model: Model, record: Record) -> tuple[Place, Path] | tuple[None, None]:
        """The first place that has the whole model."""
        if record.local:
            return Place.LOCAL, Path(record.local)
        own = self._own(model.id)
        if all((own / file.path).is_file() for file in model.files if not file.optional):
            return Place.OWN, own
        cached = cached_folder(model, model.source.revision or record.revision, self.cache)
        return (Place.CACHE, cached) if cached else (None, None)

    # ---- the record ----

    def _record_file(self, model_id: str) -> Path:
        return self.root / ".records" / f"{model_id}.json"

    def _record(self, model_id: str) -> Record:
        return read_record(self._record_file(model_id))

    def _update(self, model_id: str, change: Callable[[Record], Record]) -> None:
        with self._writing:
            write_record(self._record_file(model_id), change(self._record(model_id)))

    def _key(self, path: Path) -> Path:
        """How the record names a file: our own relative to the root, so that the root can be moved."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def _checked(self, record: Record, paths: list[Path]) -> Checked | None:
        known = [record.of(self._key(path)) for path in paths]
        kinds = [one.checked for one, path in zip(known, paths, strict=True) if one and one.is_untouched(path)]
        return max(kinds, key=list(Checked).index) if len(kinds) == len(paths) else None

    def _missing(self, model: Model) -> list[WeightFile]:
        """What a download has to bring: every file that is not in the own folder, checked and untouched."""
        record = self._record(model.id)
        missing = []
        for file in model.files:
            path = self._own(model.id) / file.path
            known = record.of(self._key(path))
            if not (path.is_file() and known and known.is_untouched(path) and _is_right(file, known, Place.OWN)):
                missing.append(file)
        return missing

    def _keep(self, model: Model, file: WeightFile, fetched: Fetched, checked: Checked) -> None:
        """Take a complete file in: one rename, then the record."""
        path = self._own(model.id) / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with fetched.part.open("rb") as complete:
            os.fsync(complete.fileno())
        os.replace(fetched.part, path)
        entry = FileRecord(fetched.fingerprint.sha256, fetched.size, path.stat().st_mtime_ns, checked)
        self._update(model.id, lambda record: record.with_file(self._key(path), entry))


def _is_outdated(model: Model, record: Record) -> bool:
    """Whether our files are of another commit than the one that the catalogue pins now."""
    return bool(model.source.revision and record.revision and record.revision != model.source.revision)


def _is_right(file: WeightFile, known: FileRecord, place: Place) -> bool:
    """Whether the recorded bytes are the ones that are wanted."""
    wanted = place is Place.LOCAL or file.sha256 in (None, known.sha256)
    return wanted and not known.damaged


def _compare(file: WeightFile, path: Path, known: FileRecord | None, place: Place, progress: Progress) -> FileRecord:
    """Read a file and compare it with the best digest there is: the catalogue's, the recorded, the publisher's."""
    found, stat = fingerprint(path, progress), path.stat()
    blob = blob_digest(path) if place is Place.CACHE else None
    if file.sha256 and (place is not Place.LOCAL or found.sha256 == file.sha256):
        checked, right = Checked.CATALOGUE, found.sha256 == file.sha256
    elif known is not None:
        checked, right = known.checked, found.sha256 == known.sha256
    elif blob is not None:
        checked, right = Checked.PUBLISHER, found.fits(blob)
    else:
        checked, right = Checked.FIRST_USE, True
    expected = found.sha256 if known is None else known.sha256
    return FileRecord(found.sha256 if right else expected, stat.st_size, stat.st_mtime_ns, checked, damaged=not right)


def _files(model: Model, folder: Path, place: Place) -> dict[WeightFile, Path]:
    """The model's files that are in a folder; in a person's own one also weights of another name."""
    files = {file: folder / file.path for file in model.files if (folder / file.path).is_file()}
    if place is Place.LOCAL and folder.is_dir():
        others = [path for path in _weight_files(model, folder) if path not in files.values()]
        files |= {WeightFile(path.relative_to(folder).as_posix()): path for path in others}
    return files


def _weight_files(model: Model, folder: Path) -> list[Path]:
    """Weights in a folder and in those below it where the model has files, of whatever name."""
    places = {folder / PurePosixPath(file.path).parent for file in model.files}
    inside = [path for place in places if place.is_dir() for path in place.iterdir()]
    return sorted(path for path in inside if path.suffix in WEIGHT_SUFFIXES and path.is_file())


def _lacking(model: Model, folder: Path) -> str:
    """What a person's folder needs to be this model at all; empty when it has it."""
    if not folder.is_dir() or not _weight_files(model, folder):
        return "weights file"
    wanted = [file.path for file in model.files if file.path in _TELLING]
    return next((name for name in wanted if not (folder / name).is_file()), "")


def _bytes_below(folder: Path) -> int:
    """Bytes of all files in a folder; what is moved away while it is counted is 0."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(parent, name).stat().st_size
    return size
