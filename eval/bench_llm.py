"""The engine `llm`'s own share of a turn: over HTTP, against a model server that takes exactly so long.

`python -m eval.bench_llm`, or as a part of `make bench`. The model server is `eval.scripted_model` in a process of its
own. A turn asks it twice, for verdicts and for words; what a turn takes beyond twice its latency is ours: HTTP, storage,
prompts, the SDK, validation, evidence, the check that nothing is given away, and the words on their way.
"""

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.bench_parts import Figure, ready, start_viva

#: Seconds before an answer of the model server, or its first word.
LATENCY = 0.5
TOGETHER = 64
#: Turns to a question: the answer and its follow-ups.
TURNS = 4
ROUNDS = 12
#: Seconds that a candidate thinks and types, at most; one who answers within a second is a hard case for the server.
THINKS = 2.0
SAYS = (
    "The gap between training and validation error is wide, so I would call this overfitting and look at the variance first.",
    "I would check that both sets were drawn from the same months, because otherwise the gap may only show a shift.",
    "Shallower trees cost a little bias and should take away more variance than that; I would watch held-out error.",
    "If validation still improves when I go from half to all of the rows, more rows are worth their price.",
)


async def measure_llm() -> list[Figure]:
    """Overhead alone and with many at once, requests and prompt tokens a turn, and how much of a prompt is a stable beginning."""
    model, url = _start_model()
    with tempfile.TemporaryDirectory() as folder:
        process, base = start_viva(Path(folder), OPENAI_BASE_URL=url, VIVA_JUDGE_MODEL="scripted", VIVA_LLM_CONCURRENCY="256")
        try:
            limits = httpx.Limits(max_connections=TOGETHER, max_keepalive_connections=TOGETHER)
            async with httpx.AsyncClient(base_url=base, timeout=120, limits=limits) as client:
                await ready(client)
                await _interview(client, 0, 0.2)  # the first one imports the SDK and finds out how the server wants to be asked
                alone = []
                for n in track(range(ROUNDS), description="turns with a model"):
                    alone += await _interview(client, n, 0.2)
                asked_before = len((await client.get(f"{url}/asked")).json())
                crowd = [_interview(client, 100 + n, THINKS, late=True) for n in range(TOGETHER)]
                together = [taken for each in await asyncio.gather(*crowd) for taken in each]
                asked = (await client.get(f"{url}/asked")).json()
        finally:
            process.terminate()
            model.terminate()
            process.wait(20)
            model.wait(20)
    turns = len(alone) + len(together) + TURNS
    later = [each for each in asked[asked_before:] if each["shared"]]
    share = sum(each["shared"] for each in later) / sum(each["prompt"] for each in later)
    return [
        Figure("a turn beyond the model's own time, one interview, p50", f"{np.percentile(alone, 50) * 1000:.0f} ms"),
        Figure("a turn beyond the model's own time, one interview, p95", f"{np.percentile(alone, 95) * 1000:.0f} ms", "40 ms"),
        Figure(f"the same, {TOGETHER} at once, p50", f"{np.percentile(together, 50) * 1000:.0f} ms"),
        Figure(f"the same, {TOGETHER} at once, p95", f"{np.percentile(together, 95) * 1000:.0f} ms", "150 ms"),
        Figure("requests to the model, a turn", f"{len(asked) / turns:.2f}", "2"),
        Figure("prompt tokens, a turn (4 characters each)", f"{sum(each['prompt'] for each in asked) / turns:.0f}"),
        Figure("stable beginning of a prompt, from a question's second turn on", f"{share:.0%}", "80%"),
    ]


def _start_model() -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "eval.scripted_model", "--latency", str(LATENCY)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


async def _interview(client: httpx.AsyncClient, seed: int, thinks: float, *, late: bool = False) -> list[float]:
    """Seconds beyond the model's own that each turn of one question took."""
    pause = random.Random(seed)
    if late:
        await asyncio.sleep(pause.uniform(0, thinks))
    body = {"topic": "bias-variance", "seed": seed, "level": "mid"}
    outcome = (await client.post("/v1/interviews", json=body)).raise_for_status().json()
    taken = []
    for number in range(TURNS):
        await asyncio.sleep(pause.uniform(thinks / 2, thinks))
        answer = {"text": f"{SAYS[number]} That is point {seed}.{number}.", "turn": outcome["turn"]}
        started = time.perf_counter()
        outcome = (await client.post(f"/v1/interviews/{outcome['id']}/answers", json=answer)).raise_for_status().json()
        taken.append(time.perf_counter() - started - 2 * LATENCY)
        assert outcome["message"]["engine"] == "llm", outcome["notice"]
    return taken


if __name__ == "__main__":
    table = Table("what", "figure", "goal", title="The engine llm on this machine")
    for figure in asyncio.run(measure_llm()):
        table.add_row(figure.what, figure.value, figure.goal)
    Console().print(table)
