"""Follow-ups: what the conversation before them makes of a few words."""

import pytest

from agent.offline import Step, Turn, is_reference, plan


def follow(text: str, *said: str) -> list[str]:
    """The steps after a conversation given as alternating user and assistant messages."""
    context = [Turn("assistant" if index % 2 else "user", words) for index, words in enumerate(said)]
    return [" ".join(part for part in (step.op, step.target, step.value) if part) for step in plan(text, context).steps]


BLUE = ("make the shirt blue", "The shirt is now blue.")
CAT = ("add a cat on the sofa", "Added a cat.")
CAR = ("remove the car", "Removed the red car. The black car is still there.")
MUGS = ("make the mug red", "I see two mugs. Which one?")


@pytest.mark.parametrize(
    ("text", "said", "steps"),
    [
        ("a bit darker", BLUE, ["recolor shirt a bit darker blue"]),
        ("no, navy", BLUE, ["recolor shirt navy"]),
        ("burgundy maybe?", BLUE, ["recolor shirt burgundy"]),
        ("same for the hat", BLUE, ["recolor hat blue"]),
        ("and the tie black", BLUE, ["recolor tie black"]),
        ("not the shirt, the tie", BLUE, ["undo", "recolor tie blue"]),
        ("make it bigger", CAT, ["resize_object cat bigger"]),
        ("a dog instead", CAT, ["replace cat dog"]),
        ("too big", CAT, ["resize_object cat smaller"]),
        ("move it to the left", CAT, ["move cat to the left"]),
        ("the other one, not this one", CAR, ["undo", "remove black car"]),
        ("the shadow too", CAR, ["remove shadow"]),
        ("its reflection is still there", CAR, ["remove car's reflection"]),
        ("put it back", CAR, ["undo"]),
        ("the left one", MUGS, ["recolor left mug red"]),
        ("both", MUGS, ["recolor mugs red"]),
        ("number 2", MUGS, ["recolor second mug red"]),
        ("neither, the cup behind them", MUGS, ["recolor cup behind them red"]),
        ("navy", ("recolor the car", "Which colour should it be?"), ["recolor car navy"]),
        ("yes please", ("remove the text", "I see a caption. Remove it?"), ["remove_text text"]),
        ("no thanks", ("remove the text", "I see a caption. Remove it?"), ["other no action"]),
        ("way too strong", ("boost the saturation", "Done."), ["adjust less saturation"]),
        ("only on her dress", ("make it brighter", "Done."), ["undo", "adjust dress brighter"]),
        ("tighter", ("crop around the bird", "Cropped."), ["crop bird tighter"]),
        ("hmm what about a forest", ("change the background to a city", "Done."), ["background_replace forest"]),
        ("blur it instead of removing it", CAR, ["undo", "blur car"]),
    ],
)  # fmt: skip
def test_follow_up(text: str, said: tuple[str, ...], steps: list[str]) -> None:
    assert follow(text, *said) == steps


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("oops undo", "undo"), ("go back two steps", "undo 2"), ("undo everything", "undo all"), ("redo", "redo"),
        ("go back to how it was before the hat", "undo before the hat"), ("show me the original", "compare"),
        ("side by side please", "compare"), ("undo the sky", "undo sky"),
    ],
)  # fmt: skip
def test_requests_about_the_session(text: str, step: str) -> None:
    assert follow(text, "make the sky pink", "Done.", "put a hat on him", "Done.", "crop it", "Done.") == [step]


def test_what_the_picture_does_not_have_is_asked_about() -> None:
    context = [Turn("assistant", "Image loaded: a street with two parked cars and a cyclist.")]
    found = plan("blur the giraffe", context)
    assert found.steps == (Step("clarify", "giraffe"),)
    assert "giraffe" in (found.reply or "")
    assert plan("blur the cyclist", context).steps == (Step("blur", "cyclist"),)
    assert plan("remove the car", context).steps == (Step("clarify", "car"),)
    assert plan("remove the cars", context).steps == (Step("remove", "cars"),)


@pytest.mark.parametrize("text", ["the left one", "the red car", "both", "number 2", "2", "the one next to the bench"])
def test_naming_a_thing_is_a_reference(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text", ["", "remove the car", "the car should be red", "make it blue", "undo", "what is this?"]
)
def test_a_wish_is_no_reference(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("a bit darker", Step("adjust", "this", "a bit darker")),
        ("now in red", Step("recolor", "this", "red")),
        ("the car in red", Step("recolor", "car", "red")),
    ],
)
def test_a_follow_up_said_while_pointing_is_about_what_is_pointed_at(text: str, step: Step) -> None:
    past = [Turn("user", "make the car #1F3A93"), Turn("assistant", "Recoloured the car: #1F3A93.")]
    assert plan(text, past, has_selection=True).steps == (step,)
