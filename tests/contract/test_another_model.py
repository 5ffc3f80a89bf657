"""Another embedding model: the notes are searched with it, and the judge keeps the one that it was trained on."""

import asyncio
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from app.config import Settings
from app.content import Catalog
from app.core.verdict import Status
from app.wiring import build

DIMENSIONS = 16


@pytest.fixture
def model(tmp_path: Path, catalog: Catalog) -> Path:
    """A folder with a small sentence-transformers model of its own width: a random vector for each word."""
    words = sorted({word for passage in catalog.passages for word in passage.text.lower().split()})
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(["?", *words])}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    folder = tmp_path / "words"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)], device="cpu").save(str(folder))
    return folder


def test_the_notes_are_indexed_with_it_and_answers_are_judged_as_ever(model: Path, tmp_path: Path, catalog: Catalog) -> None:
    """The index takes vectors of sixteen numbers; the judge still hears a claim."""
    question = next(q for q in catalog.questions["regularization"] if q.id == "lasso-drivers")
    criterion = question.criterion("l1-zeroes-l2-shrinks")

    async def run() -> Status:
        async with build(Settings(data_dir=tmp_path / "data", embedding_model=str(model))) as viva:
            while "loading" in viva.readiness().values():  # noqa: ASYNC110  # as a caller of /readyz would
                await asyncio.sleep(0.05)
            assert viva.readiness() == {"embedding": "ready", "index": "ready"}
            assert await viva.coach.search("regularization", 3)
            return (await viva.coach.score(question, f"So {criterion.statement}")).here.status(criterion.id)

    assert asyncio.run(run()) is Status.MET
