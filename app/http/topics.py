"""Topics, their notes, and the search over them."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from app.core.errors import Invalid
from app.core.quiz import MAX_ITEMS, pick
from app.core.rubric import Loop
from app.http import shapes, views
from app.http.openapi import for_v1
from app.http.schemas import MAX_INT, Name, Spoken
from app.http.server import Here, TopicSlug

router = APIRouter(tags=["topics"])


def _digits(value: object) -> object:
    """A query is text: take only what reads as a whole number to everyone, so no `1_0`, `+3` or `3.0`."""
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError("must be a whole number")
    return value


Number = BeforeValidator(_digits)


@router.get("/v1/topics", responses=for_v1())
async def list_topics(here: Here) -> shapes.Topics:
    """Every topic that can be asked about."""
    catalog = here.coach.catalog
    return shapes.Topics(topics=[views.topic_line(catalog, note) for note in catalog.notes.values()])


@router.get("/v1/topics/{topic}", responses=for_v1(404, 422))
async def read_topic(topic: TopicSlug, here: Here) -> shapes.Topic:
    """One topic with its note, section by section."""
    catalog = here.coach.catalog
    return views.topic(catalog, catalog.note(topic))


@router.get("/v1/quiz", responses=for_v1(404, 422))
async def quiz(
    here: Here,
    topic: Annotated[Name | None, Query(description="Questions of this topic alone.")] = None,
    loop: Annotated[Loop | None, Query(description="Questions of this loop alone.")] = None,
    count: Annotated[int, Number, Field(ge=1, le=MAX_ITEMS), Query(description="How many, at most.")] = 5,
    seed: Annotated[int | None, Number, Field(ge=0, le=MAX_INT), Query(description="The same seed asks the same.")] = None,
) -> shapes.Quiz:
    """Sense-check questions out of the notes, with their answers, to check oneself by."""
    catalog = here.coach.catalog
    if topic and loop:
        raise Invalid("Name a topic or a loop, not both.", field="loop")
    notes = [catalog.note(topic)] if topic else [note for note in catalog.notes.values() if loop in (None, note.loop)]
    seed = secrets.randbelow(2**31) if seed is None else seed
    items = [views.quiz_item(item, catalog.notes) for item in pick(notes, count, seed)]
    return shapes.Quiz(seed=seed, items=items)


@router.get("/v1/search", responses=for_v1(422))
async def search_notes(
    here: Here,
    q: Annotated[Spoken, Field(min_length=1, max_length=500), Query(description="What to look for.", examples=["data leakage"])],
    k: Annotated[int, Number, Field(ge=1, le=50), Query(description="How many passages, at most.")] = 5,
) -> shapes.Passages:
    """The passages of the notes nearest to a query, best first."""
    found = await here.coach.search(q, k)
    return shapes.Passages(passages=[shapes.Passage.model_validate(passage) for passage in found])
