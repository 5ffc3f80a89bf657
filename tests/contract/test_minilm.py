"""The embedding: hidden states as published, and the same whatever else is read. (Its vectors: `test_retrieval_real.py`.)"""

import numpy as np
from tokenizers import Tokenizer

from app.content import default_root, load
from app.retrieval.embedding import MiniLM
from app.retrieval.minilm import LONGEST, READ_LAYER, packaged
from eval.network import minilm

STRANGE = ("", "  ", "Ünïcode ❤ 漢字", "word " * 400)


def _texts() -> list[str]:
    catalog = load(default_root())
    criteria = [c for questions in catalog.questions.values() for q in questions for c in q.criteria]
    return [*STRANGE, *(c.statement for c in criteria[::40]), *(c.met[0] for c in criteria[::40])]


async def test_hidden_states_are_those_of_the_layer_that_the_judge_goes_on_from() -> None:
    """As transformers computes them."""
    import torch

    bert, tokenizer = minilm(), Tokenizer.from_file(str(packaged() / "tokenizer.json"))
    tokenizer.no_padding()
    for text in _texts()[4:12]:
        [(_, hidden)] = await MiniLM().read([text])
        with torch.inference_mode():
            layers = bert(input_ids=torch.tensor([tokenizer.encode(text).ids]), output_hidden_states=True).hidden_states
        np.testing.assert_allclose(hidden, layers[READ_LAYER][0], atol=4e-3)  # they are kept in half precision


async def test_a_reading_does_not_depend_on_what_is_read_with_it() -> None:
    """Bit for bit: alone, and among others that two workers read."""
    texts = _texts()
    together = await MiniLM().read(texts)
    reader = MiniLM()
    for text, (vector, hidden) in zip(texts, together, strict=True):
        [(alone, states)] = await reader.read([text])
        assert np.array_equal(alone, vector)
        assert np.array_equal(states, hidden)
    assert max(len(hidden) for _, hidden in together) == LONGEST
