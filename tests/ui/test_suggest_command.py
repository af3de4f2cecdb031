"""`pentimento suggest` and `pentimento train concepts` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from models.errors import BadInputError
from tests.agent.chat_server import chat_server
from tests.models.prompting.drawn import ellipse, sea
from tests.models.prompting.toy import ToySet
from tests.models.segmentation.tiny_clip import tiny_clip
from tools.selections.coco import run_lengths
from tools.selections.coco_examples import CocoExamples
from ui.cli import app


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def scene(tmp_path: Path) -> tuple[Path, Path]:
    photo, mask = tmp_path / "sea.png", tmp_path / "mask.png"
    Image.fromarray(sea()).save(photo)
    Image.fromarray((255 * ellipse(0.45, 0.66, 0.25, 0.1)).astype(np.uint8)).save(mask)
    return photo, mask


@pytest.fixture(scope="module")
def toy_coco(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The toy set as files: COCO JSON and a folder of pictures, one of them missing."""
    folder = tmp_path_factory.mktemp("coco")
    (folder / "images").mkdir()
    toy = ToySet(50, 1)
    names = sorted(toy.words())
    images, annotations = [], []
    for index in range(len(toy)):
        one = toy[index]
        if index != 7:
            Image.fromarray(one.rgb).save(folder / "images" / f"{index}.png")
        images.append({"id": index, "file_name": f"{index}.png", "width": one.rgb.shape[1], "height": one.rgb.shape[0]})
        annotations.append({
            "id": index, "image_id": index, "category_id": names.index(one.phrase), "iscrowd": 0,
            "area": int(one.mask.sum()), "segmentation": run_lengths(one.mask > 0),
        })  # fmt: skip
    annotations[3] |= {"phrase": "a very special thing"}
    annotations.append({**annotations[0], "id": 900, "iscrowd": 1})
    categories = [{"id": number, "name": name.removeprefix("a ")} for number, name in enumerate(names)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "data.json").write_text(json.dumps(content))
    return folder / "data.json", folder / "images"


def test_suggestions_in_text_and_json(scene: tuple[Path, Path]) -> None:
    told = run("suggest", *scene)
    assert told.exit_code == 0, told.output
    lines = told.output.strip().splitlines()
    assert [line[:2] for line in lines[:5]] == ["1.", "2.", "3.", "4.", "5."]
    assert "rough" in lines[-1]
    done = run("suggest", *scene, "--json", "--count", 3)
    assert done.exit_code == 0
    read = json.loads(done.output)
    assert read["suggester"] == "rough"
    assert len(read["suggestions"]) == 3
    assert set(read["suggestions"][0]) == {"phrase", "thing", "score", "why"}
    assert "on the water" in read["suggestions"][0]["phrase"]


def test_bad_input_is_one_sentence(scene: tuple[Path, Path], tmp_path: Path) -> None:
    photo, mask = scene
    empty = tmp_path / "empty.png"
    Image.fromarray(np.zeros((320, 480), np.uint8)).save(empty)
    small = tmp_path / "small.png"
    Image.fromarray(np.full((30, 30), 255, np.uint8)).save(small)
    for arguments in (
        (photo, empty),
        (photo, small),
        (tmp_path / "none.png", mask),
        (photo, mask, "--planner", "gpt"),
        (photo, mask, "--concepts", tmp_path / "none.safetensors"),
    ):
        done = run("suggest", *arguments)
        assert done.exit_code == 2, done.output
        assert len(done.output.strip().splitlines()) == 1


def test_a_chat_model_that_sees_phrases_them(scene: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server([[("Propose", {"phrases": ["a red buoy rocking in the swell"]})]]) as server:
        monkeypatch.setenv("PENTIMENTO_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
        done = run("suggest", *scene, "--planner", "openai:gpt-4o")
    assert done.exit_code == 0, done.output
    assert "1. a red buoy rocking in the swell" in done.output


def test_coco_examples_are_read_lazily_and_checked(toy_coco: tuple[Path, Path]) -> None:
    examples = CocoExamples(*toy_coco)
    assert len(examples) == 50, "crowds are left out"
    toy = ToySet(50, 1)
    found, failed = {}, []
    for index in range(len(examples)):
        try:
            one = examples[index]
        except BadInputError as error:
            failed.append(str(error))
        else:
            found[one.picture] = one
    assert len(failed) == 1
    assert "7.png" in failed[0]
    assert set(found) == set(range(50)) - {7}
    assert found[3].phrase == "a very special thing"
    assert found[10].phrase == toy[10].phrase
    assert np.array_equal(found[10].mask > 0, toy[10].mask > 0)
    assert np.array_equal(found[10].rgb, toy[10].rgb)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"images": [], "annotations": []}', '{"images": [1], "annotations": []}']
)
def test_other_files_are_refused(content: str, toy_coco: tuple[Path, Path], tmp_path: Path) -> None:
    data, out = tmp_path / "data.json", tmp_path / "out.safetensors"
    data.write_text(content)
    done = run("train", "concepts", "--data", data, "--images", toy_coco[1], "--out", out)
    assert done.exit_code == 2, done.output


def test_train_stop_go_on_and_suggest(
    toy_coco: tuple[Path, Path], scene: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, out = tiny_clip(tmp_path / "clip"), tmp_path / "concepts.safetensors"
    small = ("--heads", 2, "--head", 8, "--layers", 1, "--batch", 8, "--looks", 1, "--device", "cpu", "--clip", clip)
    asked = ("train", "concepts", "--data", toy_coco[0], "--images", toy_coco[1], "--out", out, *small)
    begun = run(*asked, "--steps", 400, "--minutes", 0.0)
    assert begun.exit_code == 0, begun.output
    assert "1 of 50 regions could not be used" in begun.output
    assert "to be resumed" in begun.output
    again = run(*asked, "--steps", 4)
    assert again.exit_code == 2
    assert "--resume" in again.output
    more = run(*asked, "--steps", 4, "--resume")
    assert more.exit_code == 0, more.output
    assert "4 steps, finished" in more.output
    assert "among five in" in more.output
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    used = run("models", "use", "clip-vit-b32", clip)
    assert used.exit_code == 0, used.output
    done = run("suggest", *scene, "--concepts", out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["suggester"] == "concepts"
