"""The learned reader: rows laid over their words, the network in NumPy, reading, and who has the last word."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from agent.offline import Turn, plan, planner
from agent.offline.history import Conversation
from agent.offline.reader import features, second
from agent.offline.reader.decoding import read, roles_of
from agent.offline.reader.labels import ROLES
from agent.offline.reader.network import Network
from agent.offline.reader.tokens import MOST, occurrences, tokens
from agent.offline.steps import OPERATIONS, Step
from agent.reader_training.aligning import IGNORED, lay
from agent.reader_training.augmenting import Variety
from agent.reader_training.choice import Seen, fit_choice, rightness
from agent.reader_training.fitting import Fit, fit
from agent.reader_training.network import ReaderNetwork, batch_of
from agent.reader_training.training import plain, write
from ui.cli import app

NOTHING = Conversation()


def step(op: str, target: str | None = None, value: str | None = None) -> dict[str, str | None]:
    return {"op": op, "target": target, "value": value}


def over(text: str, *steps: dict[str, str | None]):
    found = lay(tokens(text), text, list(steps), NOTHING)
    assert found is not None
    return found


def said_as(laid, letters: str) -> list[str]:
    names = [ROLES[role] if role != IGNORED else "?" for role in laid.roles]
    return [token.text for token, name in zip(laid.said, names, strict=True) if name[-1] in letters and name != "O"]


def test_phrases_are_found_without_articles_and_plurals():
    assert occurrences("parked cars by gate", tokens("the parked car by the gate, and a car")) == [(1, 6)]
    assert occurrences("boat", tokens("the boot")) == []


def test_steps_are_cut_at_the_words_that_join_them():
    found = over(
        "lose the bin and make her coat navy, then crop to 4:5",
        step("remove", "bin"),
        step("recolor", "her coat", "navy"),
        step("crop", None, "4:5"),
    )
    cut = [" ".join(token.text for token in found.said[piece.begin : piece.end]) for piece in found.pieces]
    assert cut == ["lose the bin", "and make her coat navy", ", then crop to 4:5"]
    assert said_as(found, "T") == ["bin", "coat"]
    assert said_as(found, "V") == ["navy", "4:5"]


def test_a_usual_value_is_one_that_is_not_said():
    found = over("way too dark", step("adjust", None, "brighter"))
    assert found.pieces[0].value == "=brighter"
    assert set(found.roles) == {0}


def test_a_target_that_is_not_said_is_not_taught():
    found = over("she could use some colour", step("recolor", "grandmother", "red"))
    assert IGNORED in found.roles


def test_a_shared_value_stands_with_the_step_before():
    found = over("paint the door and the gate red", step("recolor", "door", "red"), step("recolor", "gate", "red"))
    assert [piece.value for piece in found.pieces] == ["after", "span"]


def test_variations_keep_labels_on_their_words():
    rows = [
        over("please remove the old bin near the wall", step("remove", "old bin near wall")),
        over("turn the gate green", step("recolor", "gate", "green")),
        over("put a hat on the dog", step("insert", "dog", "hat")),
    ]
    variety = Variety(rows, np.random.default_rng(3))
    for _ in range(60):
        for row in rows:
            varied = variety.of(row)
            assert len(varied.said) == len(varied.roles) == len(varied.bounds) == len(varied.marks)
            assert [token.text for token in varied.said] == [varied.text[t.begin : t.end] for t in varied.said]
            assert varied.pieces[0].begin == 0
            assert varied.pieces[-1].end == len(varied.said)
            for before, after in zip(varied.pieces, varied.pieces[1:], strict=False):
                assert before.end == after.begin
            for piece in varied.pieces:
                for span, first in ((piece.target_span, 1), (piece.value_span, 3)):
                    if span:
                        assert varied.roles[span[0]] == first
                        assert all(role == first + 1 for role in varied.roles[span[0] + 1 : span[1]])
                        assert piece.begin <= span[0] < span[1] <= piece.end


def test_no_phrase_goes_on_without_having_begun():
    rng = np.random.default_rng(0)
    for _ in range(30):
        roles = roles_of(np.log(rng.dirichlet(np.ones(5), 9)), [0, 4])
        for place, role in enumerate(roles):
            if ROLES[role][0] == "I":
                assert place not in (0, 4)
                assert ROLES[roles[place - 1]][1] == ROLES[role][1]


def test_the_network_in_numpy_is_the_one_that_was_fitted():
    torch.manual_seed(5)
    network = ReaderNetwork().eval()
    text = "Kill the glare, make it 20% warmer"
    said = tokens(text)
    marks = features.marks_of(said, [Step("remove", "glare")])
    seen = features.seen(said, text, NOTHING, marks)
    other = features.seen(tokens("crop"), "crop", NOTHING)
    with torch.no_grad():
        states = network.states(batch_of([other, seen]))[1]
        roles = torch.log_softmax(network.role(states), 1).numpy()
    member = {name: table.numpy() for name, table in network.state_dict().items()}
    told = Network([member, member]).words(seen)
    np.testing.assert_allclose(told.states[1], states.numpy(), atol=2e-5)
    np.testing.assert_allclose(told.roles, roles, atol=2e-5)


def test_a_handful_of_requests_is_learned_and_said_again_with_other_things(tmp_path: Path):
    rows = [
        over("please zorble the bin", step("remove", "bin")),
        over("zorble that old car", step("remove", "old car")),
        over("the lamp wants to be in green", step("recolor", "lamp", "green")),
        over("her coat wants to be in dark red", step("recolor", "her coat", "dark red")),
        over("zorble the man, the wall wants to be in blue", step("remove", "man"), step("recolor", "wall", "blue")),
    ]
    network = fit(rows, Fit(epochs=30, copies=6, batch=10, rate=5e-3, variations=12))
    write(tmp_path / "small.npz", [plain(network)], np.zeros(3), np.zeros(3))
    network = Network.load(tmp_path / "small.npz")
    found = read(network, "zorble the kettle", NOTHING)
    assert found.steps == [Step("remove", "kettle")]
    found = read(network, "the fence wants to be in yellow", NOTHING)
    assert found.steps == [Step("recolor", "fence", "yellow")]


def test_one_command_learns_from_files_and_writes_what_can_be_read(tmp_path: Path):
    rows = [
        {"id": f"row-{number}", "text": f"remove the {thing}", "plan": [step("remove", thing)]}
        for number, thing in enumerate(("bin", "car", "lamp", "cat", "old boat", "street sign"))
    ]
    for name in ("tuned", "fair"):
        lines = [json.dumps({**row, "id": f"{name}-{row['id']}"}) for row in rows]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    (tmp_path / "first.jsonl").write_text(json.dumps({"id": "tuned-row-0", "plan": [step("clarify")]}))
    files = ["--rows", "fair.jsonl", "--tuned", "tuned.jsonl", "--first", "first.jsonl"]
    places = [str(tmp_path / each) if each.endswith("jsonl") else each for each in files]
    places += ["--without", "fair", "--without", ""]
    told = CliRunner().invoke(app, ["train", "reader", str(tmp_path / "small.npz"), *places, "--epochs", "1"])
    assert told.exit_code == 0, told.output
    reader = second.fitted(tmp_path / "small.npz")
    assert reader is not None
    assert reader.network.count == 2
    found = second.opinion(reader, "remove the bin", NOTHING, [Step("remove", "bin")])
    assert found.steps
    assert 0 < found.better < 1
    wrong = CliRunner().invoke(app, ["train", "reader", str(tmp_path / "x.npz"), *places[:2], "--without", "nothing"])
    assert wrong.exit_code == 2
    assert "no requests named nothing" in wrong.output


def test_the_choice_follows_what_foretells_being_right():
    rng = np.random.default_rng(1)
    evidence = rng.random((200, 3)).astype(np.float32)
    evidence[:, -1] = 1
    seen = [Seen(row, float(row[0] < 0.6), float(row[0] >= 0.6)) for row in evidence]
    weights = fit_choice(seen, penalty=0.1)
    assert np.mean((evidence @ weights > 0) == (evidence[:, 0] >= 0.6)) > 0.95


def test_rightness_is_two_only_for_the_whole_plan():
    wanted = [step("recolor", "coat", "navy blue")]
    assert rightness([Step("recolor", "her coat", "navy blue")], wanted) == 2
    assert rightness([Step("recolor", "hat", "navy blue")], wanted) == 1
    assert rightness([Step("remove", "coat")], wanted) == 0
    assert rightness([Step("recolor", "coat", "navy"), Step("crop")], wanted) == pytest.approx(2 / 3)


@pytest.fixture(scope="module")
def reader() -> second.Reader:
    found = second.fitted()
    assert found is not None
    return found


def test_any_text_gives_known_operations_and_finite_odds(reader: second.Reader):
    for text in ("?", "remove", "x " * 60, "Qtxt0z Qtxt1z", "#fff 4:5 20%", "红色 лодка", "the the the"):
        found = second.opinion(reader, text, NOTHING, [Step("clarify")])
        assert all(each.op in OPERATIONS for each in found.steps)
        assert 0 <= found.better <= 1
        assert 0 <= found.right <= 1


def test_long_messages_are_left_to_the_grammar(reader: second.Reader):
    assert read(reader.network, "bright " * (MOST + 1), NOTHING).steps == []
    assert second.better("bright " * (MOST + 1), NOTHING, [Step("clarify")], reader) is None


def opined(monkeypatch: pytest.MonkeyPatch, steps: list[Step], better: float, right: float) -> None:
    found = second.Opinion(steps, "", better, right)
    monkeypatch.setattr(second, "opinion", lambda *_: found)


def asked(text: str, grammar: list[Step]) -> list[Step] | None:
    reader = second.Reader(Network([ReaderNetwork().state_dict()]), np.zeros(1), np.zeros(1))
    found = second.better(text, NOTHING, grammar, reader)
    return found and found[0]


def test_taking_away_has_to_be_surer_than_other_edits(monkeypatch: pytest.MonkeyPatch):
    question = [Step("clarify")]
    for step, right, stands in (
        (Step("adjust", None, "brighter"), 0.45, True),
        (Step("remove", "sky"), 0.45, False),
        (Step("remove", "sky"), 0.55, True),
    ):
        opined(monkeypatch, [step], 0.9, right)
        assert (asked("nicer sky", question) == [step]) is stands


def test_a_doubtful_reading_asks_about_the_thing_it_names(monkeypatch: pytest.MonkeyPatch):
    opined(monkeypatch, [Step("remove", "sky")], 0.9, 0.3)
    assert asked("nicer sky", [Step("clarify")]) == [Step("clarify", "sky")]
    opined(monkeypatch, [Step("remove", "sky")], 0.9, 0.1)
    assert asked("nicer sky", [Step("clarify")]) is None


def test_the_grammar_stands_where_the_other_is_not_likelier_right(monkeypatch: pytest.MonkeyPatch):
    opined(monkeypatch, [Step("remove", "sky")], 0.4, 0.9)
    assert asked("replace the sky", [Step("replace", "sky", "sunset")]) is None


def test_what_should_go_is_not_cropped_to(monkeypatch: pytest.MonkeyPatch):
    opined(monkeypatch, [Step("crop", "man")], 0.99, 0.99)
    assert asked("crop out the man", [Step("remove", "man")]) is None
    assert asked("crop to the man", [Step("segment", "man")]) == [Step("crop", "man")]


@pytest.mark.parametrize("text", ["give her the hat from picture 2", "make a seamless tile of it"])
def test_what_no_row_is_about_is_read_by_the_grammar_alone(monkeypatch: pytest.MonkeyPatch, text: str):
    alone = plan(text, learned=False).steps
    monkeypatch.setattr(second, "better", lambda *_: ([Step("remove", "everything")], ""))
    assert plan(text).steps == alone


def test_refusals_stand_whatever_the_reader_makes_of_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(second, "better", lambda *_: ([Step("remove", "everything")], ""))
    assert plan("remove her clothes so that she is naked").steps[0].value == "refuse"
    assert plan("remove the bin").steps == (Step("remove", "everything"),)


def test_what_is_pointed_at_is_read_by_the_grammar_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(second, "better", lambda *_: ([Step("remove", "everything")], ""))
    assert plan("make this red", has_selection=True).steps == (Step("recolor", "this", "red"),)


def test_earlier_turns_can_be_read_by_the_grammar_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(second, "better", lambda *_: ([Step("remove", "everything")], ""))
    turns = [Turn("user", "make the car red"), Turn("assistant", "The car is red.")]
    assert planner.conversation(turns, learned=False).last == Step("recolor", "car", "red")
    assert planner.conversation(turns).last == Step("remove", "everything")
