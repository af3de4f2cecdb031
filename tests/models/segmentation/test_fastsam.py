import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from models.errors import BadInputError, CancelledError, UnavailableError
from models.geometry import Extent, Point
from models.mask import as_mask, bounds, iou
from models.progress import Progress
from models.segmentation.fastsam import FastSAM, Settings, ultralytics
from models.segmentation.pool_prompts import ProposalPool
from models.segmentation.proposals import Proposals
from models.segmentation.prototypes import Detections, mask_inside, pixels_inside, snapped_to_border
from tests.models.segmentation.drawn_things import SQUARE, DrawnPicture, drawn_picture
from tests.models.segmentation.tiny_fastsam import fastsam_graph, save_checkpoint, spread_confidences, tiny_fastsam

RAW = {"tidy": False, "working": 4096, "crops": 0}


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_fastsam(tmp_path_factory.mktemp("fastsam") / "FastSAM-tiny.pt")


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return data.astronaut()


def _theirs(weights: Path, rgb: np.ndarray, size: int):  # type: ignore[no-untyped-def]
    """ultralytics' own FastSAM with the paper's settings: boxes, scores, masks."""
    model = ultralytics("models.fastsam").FastSAM(str(weights))
    settings = {"imgsz": size, "conf": 0.4, "iou": 0.9, "retina_masks": True, "device": "cpu", "verbose": False}
    found = model(np.ascontiguousarray(rgb[..., ::-1]), **settings)[0]
    if found.masks is None:
        return np.zeros((0, 4)), np.zeros(0), np.zeros((0, *rgb.shape[:2]), bool)
    return found.boxes.xyxy.numpy(), found.boxes.conf.numpy(), found.masks.data.numpy() > 0


def _cut_by_own_boxes(found: Detections, rgb: np.ndarray) -> list[np.ndarray]:
    """Masks as ultralytics cuts them: by the boxes before those are snapped to the border."""
    extent = Extent.of(rgb)
    sampling = found.letterbox.sampling(extent, Extent(found.prototypes.shape[2], found.prototypes.shape[1]))
    masks = []
    for index, box in enumerate(found.boxes):
        inside = pixels_inside(box, 1.0, 1.0, extent)
        masks.append(np.zeros((extent.height, extent.width), bool))
        masks[-1][inside.slices] = mask_inside(found, index, inside, sampling)
    return masks


def _assert_parity(weights: Path, rgb: np.ndarray, size: int, most_alike: float) -> None:
    found = FastSAM(weights, settings=Settings(longest=size, **RAW)).detect(rgb)
    boxes, scores, masks = _theirs(weights, rgb, size)
    ours = _cut_by_own_boxes(found, rgb)
    kept = [index for index, mask in enumerate(ours) if mask.any()]
    assert len(kept) == len(scores)
    snapped = snapped_to_border(found.boxes, Extent.of(rgb))
    np.testing.assert_allclose(found.scores[kept], scores, atol=1e-4)
    np.testing.assert_allclose(snapped[kept], boxes, atol=0.05)
    alike = [iou(as_mask(ours[index]), as_mask(mask)) for index, mask in zip(kept, masks, strict=True)]
    assert np.mean(alike) > most_alike if alike else True


@pytest.mark.parametrize(("shape", "size"), [((300, 512), 512), ((512, 512), 320), ((400, 333), 320)])
def test_untrained_proposals_equal_those_of_ultralytics(
    untrained: Path, astronaut: np.ndarray, shape: tuple[int, int], size: int
) -> None:
    rgb = cv2.resize(astronaut, shape[::-1])
    assert len(_theirs(untrained, rgb, size)[1]) > 10
    _assert_parity(untrained, rgb, size, 0.99)


@pytest.mark.slow
def test_trained_proposals_equal_those_of_ultralytics(trained_fastsam_file: Path) -> None:
    for seed, extent in enumerate((SQUARE, Extent(300, 200), Extent(180, 260))):
        rgb = drawn_picture(np.random.default_rng(seed), extent).rgb
        _assert_parity(trained_fastsam_file, rgb, 192, 0.97)


def test_masks_reach_the_border_where_boxes_were_snapped() -> None:
    boxes = np.array([[12, 30, 300, 200], [100, 15, 395, 290], [8, 8, 396, 297], [40, 40, 60, 60]], np.float32)
    expected = [[0, 30, 300, 200], [100, 0, 400, 300], [0, 0, 400, 300], [40, 40, 60, 60]]
    np.testing.assert_array_equal(snapped_to_border(boxes, Extent(400, 300)), expected)
    nearly_all = np.array([[25, 0, 400, 290]], np.float32)
    np.testing.assert_array_equal(snapped_to_border(nearly_all, Extent(400, 300)), [[0, 0, 400, 300]])


def test_proposals_are_well_formed(untrained: Path, astronaut: np.ndarray) -> None:
    found = FastSAM(untrained, settings=Settings(longest=320, working=256)).propose(astronaut)
    assert found.extent == Extent(512, 512)
    assert found.working == Extent(256, 256)
    assert len(found) > 5
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    for item in found:
        assert item.box == item.box.clipped(found.working)
        assert item.inside.dtype == bool
        assert item.inside.shape == (item.box.height, item.box.width)
        assert 0.4 < item.score <= 1.0
        assert item.inside[0].any()
        assert item.inside[:, -1].any()


def test_nothing_found_is_an_empty_list(untrained: Path, astronaut: np.ndarray) -> None:
    found = FastSAM(untrained, settings=Settings(longest=320, confidence=0.9999)).propose(astronaut)
    assert len(found) == 0
    assert found.extent == Extent(512, 512)


def test_a_picture_of_one_pixel_is_no_problem(untrained: Path) -> None:
    found = FastSAM(untrained, settings=Settings(longest=64)).propose(np.zeros((1, 1, 3), np.uint8))
    assert found.extent == Extent(1, 1)


@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 4), (0, 20, 3)])
def test_other_arrays_are_refused(untrained: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInputError):
        FastSAM(untrained, settings=Settings(longest=64)).propose(np.zeros(shape, np.uint8))


def test_it_reports_and_stops_inside_the_network(untrained: Path, astronaut: np.ndarray) -> None:
    seen: list[float] = []
    model = FastSAM(untrained, settings=Settings(longest=320))
    model.propose(astronaut, Progress(lambda fraction, _: seen.append(fraction)))
    assert len(seen) > 20
    assert seen == sorted(seen)
    count = len(seen)
    seen.clear()
    with pytest.raises(CancelledError):
        model.propose(astronaut, Progress(lambda fraction, _: seen.append(fraction), lambda: len(seen) >= 5))
    assert len(seen) == 5 < count
    assert len(model.propose(astronaut)) > 5


def test_threads_share_one_model(untrained: Path, astronaut: np.ndarray) -> None:
    from concurrent.futures import ThreadPoolExecutor

    model = FastSAM(untrained, settings=Settings(longest=320))
    pictures = [astronaut, astronaut[:300], astronaut[:, :200]] * 2
    alone = [[(p.box, p.score) for p in model.propose(picture)] for picture in pictures]
    with ThreadPoolExecutor(3) as pool:
        together = [[(p.box, p.score) for p in found] for found in pool.map(model.propose, pictures)]
    assert together == alone


class _Harm:
    """What a checkpoint could hold: code that runs when it is read."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return Path.touch, (self.target,)


def _other_task(path: Path) -> None:
    tasks = ultralytics("nn.tasks")
    config = tasks.yaml_model_load("yolov8n.yaml")
    config.update(nc=1, scale="n", scales={"n": [0.33, 0.125, 1024]})
    save_checkpoint(tasks.DetectionModel(config, ch=3, nc=1, verbose=False), path)


def _many_classes(path: Path) -> None:
    tasks = ultralytics("nn.tasks")
    config = tasks.yaml_model_load("yolov8n-seg.yaml")
    config.update(nc=80, scale="n", scales={"n": [0.33, 0.125, 1024]})
    save_checkpoint(tasks.SegmentationModel(config, ch=3, nc=80, verbose=False), path)


def _truncated(path: Path) -> None:
    tiny_fastsam(path)
    path.write_bytes(path.read_bytes()[:200_000])


@pytest.mark.parametrize(
    "write",
    [
        _other_task,
        _many_classes,
        _truncated,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\xd8\xff\xe0 a photo, renamed"),
        lambda path: torch.save({"weights": torch.zeros(3)}, path),
        lambda path: torch.save([1, 2], path),
        lambda path: torch.save(torch.nn.Linear(2, 2), path),
        lambda path: torch.save({"model": {"a": torch.zeros(2)}}, path),
        lambda path: torch.jit.script(torch.nn.Linear(2, 2)).save(str(path)),
    ],
)
def test_what_is_no_fastsam_is_said_in_a_sentence(tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "chosen.pt"
    write(path)
    with pytest.raises(UnavailableError, match=r"^chosen\.pt .*\.$"):
        FastSAM(path)


def test_a_missing_file_and_a_wrong_ending_are_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="download"):
        FastSAM(tmp_path / "none.pt")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(UnavailableError, match=r"\.pt"):
        FastSAM(tmp_path / "model.safetensors")


def test_a_file_cannot_run_code(tmp_path: Path) -> None:
    path, target = tmp_path / "harm.pt", tmp_path / "ran"
    torch.save({"model": _Harm(target)}, path)
    with pytest.raises(UnavailableError):
        FastSAM(path)
    assert not target.exists()


def test_input_sizes_are_multiples_of_the_stride() -> None:
    with pytest.raises(BadInputError):
        Settings(longest=1000)


def test_the_larger_model_with_its_longer_reach_loads(tmp_path: Path, astronaut: np.ndarray) -> None:
    """FastSAM-x predicts distances in 26 bins, not 16, and is cut at 512 channels."""
    torch.manual_seed(0)
    graph = fastsam_graph(0.125, 1.0, reg_max=26, most_channels=512)
    spread_confidences(graph)
    model = FastSAM(save_checkpoint(graph, tmp_path / "x.pt"), settings=Settings(longest=320))
    assert len(model.propose(astronaut)) > 0


_IMPORT = """
import os, sys, cv2, numpy, torch, socket
from pathlib import Path
def refuse(*a, **k): raise SystemExit("looked something up")
socket.getaddrinfo = socket.create_connection = refuse
from PIL import Image
before = dict(os.environ), cv2.getNumThreads(), numpy.get_printoptions(), torch.save, Image.open, cv2.imread
import models.segmentation.fastsam as fastsam
assert "ultralytics" not in sys.modules and "torchvision" not in sys.modules
fastsam.FastSAM(Path(sys.argv[1]), settings=fastsam.Settings(longest=64)).propose(numpy.zeros((64, 64, 3), "u1"))
assert "ultralytics" in sys.modules
added = {k: v for k, v in os.environ.items() if before[0].get(k) != v}
assert set(added) == {"YOLO_OFFLINE", "YOLO_AUTOINSTALL", "ULTRALYTICS_SAFE_LOAD"}, added
assert (cv2.getNumThreads(), torch.save, Image.open, cv2.imread) == (before[1], *before[3:])
assert numpy.get_printoptions() == before[2]
print(__import__("ultralytics.utils").utils.USER_CONFIG_DIR)
"""


def test_importing_leaves_the_machine_and_the_process_alone(untrained: Path, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("YOLO", "ULTRALYTICS"))}
    environment |= {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config"), "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(untrained)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("*ltralytics*"))
    assert not Path(done.stdout.strip().splitlines()[-1]).exists()


def _recall(pictures: list[DrawnPicture], found: list[Proposals], above: float, smallest: int = 0) -> float:
    hits = []
    for drawn, proposals in zip(pictures, found, strict=True):
        masks = [proposals.mask(index) for index in range(len(proposals))]
        for truth in drawn.masks:
            if np.count_nonzero(truth) >= smallest:
                hits.append(max((iou(as_mask(truth), as_mask(mask)) for mask in masks), default=0.0) > above)
    return float(np.mean(hits))


@pytest.fixture(scope="module")
def held_out() -> list[DrawnPicture]:
    rng = np.random.default_rng(1234)
    return [drawn_picture(rng) for _ in range(30)]


@pytest.mark.slow
def test_a_trained_one_finds_what_it_has_not_seen(trained_fastsam_file: Path, held_out: list[DrawnPicture]) -> None:
    model = FastSAM(trained_fastsam_file, settings=Settings(longest=192))
    found = [model.propose(drawn.rgb) for drawn in held_out]
    recalls = [_recall(held_out, found, above, smallest) for smallest in (0, 700) for above in (0.5, 0.7)]
    print("recall at IoU 0.5 and 0.7, all things:", recalls[:2], "from 700 px:", recalls[2:])
    assert recalls[0] > 0.55
    assert recalls[1] > 0.48
    assert recalls[2] > 0.75
    assert recalls[3] > 0.7
    assert np.mean([len(proposals) for proposals in found]) < 10


@pytest.mark.slow
def test_half_precision_finds_the_same(trained_fastsam_file: Path, held_out: list[DrawnPicture]) -> None:
    """Where the processor has it; elsewhere `half` changes nothing."""
    full, half = (FastSAM(trained_fastsam_file, settings=Settings(longest=192), half=h) for h in (False, True))
    alike, shifts = [], []
    for drawn in held_out[:15]:
        found = list(half.propose(drawn.rgb))
        for item in full.propose(drawn.rgb):
            if item.score > 0.45:  # near the threshold a hundredth decides
                twin = max(found, key=item.iou)
                alike.append(item.iou(twin))
                shifts.append(abs(item.score - twin.score))
    assert len(alike) > 40
    assert np.mean(alike) > 0.97
    assert np.mean(shifts) < 0.02


@pytest.mark.slow
def test_clicks_and_boxes_on_trained_proposals(trained_fastsam_file: Path, held_out: list[DrawnPicture]) -> None:
    model = FastSAM(trained_fastsam_file, settings=Settings(longest=192))
    by_click, by_box = [], []
    for drawn in held_out[:12]:
        pool = ProposalPool(drawn.rgb, model.propose(drawn.rgb))
        for truth in drawn.masks:
            if np.count_nonzero(truth) < 700:
                continue
            depth = cv2.distanceTransform(truth.astype(np.uint8), cv2.DIST_L2, 3)
            y, x = np.unravel_index(int(depth.argmax()), depth.shape)
            click = pool.from_points([Point(int(x), int(y))])
            by_click.append(max((iou(c.mask, as_mask(truth)) for c in click.candidates), default=0.0))
            box = pool.from_box(bounds(as_mask(truth)).padded(4))
            by_box.append(iou(box.mask, as_mask(truth)) if box.found else 0.0)
    print("mean IoU by click", np.mean(by_click), "by box", np.mean(by_box), "of", len(by_box))
    assert len(by_box) > 25
    assert np.mean(by_click) > 0.7
    assert np.mean(by_box) > 0.7


@pytest.mark.slow
def test_crops_of_a_large_picture_find_what_one_look_misses(trained_fastsam_file: Path) -> None:
    """Things as large in the crops as those in training, a third of that in the whole picture."""
    rng = np.random.default_rng(5)
    pictures = [drawn_picture(rng, Extent(576, 432), things=14, sizes=(14, 40)) for _ in range(4)]
    once = FastSAM(trained_fastsam_file, settings=Settings(longest=192, working=576, crops=0))
    closely = FastSAM(
        trained_fastsam_file, settings=Settings(longest=192, working=576, working_with_crops=576, crops=24)
    )
    recalls = []
    for model in (once, closely):
        found = [model.propose(picture.rgb) for picture in pictures]
        recalls.append(_recall(pictures, found, 0.5))
        duplicates = [first.iou(second) for p in found for i, first in enumerate(p) for second in list(p)[i + 1 :]]
        assert max(duplicates, default=0.0) < 0.8
    print("recall at IoU 0.5 of one look and with crops:", recalls)
    assert recalls[1] > recalls[0] + 0.25
    assert recalls[1] > 0.5
    large = drawn_picture(np.random.default_rng(8), Extent(576, 432), things=3, sizes=(120, 130))
    assert _recall([large], [closely.propose(large.rgb)], 0.5) >= _recall([large], [once.propose(large.rgb)], 0.5)
