"""Stories of behavioral interviews: read once for other tools, or told, probed, told again and kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.http import accept
from app.http.openapi import for_v1
from app.http.schemas import BeginStory, KeepStory, Name, ReadStory, SendAnswer
from app.http.server import Here
from app.http.story_pages import bank_markdown
from app.http.story_shapes import Star, Story, StoryBank, bank_shape, star_of, state_of

router = APIRouter(tags=["stories"])

StoryId = Annotated[Name, Path(description="Id of a story, as it was given out.")]


@router.post("/v1/star", responses=for_v1(body=True))
async def read_story(body: ReadStory, here: Here) -> Star:
    """Read a story dimension by dimension, each score tied to words of it. Nothing is kept."""
    return star_of(await here.stories.read(body.prompt, body.story, body.engine), here.stories.rubric)


@router.post("/v1/stories", status_code=201, responses=for_v1(404, 507, body=True))
async def begin_story(body: BeginStory, here: Here, response: Response) -> Story:
    """Ask for a story, by a common question or a prompt of one's own."""
    story = await here.stories.begin(question=body.question, prompt=body.prompt, engine=body.engine, seed=body.seed)
    response.headers["Location"] = f"/v1/stories/{story.id}"
    return state_of(story, here.stories.rubric)


@router.get(
    "/v1/stories",
    response_model=StoryBank,
    responses=for_v1(406)
    | {200: {"description": "The bank, as JSON or Markdown", "content": {accept.MARKDOWN: {"schema": {"type": "string"}}}}},
)
async def story_bank(here: Here, request: Request, response: Response) -> Any:
    """The story bank: every story that was told, and which common questions they answer. As Markdown it is there to print."""
    media = accept.negotiate(request, (accept.JSON, accept.MARKDOWN))
    bank = await here.stories.bank()
    if media == accept.MARKDOWN:
        text = bank_markdown(bank, here.stories)
        return Response(text, media_type="text/markdown; charset=utf-8", headers={"Vary": "Accept"})
    response.headers["Vary"] = "Accept"
    return bank_shape(bank, here.stories)


@router.get("/v1/stories/{id}", responses=for_v1(404, 422, 507))
async def read_kept_story(id: StoryId, here: Here) -> Story:
    """A story as it stands: what was said, how it was read, a plan for telling it again, and what changed."""
    return state_of(await here.stories.story(id), here.stories.rubric)


@router.delete("/v1/stories/{id}", status_code=204, responses=for_v1(404, 422))
async def delete_story(id: StoryId, here: Here) -> None:
    """Forget a story and everything in it."""
    await here.stories.delete(id)


@router.post("/v1/stories/{id}/answers", responses=for_v1(404, 409, 507, body=True))
async def tell(id: StoryId, body: SendAnswer, here: Here) -> Story:
    """Tell the story, or what was asked for. It is stored before it is read; the same again changes nothing."""
    return state_of(await here.stories.answer(id, body.turn, body.text), here.stories.rubric)


@router.post("/v1/stories/{id}/finish", responses=for_v1(404, 409, 422, 507))
async def finish_story(id: StoryId, here: Here) -> Story:
    """End the telling here, with what was said; a retelling without a word is given up. Ending it twice changes nothing."""
    return state_of(await here.stories.finish(id), here.stories.rubric)


@router.post("/v1/stories/{id}/retell", responses=for_v1(404, 409, 422, 507))
async def retell(id: StoryId, here: Here) -> Story:
    """Begin to tell it again. The next answer is the new version, read at once and set beside the one before."""
    return state_of(await here.stories.retell(id), here.stories.rubric)


@router.put("/v1/stories/{id}/bank", responses=for_v1(404, 409, 507, body=True))
async def keep_story(id: StoryId, body: KeepStory, here: Here) -> Story:
    """Name a story, tag it, and say which common questions it can answer."""
    story = await here.stories.keep(id, title=body.title, tags=body.tags, questions=body.questions)
    return state_of(story, here.stories.rubric)
