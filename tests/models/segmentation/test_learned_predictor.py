"""The predictor of downloaded models: each prompt by the stage that is there, the weight-free one for the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import iou
from models.progress import Progress
from models.segmentation.clip_ranker import ClipRanker
from models.segmentation.fastsam import FastSAM, Settings
from models.segmentation.learned_predictor import LearnedPredictor, Stages
from models.segmentation.picture_memory import PictureMemory, Remembering
from models.segmentation.proposals import Proposals
from models.segmentation.protocol import Predictor
from models.segmentation.weight_free import WeightFreePredictor
from tests.models.segmentation.named_shapes import Named, outline, shapes_picture
from tests.models.segmentation.tiny_clip import tiny_clip
from tests.models.segmentation.tiny_segmenters import tiny_clipseg, tiny_grounding_dino, tiny_sam2, tiny_sam3

THINGS = [Named("star", "red", 80, 100, 45), Named("circle", "blue", 230, 100, 45)]


class Drawn:
    """A proposer that knows what was drawn, and counts how often it is asked."""

    name = "drawn"

    def __init__(self, proposals: Proposals) -> None:
        self.proposals = proposals
        self.asked = 0

    def propose(self, rgb: np.ndarray, progress: Progress | None = None) -> Proposals:
        del rgb, progress
        self.asked += 1
        return self.proposals


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, Proposals]:
    return shapes_picture(THINGS)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("clip"))


def predictor_for(rgb: np.ndarray, stages: Stages, folder: Path | None = None) -> LearnedPredictor:
    made = LearnedPredictor(stages, PictureMemory())
    if folder is not None:
        made.remember_in(folder)
    made.set_image(rgb)
    return made


def test_it_is_a_predictor_and_remembers(scene: tuple[np.ndarray, Proposals]) -> None:
    made: Predictor = predictor_for(scene[0], Stages())
    assert made.name == "weight-free"
    assert isinstance(made, Remembering)
    with pytest.raises(ValueError, match="set_image"):
        LearnedPredictor(Stages()).from_words("the star")


def test_without_stages_it_answers_as_the_weight_free_one(scene: tuple[np.ndarray, Proposals]) -> None:
    plain = WeightFreePredictor()
    plain.set_image(scene[0])
    made = predictor_for(scene[0], Stages())
    assert np.array_equal(made.from_points([Point(80, 100)]).mask, plain.from_points([Point(80, 100)]).mask)
    assert np.array_equal(made.from_words("the red star").mask, plain.from_words("the red star").mask)


def test_clicks_boxes_and_strokes_take_proposals(scene: tuple[np.ndarray, Proposals]) -> None:
    rgb, proposals = scene
    made = predictor_for(rgb, Stages(Drawn(proposals)))
    star = proposals.mask(0).astype(np.float32)
    stroke = np.zeros(rgb.shape[:2], np.float32)
    stroke[95:105, 60:100] = 1
    for found in (
        made.from_points([Point(80, 100)]),
        made.from_box(Bounds(30, 50, 130, 150)),
        made.from_brush(stroke),
    ):
        assert iou(found.mask, star) > 0.95
        assert "proposal" in found.candidates[0].reason


def test_where_the_pool_has_nothing_the_weight_free_answer_stands(scene: tuple[np.ndarray, Proposals]) -> None:
    rgb, proposals = scene
    made = predictor_for(rgb, Stages(Drawn(Proposals(proposals.extent, proposals.working))))
    assert iou(made.from_points([Point(80, 100)]).mask, proposals.mask(0).astype(np.float32)) > 0.7


def test_stage_one_runs_once_for_a_picture_and_not_in_the_next_process(
    scene: tuple[np.ndarray, Proposals], clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb, proposals = scene
    drawn = Drawn(proposals)
    first = predictor_for(rgb, Stages(drawn, ClipRanker(clip)), tmp_path / "seen")
    answers = [first.from_words(phrase) for phrase in ("the dog", "the sky", "the red star")]
    first.from_points([Point(80, 100)])
    assert drawn.asked == 1

    monkeypatch.setattr(ClipRanker, "encode", lambda *_: pytest.fail("the picture was encoded again"))
    later = Drawn(proposals)
    second = predictor_for(rgb, Stages(later, ClipRanker(clip)), tmp_path / "seen")
    again = [second.from_words(phrase) for phrase in ("the dog", "the sky", "the red star")]
    second.from_points([Point(80, 100)])
    assert later.asked == 0
    assert [found.question for found in again] == [found.question for found in answers]
    assert [found.score for found in again] == [found.score for found in answers]


def test_what_needs_no_model_does_not_wait_for_one(scene: tuple[np.ndarray, Proposals], clip: Path) -> None:
    rgb, proposals = scene
    drawn = Drawn(proposals)
    made = predictor_for(rgb, Stages(drawn, ClipRanker(clip)))
    assert made.from_words("the background").found
    assert made.from_words("everything").found
    assert drawn.asked == 0
    made.from_words("the dog")
    assert drawn.asked == 1


def test_another_picture_is_looked_at_anew(scene: tuple[np.ndarray, Proposals], tmp_path: Path) -> None:
    rgb, proposals = scene
    drawn = Drawn(proposals)
    made = predictor_for(rgb, Stages(drawn), tmp_path)
    made.from_points([Point(80, 100)])
    made.set_image(rgb[:, ::-1].copy())
    made.from_points([Point(80, 100)])
    assert drawn.asked == 2


def test_predictors_share_a_ranker_without_mixing_pictures_up(scene: tuple[np.ndarray, Proposals], clip: Path) -> None:
    ranker = ClipRanker(clip)
    rgb, proposals = scene
    other_rgb, other_proposals = shapes_picture([Named("square", "green", 100, 90, 50)], seed=4)
    first = predictor_for(rgb, Stages(Drawn(proposals), ranker))
    before = first.from_words("the dog")
    predictor_for(other_rgb, Stages(Drawn(other_proposals), ranker)).from_words("the dog")
    after = first.from_words("the cat")
    alone = predictor_for(rgb, Stages(Drawn(proposals), ClipRanker(clip)))
    assert (after.question, after.score) == (alone.from_words("the cat").question, alone.from_words("the cat").score)
    assert before.question == first.from_words("the dog").question


def test_proposals_can_be_browsed(scene: tuple[np.ndarray, Proposals]) -> None:
    rgb, proposals = scene
    made = predictor_for(rgb, Stages(Drawn(proposals)))
    known = made.atlas()
    assert len(known.proposals) == 3
    star = known.holders[known.atoms[100, 80]]
    assert star == (0,)
    assert iou(made.proposal_mask(0), proposals.mask(0).astype(np.float32)) > 0.95
    with pytest.raises(BadInputError):
        made.proposal_mask(3)


def test_a_click_outside_is_refused_whatever_answers(scene: tuple[np.ndarray, Proposals], tmp_path: Path) -> None:
    from models.segmentation.learned.sam import Sam2

    for stages in (Stages(), Stages(Drawn(scene[1])), Stages(segmenter=Sam2(tiny_sam2(tmp_path / "sam")))):
        made = predictor_for(scene[0], stages)
        with pytest.raises(BadInputError):
            made.from_points([Point(5000, 10)])
        with pytest.raises(BadInputError):
            made.from_points([])


@pytest.mark.slow
def test_every_composition_runs_on_models_of_the_real_architecture(
    scene: tuple[np.ndarray, Proposals], tmp_path: Path
) -> None:
    """The models are untrained: what is asserted is that each answers in the contract's shapes, or asks."""
    from models.segmentation.learned.clipseg import ClipSeg
    from models.segmentation.learned.concepts import Sam3
    from models.segmentation.learned.detectors import GroundingDino
    from models.segmentation.learned.sam import Sam2

    rgb, proposals = scene
    drawn, sam = Drawn(proposals), Sam2(tiny_sam2(tmp_path / "sam"))
    dino = GroundingDino(tiny_grounding_dino(tmp_path / "dino"), threshold=0.05)
    for stages in (
        Stages(segmenter=sam),
        Stages(segmenter=sam, detector=dino),
        Stages(drawn, detector=dino),
        Stages(detector=dino),
        Stages(concepts=Sam3(tiny_sam3(tmp_path / "sam3", video=False), threshold=0.0)),
        Stages(heat=ClipSeg(tiny_clipseg(tmp_path / "heat"))),
        Stages(drawn, heat=ClipSeg(tiny_clipseg(tmp_path / "heat"))),
    ):
        made = predictor_for(rgb, stages)
        assert made.name
        stroke = np.zeros(rgb.shape[:2], np.float32)
        stroke[95:105, 60:100] = 1
        for found in (
            made.from_words("the dog"),
            made.from_words("everything but the dog"),
            made.from_points([Point(80, 100)]),
            made.from_box(Bounds(30, 50, 130, 150)),
            made.from_brush(stroke),
        ):
            assert found.found or found.question
            for candidate in found.candidates:
                assert candidate.mask.shape == rgb.shape[:2]
                assert candidate.mask.dtype == np.float32
                assert 0 <= candidate.score <= 1


@pytest.mark.slow
def test_end_to_end_with_a_trained_fastsam_and_a_trained_clip(
    trained_fastsam_file: Path, trained_clip_folder: Path, tmp_path: Path
) -> None:
    things = [
        Named("star", "red", 45, 50, 34),
        Named("circle", "blue", 140, 50, 28),
        Named("circle", "yellow", 50, 140, 30),
        Named("triangle", "green", 145, 145, 36),
    ]
    extent = Extent(192, 192)
    rgb, _ = shapes_picture(things, extent)
    proposer = FastSAM(trained_fastsam_file, settings=Settings(longest=192))
    made = predictor_for(rgb, Stages(proposer, ClipRanker(trained_clip_folder)), tmp_path / "seen")
    for phrase, thing in (
        ("the red star", things[0]),
        ("the left circle", things[2]),
        ("the blue circle", things[1]),
        ("the triangle", things[3]),
    ):
        found = made.from_words(phrase)
        assert found.found, (phrase, found.question)
        assert iou(found.mask, outline(extent, thing).astype(np.float32)) > 0.75, phrase
    both = made.from_words("all circles")
    wanted = outline(extent, things[1]) | outline(extent, things[2])
    assert iou(both.mask, wanted.astype(np.float32)) > 0.75
    assert not made.from_words("the giraffe").found
    assert iou(made.from_points([Point(140, 50)]).mask, outline(extent, things[1]).astype(np.float32)) > 0.75
