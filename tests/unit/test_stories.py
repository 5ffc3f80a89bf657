"""The telling of stories: asked, read, probed for what is missing, told again, kept; and nothing lost on the way."""

import pytest

from app.coach import Coach
from app.core.errors import AlreadyFinished, EngineFailed, Invalid, NotFinished, NotFound, TurnOutOfOrder, Unavailable
from app.core.rubric import Question
from app.core.star import Dimension
from app.core.story import Story
from app.stories import Stories
from tests.fakes import MemoryStore, ScriptedReader, stories_beside
from tests.unit.core import samples

QUESTIONS = tuple(samples.question(id=id, topic="star-method") for id in ("own-failure", "mentoring"))
CLEAR = "\n".join(f"{each}:2 words on {each}" for each in Dimension)


@pytest.fixture
def stories(coach: Coach) -> Stories:
    return stories_beside(coach, *QUESTIONS)


@pytest.fixture
def reader(stories: Stories) -> ScriptedReader:
    reader = stories._engines["offline"].reader
    assert isinstance(reader, ScriptedReader)
    return reader


async def told(stories: Stories, text: str = CLEAR, question: str = "own-failure") -> Story:
    story = await stories.begin(question=question, seed=1)
    return await stories.answer(story.id, 1, text)


def question(id: str) -> Question:
    return next(q for q in QUESTIONS if q.id == id)


async def test_a_clear_story_is_told_at_once(stories: Stories) -> None:
    story = await told(stories)
    assert story.begun.prompt == question("own-failure").ask
    assert story.told
    assert story.here.probed == ()
    assert story.here.analysis is not None
    assert {reading.score for reading in story.here.analysis.readings} == {2}


async def test_three_missing_things_are_asked_for_each_once(stories: Stories, reader: ScriptedReader) -> None:
    """The reader is shown all that was said so far, and after three follow-ups it is enough."""
    story = await stories.begin(question="own-failure", seed=1)
    story = await stories.answer(story.id, 1, "situation:2 a bakery")
    assert story.here.probed == (Dimension.ACTION,)
    assert "action" in story.here.asked[-1].text
    story = await stories.answer(story.id, 2, "action:2 I baked")
    assert story.here.probed == (Dimension.ACTION, Dimension.RESULT)
    assert reader.stories[-1] == "situation:2 a bakery\n\naction:2 I baked"
    story = await stories.answer(story.id, 3, "well")
    assert not story.told
    story = await stories.answer(story.id, 4, "well")
    assert story.told
    assert len(story.here.probed) == 3
    with pytest.raises(AlreadyFinished):
        await stories.answer(story.id, 5, "more")


async def test_the_same_turn_again_changes_nothing(stories: Stories) -> None:
    story = await stories.begin(question="own-failure")
    first = await stories.answer(story.id, 1, "situation:1 a shop")
    assert await stories.answer(story.id, 1, "situation:1 a shop") == first
    with pytest.raises(TurnOutOfOrder):
        await stories.answer(story.id, 5, "too far")


async def test_an_accepted_answer_is_not_lost_when_reading_it_fails(stories: Stories, reader: ScriptedReader) -> None:
    story = await stories.begin(question="own-failure")
    reader.fail = Unavailable("The weights are missing.")
    with pytest.raises(Unavailable):
        await stories.answer(story.id, 1, "action:2 I baked")
    reader.fail = None
    story = await stories.story(story.id)
    assert story.here.text == "action:2 I baked"
    assert story.here.analysis is not None
    assert story.turn == 1


async def test_another_engine_reads_where_one_gives_nothing(coach: Coach, stories: Stories) -> None:
    from dataclasses import replace

    failing = ScriptedReader()
    failing.fail = EngineFailed("The model did not answer in time.")
    engines = {**stories._engines, "llm": replace(stories._engines["offline"], name="llm", reader=failing)}
    stories._engines = engines
    analysis = await stories.read("Tell me.", "action:2 I baked", engine="llm")
    assert analysis[Dimension.ACTION].score == 2
    assert "did not answer in time" in analysis.trouble


async def test_a_retelling_is_set_beside_the_first(stories: Stories) -> None:
    """It begins once however often it is asked for, is not probed, and changes only what it says otherwise."""
    story = await told(stories, CLEAR.replace("result:2", "result:1"))
    story = await stories.finish(story.id)
    story = await stories.retell(story.id)
    assert await stories.retell(story.id) == story
    assert not story.told
    story = await stories.answer(story.id, story.turn + 1, CLEAR.replace("task:2", "task:0"))
    assert story.told
    moved = {change.dimension: (change.before, change.after) for change in story.changes if change.before != change.after}
    assert moved == {Dimension.RESULT: (1, 2), Dimension.TASK: (2, 0)}


async def test_a_story_can_be_ended_but_not_before_a_word_was_said(stories: Stories) -> None:
    story = await stories.begin(prompt="Tell me about the sea.")
    with pytest.raises(NotFinished, match="Nothing is told"):
        await stories.finish(story.id)
    with pytest.raises(NotFinished):
        await stories.retell(story.id)
    await stories.answer(story.id, 1, "situation:1 a boat")
    story = await stories.finish(story.id)
    assert story.told
    assert await stories.finish(story.id) == story


async def test_the_bank_says_which_questions_no_story_answers(stories: Stories) -> None:
    """A story answers the question that it was told for, until the candidate says otherwise; one half told is not in it."""
    first = await told(stories)
    await stories.begin(question="mentoring")
    bank = await stories.bank()
    assert bank.covered == {"own-failure": (first.id,), "mentoring": ()}
    assert bank.open == ("mentoring",)
    await stories.keep(first.id, title="The sea", tags=["salt", "salt", " "], questions=["mentoring", "own-failure"])
    bank = await stories.bank()
    assert bank.open == ()
    [kept] = bank.stories
    assert (kept.title, kept.kept and kept.kept.tags) == ("The sea", ("salt",))
    with pytest.raises(NotFound, match="no common question"):
        await stories.keep(first.id, title="", tags=[], questions=["nothing"])


async def test_stories_and_interviews_do_not_see_one_another(coach: Coach, stories: Stories, store: MemoryStore) -> None:
    story = await told(stories)
    assert await coach.list() == []
    with pytest.raises(NotFound):
        await coach.interview(story.id)
    with pytest.raises(NotFound):
        await coach.delete(story.id)
    await stories.delete(story.id)
    with pytest.raises(NotFound):
        await stories.story(story.id)
    assert store.events == {}


async def test_other_words_at_a_turn_that_was_taken_are_refused(stories: Stories) -> None:
    """Two tabs of one story: taken for a repetition, the second one's words would be lost."""
    story = await stories.begin(question="own-failure", seed=1)
    story = await stories.answer(story.id, 1, "situation:2 a bakery")
    assert await stories.answer(story.id, 1, "situation:2 a bakery") == story
    with pytest.raises(TurnOutOfOrder) as refused:
        await stories.answer(story.id, 1, "situation:2 a brewery")
    assert refused.value.expected == 2


async def test_a_retelling_can_be_given_up(stories: Stories) -> None:
    """Nothing of it is left, and the telling before stands as it was."""
    story = await told(stories)
    again = await stories.retell(story.id)
    assert not again.told
    left = await stories.finish(story.id)
    assert left.told
    assert left.versions == story.versions
    assert (await stories.bank()).unfinished == ()


async def test_what_is_not_told_to_the_end_is_found_again(stories: Stories) -> None:
    begun = await stories.begin(question="own-failure", seed=1)
    bank = await stories.bank()
    assert bank.stories == ()
    assert [story.id for story in bank.unfinished] == [begun.id]
    assert begun.title.startswith(" ".join(begun.begun.prompt.split()[:8]))


async def test_a_question_and_a_prompt_are_one_too_many(stories: Stories) -> None:
    with pytest.raises(Invalid, match="not both"):
        await stories.begin(question="own-failure", prompt="Tell me of the sea.")
