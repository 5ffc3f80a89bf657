"""The engine that asks a model: any OpenAI-compatible server judges and speaks."""

from collections.abc import Callable

from app.core.ports import Engine
from app.core.star import StoryRubric
from app.core.usage import Call
from app.engines.llm.client import Endpoint, ModelClient
from app.engines.llm.judge import LlmJudge
from app.engines.llm.prices import load_prices
from app.engines.llm.secrets import Secrets
from app.engines.llm.speaker import LlmSpeaker
from app.engines.llm.stories import LlmStoryReader
from app.engines.llm.summarizer import LlmSummarizer
from app.prompts import Prompts

__all__ = ["Endpoint", "LlmJudge", "ModelClient", "llm_engine", "load_prices"]


def llm_engine(
    client: ModelClient,
    prompts: Prompts,
    *,
    judge_model: str,
    speaker_model: str,
    samples: int,
    rubric: StoryRubric,
    reserve: Engine,
    observe: Callable[[Call], None],
) -> Engine:
    """The engine, without anything heavy.

    The reserve asks the questions as written, sees that nothing is given away, and reads what of a story the model cannot.
    """
    judge = LlmJudge(client, prompts, judge_model, samples=samples, observe=observe)
    speaker = LlmSpeaker(
        client, prompts, speaker_model, authored=reserve.speaker, secrets=Secrets(reserve.judge), observe=observe
    )
    versions = {"prompts": prompts.hash, "judge": judge_model, "speaker": speaker_model}
    reader = LlmStoryReader(client, prompts, judge_model, rubric=rubric, reserve=reserve.reader, observe=observe)
    summarizer = LlmSummarizer(client, prompts, speaker_model, observe)
    return Engine(name="llm", judge=judge, speaker=speaker, reader=reader, versions=versions, summarizer=summarizer)
