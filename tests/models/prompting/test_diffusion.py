"""Concept diffusion with real parts made tiny: CLIP, PriorTransformer, the training, its files, and what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from models.errors import BadInputError, CancelledError, UnavailableError
from models.progress import Progress
from models.prompting.diffusion import checkpoint
from models.prompting.diffusion.checkpoint import Trained, weights_identity
from models.prompting.diffusion.conditions import sights_of
from models.prompting.diffusion.network import ConceptNetwork, NetworkShape
from models.prompting.diffusion.outlines import as_marked
from models.prompting.diffusion.process import draw_concepts, scheduler, training_loss, votes
from models.prompting.diffusion.rows import Example, look_at_all
from models.prompting.diffusion.suggester import ConceptSuggester
from models.prompting.diffusion.training import ConceptPlan, train_concepts
from models.segmentation.clip_ranker import ClipRanker
from tests.models.prompting.drawn import ellipse, meadow, sea
from tests.models.prompting.toy import OFTEN, WORDS, ToySet
from tests.models.segmentation.tiny_clip import tiny_clip

_TINY = {"heads": 2, "head": 8, "layers": 1, "batch": 8, "warmup": 2, "looks": 1}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ClipRanker:
    return ClipRanker(tiny_clip(tmp_path_factory.mktemp("clip") / "clip", dim=64))


def trained_on(clip: ClipRanker, phrases: tuple[str, ...]) -> Trained:
    """An untrained network that knows what it needs to be used."""
    torch.manual_seed(3)
    network = ConceptNetwork(NetworkShape(clip.width, 16, heads=2, head=8, layers=1))
    network.standardise_by(torch.from_numpy(clip.embed_texts(list(phrases))))
    return Trained(network.eval(), weights_identity(clip.identity()), phrases, "{}", 0, 0)


def test_conditions_do_not_show_what_is_in_the_place(clip: ClipRanker) -> None:
    mask = ellipse(0.5, 0.5, 0.2, 0.3)
    painted = np.where(mask[..., None] > 0, np.uint8(255), meadow())
    first, second = sights_of(clip, [(meadow(), mask), (painted, mask)]), sights_of(clip, [(sea(), mask)])
    for part in first:
        assert torch.allclose(part[0], part[1], atol=1e-5)
    assert not torch.allclose(first.patches[0], second.patches[0], atol=1e-2)
    assert first.whole.shape == (2, 64)
    assert first.patches.shape == (2, 16, 64)
    assert torch.allclose(first.patches.norm(dim=-1), torch.ones(2, 16), atol=1e-4)
    assert first.box[0, :4].tolist() == pytest.approx([0.5, 0.5, 0.2, 0.3], abs=0.01)


def test_every_condition_reaches_the_prediction_and_none_when_withheld(clip: ClipRanker) -> None:
    network = trained_on(clip, ("a dog", "a cat", "the sky")).network
    noisy, step = torch.randn(1, 64), torch.tensor([500])
    one = sights_of(clip, [(meadow(), ellipse(0.5, 0.5, 0.2, 0.3))])
    other = sights_of(clip, [(sea(), ellipse(0.3, 0.6, 0.4, 0.1))])
    base = network(noisy, step, one)
    for name in one._fields:
        changed = network(noisy, step, one._replace(**{name: getattr(other, name)}))
        assert (changed - base).abs().max() > 1e-4, name
    nothing = torch.tensor([False])
    assert torch.equal(network(noisy, step, one, nothing, nothing), network(noisy, step, other, nothing, nothing))
    assert not torch.equal(network(noisy, step, one, ~nothing, nothing), network(noisy, step, other, ~nothing, nothing))


def test_standardising_is_undone(clip: ClipRanker) -> None:
    phrases = ("a dog", "a cat", "the sky", "a photo of the sky")
    network, texts = trained_on(clip, phrases).network, torch.from_numpy(clip.embed_texts(list(phrases)))
    standardised = network.standardised(texts)
    assert torch.allclose(standardised.mean(dim=0), torch.zeros(64), atol=1e-4)
    assert torch.allclose(network.restored(standardised), texts, atol=1e-5)


def test_sampling_with_a_perfect_predictor_ends_at_its_prediction(clip: ClipRanker) -> None:
    network = trained_on(clip, ("a dog", "a cat")).network
    wanted = torch.randn(64)
    network.forward = lambda noisy, *_: wanted.expand(len(noisy), -1)  # type: ignore[method-assign]
    sights = sights_of(clip, [(meadow(), ellipse(0.5, 0.5, 0.2, 0.3))] * 2)
    drawn = draw_concepts(network, sights, each=3, seed=1, steps=8)
    assert drawn.shape == (2, 3, 64)
    assert torch.allclose(drawn, wanted.expand(2, 3, -1), atol=0.05)


def test_noise_covers_everything_in_the_end_and_nothing_at_first() -> None:
    kept = scheduler().alphas_cumprod
    assert float(kept[0]) > 0.999
    assert float(kept[-1]) < 1e-3


def test_a_vote_is_divided_among_the_nearest() -> None:
    bank = torch.eye(4)
    drawn = torch.stack([bank[0], bank[0], bank[2], bank[1] + bank[2]])[None]
    shares = votes(drawn, bank)[0]
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert shares.tolist() == pytest.approx([0.5, 0.125, 0.375, 0.0], abs=1e-2)


def test_the_loss_is_small_only_for_the_right_answer(clip: ClipRanker) -> None:
    phrases = ("a dog", "a cat", "the sky")
    network, texts = trained_on(clip, phrases).network, torch.from_numpy(clip.embed_texts(list(phrases)))
    sights = sights_of(clip, [(meadow(), ellipse(0.5, 0.5, 0.2, 0.3))] * 3)
    network.forward = lambda *_: network.standardised(texts)  # type: ignore[method-assign]
    assert float(training_loss(network, texts, sights, torch.Generator().manual_seed(0))) == 0.0
    assert float(training_loss(network, texts.flip(0), sights, torch.Generator().manual_seed(0))) > 0.5


def test_marked_places_hold_the_thing_and_a_little_more() -> None:
    thing = ellipse(0.4, 0.5, 0.2, 0.4)
    dice = np.random.default_rng(0)
    marked = [as_marked(np.asfortranarray(thing), dice) for _ in range(12)]
    assert all(np.all(one[thing > 0] == 1) for one in marked)
    assert all(1.0 < one.sum() / thing.sum() < 3.5 for one in marked)
    assert len({int(one.sum()) for one in marked}) > 6
    corner = np.zeros((40, 30), np.float32)
    corner[39, 29] = 1
    assert all(as_marked(corner, dice)[39, 29] == 1 for _ in range(12))


class Broken(ToySet):
    """A set of which every third picture cannot be read."""

    def __getitem__(self, index: int) -> Example:
        if index % 3 == 0:
            raise BadInputError("broken")
        return super().__getitem__(index)


def test_rows_are_looked_at_once_and_broken_pictures_are_left_out(clip: ClipRanker, tmp_path: Path) -> None:
    rows = look_at_all(Broken(90, 1), clip, tmp_path / "rows", looks=2, seed=0)
    assert rows.unreadable == 60
    assert len(rows.training) + len(rows.held_out) == 120
    assert not set(rows.group[rows.training]) & set(rows.group[rows.held_out])
    counts = np.bincount(rows.phrase[rows.phrase >= 0])
    assert list(counts) == sorted(counts, reverse=True)
    assert rows.phrases[int(rows.phrase[2])] == ToySet(90, 1)[1].phrase
    reports: list[float] = []
    again = look_at_all(
        Broken(90, 1), clip, tmp_path / "rows", looks=2, seed=0, progress=Progress(lambda f, _: reports.append(f))
    )
    assert not reports, "they were there"
    assert np.array_equal(again.whole, rows.whole)


def test_a_stopped_training_goes_on_as_if_it_had_not_stopped(clip: ClipRanker, tmp_path: Path) -> None:
    examples = ToySet(24, 1)
    plan = ConceptPlan(**_TINY, steps=6, seed=5)
    train_concepts(examples, clip, tmp_path / "whole.safetensors", plan)
    calls = iter(range(100))

    def stop() -> bool:
        return next(calls) >= 6  # some reports while looking, then three steps

    with pytest.raises(CancelledError, match="--resume"):
        train_concepts(examples, clip, tmp_path / "parts.safetensors", plan, progress=Progress(is_cancelled=stop))
    told: list[str] = []
    done = train_concepts(examples, clip, tmp_path / "parts.safetensors", plan, resume=True, say=told.append)
    assert any("Going on after" in line for line in told)
    assert done.finished
    whole, parts = load_file(tmp_path / "whole.safetensors"), load_file(tmp_path / "parts.safetensors")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_run_is_not_overwritten_nor_mixed_with_another(clip: ClipRanker, tmp_path: Path) -> None:
    target = tmp_path / "c.safetensors"
    train_concepts(ToySet(24, 1), clip, target, ConceptPlan(**_TINY, steps=1))
    with pytest.raises(BadInputError, match="--resume"):
        train_concepts(ToySet(24, 1), clip, target, ConceptPlan(**_TINY, steps=1))
    with pytest.raises(BadInputError, match="other settings"):
        train_concepts(ToySet(24, 1), clip, target, ConceptPlan(**_TINY, steps=2, learning_rate=0.5), resume=True)
    with pytest.raises(BadInputError, match="safetensors"):
        train_concepts(ToySet(24, 1), clip, tmp_path / "c.pt", ConceptPlan(**_TINY, steps=1))


def test_a_checkpoint_says_what_it_is(clip: ClipRanker, tmp_path: Path) -> None:
    target = tmp_path / "c.safetensors"
    train_concepts(ToySet(24, 1), clip, target, ConceptPlan(**_TINY, steps=2, seed=7))
    with safe_open(target, "pt") as file:
        told = file.metadata()
    assert told["clip"] == weights_identity(clip.identity())
    assert (told["step"], told["seed"]) == ("2", "7")
    read = checkpoint.read(target)
    assert set(read.phrases) == set(ToySet(24, 1).words())
    mask = ellipse(0.5, 0.5, 0.2, 0.3)
    first = ConceptSuggester(read, clip).suggest(meadow(), mask, 3)
    assert first == ConceptSuggester(read, clip).suggest(meadow(), mask, 3)
    assert len(first) == 3
    assert len({one.thing for one in first}) == 3


def test_other_files_are_refused(clip: ClipRanker, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="train concepts"):
        checkpoint.read(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("hello")
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "empty.safetensors", {"kind": "pentimento-concepts-1"})
    for name in ("text", "other", "empty"):
        with pytest.raises(BadInputError):
            checkpoint.read(tmp_path / f"{name}.safetensors")


def test_another_clip_is_refused(clip: ClipRanker, tmp_path: Path) -> None:
    trained = trained_on(clip, ("a dog", "a cat"))
    other = ClipRanker(tiny_clip(tmp_path / "other", dim=32))
    with pytest.raises(UnavailableError, match="another CLIP"):
        ConceptSuggester(trained, other)


def test_wrong_places_are_refused(clip: ClipRanker) -> None:
    suggester = ConceptSuggester(trained_on(clip, ("a dog", "a cat")), clip)
    with pytest.raises(BadInputError):
        suggester.suggest(meadow(), np.zeros((320, 480), np.float32))
    with pytest.raises(BadInputError):
        suggester.suggest(meadow(), ellipse(0.5, 0.5, 0.1, 0.1), 0)
    with pytest.raises(BadInputError):
        suggester.embeddings(meadow(), ellipse(0.5, 0.5, 0.1, 0.1), 0)


@pytest.mark.slow
def test_it_learns_what_outline_and_surroundings_say_together(clip: ClipRanker, tmp_path: Path) -> None:
    """On held-out drawings it beats the most frequent words and the best possible guess from the surroundings alone."""
    torch.set_num_threads(1)
    learned, tested = ToySet(400, 1), ToySet(60, 2)
    plan = ConceptPlan(
        heads=4, head=16, layers=2, steps=130, batch=48, learning_rate=3e-3, warmup=20, ema=0.97, template="{}"
    )
    target = tmp_path / "toy.safetensors"
    train_concepts(learned, clip, target, plan)
    trained = checkpoint.read(target)
    examples = [tested[index] for index in range(len(tested))]
    truth = [one.phrase for one in examples]
    # frequency: the most frequent words of the training set, wherever they are asked for
    frequent = [word for word, _ in learned.words().most_common(3)]
    frequent_hits = np.mean([word == frequent[0] for word in truth])
    frequent_top = np.mean([word in frequent for word in truth])
    # context only: the true surroundings are known, and of the words they allow the most frequent outline's is said
    ground_of = {word: ground for (ground, _), word in WORDS.items()}
    ranked = sorted(OFTEN, key=lambda outline: -OFTEN[outline])
    context = [[WORDS[ground_of[word], outline] for outline in ranked] for word in truth]
    context_hits = np.mean([said[0] == word for said, word in zip(context, truth, strict=True)])
    context_top = np.mean([word in said[:3] for said, word in zip(context, truth, strict=True)])

    sights = sights_of(clip, [(one.rgb, one.mask) for one in examples])
    texts = trained.network.standardised(torch.from_numpy(clip.embed_texts(list(trained.phrases))))
    shares = votes(draw_concepts(trained.network, sights, each=6, seed=0, steps=10), texts)
    said = [[trained.phrases[at] for at in row.topk(3).indices] for row in shares]
    hits = np.mean([one[0] == word for one, word in zip(said, truth, strict=True)])
    top = np.mean([word in one for one, word in zip(said, truth, strict=True)])
    assert hits > max(frequent_hits, context_hits) + 0.25, (hits, frequent_hits, context_hits)
    assert top >= max(frequent_top, context_top), (top, frequent_top, context_top)
    assert hits > 0.8
    # the suggester says the same in words
    suggester = ConceptSuggester(trained, clip, own_phrases_only=True)
    right = [suggester.suggest(one.rgb, one.mask, 1)[0].phrase == one.phrase for one in examples[:3]]
    assert np.mean(right) > 0.5
