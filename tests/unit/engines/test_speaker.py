"""The offline speaker: the rubric's own words, in a phrase that the seed picks."""

import pytest

from app.core.events import Decision, Move
from app.core.ports import Brief
from app.core.rubric import Criterion, Kind
from app.engines.offline.speaker import QUOTED_WORDS, OfflineSpeaker
from app.prompts import Prompts
from tests.unit.core.samples import criterion, question

GAP = criterion("gap", Kind.TRADE_OFF)
BARE = Criterion(id="bare", kind=Kind.TRADE_OFF, weight=1, statement="More depth, more variance.")
EVERY_MOVE = [
    (Move.OPEN, None, None),
    (Move.ADVANCE, None, None),
    (Move.REDIRECT, None, None),
    (Move.CLOSE, None, None),
    (Move.CLARIFY, None, 0),
    (Move.CLARIFY, None, None),
    (Move.PROBE, GAP, None),
    (Move.CHALLENGE, GAP, None),
    (Move.HINT, GAP, None),
    (Move.PROBE, BARE, None),
    (Move.CHALLENGE, BARE, None),
    (Move.HINT, BARE, None),
]


def brief(
    move: Move,
    criterion: Criterion | None = None,
    fact: int | None = None,
    *,
    quote: str = "",
    seed: int = 0,
    turn: int = 1,
    reason: str | None = None,
) -> Brief:
    decision = Decision(move=move, question=0, criterion=criterion.id if criterion else None, fact=fact)
    return Brief(
        decision=decision, question=question(GAP, BARE), criterion=criterion, quote=quote, seed=seed, turn=turn, reason=reason
    )


async def said(prompts: Prompts, brief: Brief) -> str:
    return "".join([piece async for piece in OfflineSpeaker(prompts).speak(brief)])


@pytest.mark.parametrize(
    ("brief", "words"),
    [
        (brief(Move.OPEN), "Ask q?"),
        (brief(Move.ADVANCE), "Ask q?"),
        (brief(Move.REDIRECT), "Ask q?"),
        (brief(Move.CLARIFY, fact=1), "About four minutes."),
        (brief(Move.CLARIFY), "ssum"),  # assume, or assumption
        (brief(Move.PROBE, GAP), "What of gap?"),
        (brief(Move.HINT, GAP), "Half of gap."),
        (brief(Move.CHALLENGE, GAP, quote="Depth is free."), "“Depth is free”"),
        (brief(Move.CHALLENGE, GAP, quote="Depth is free."), "What of gap?"),
        (brief(Move.CLOSE), "last question"),
        (brief(Move.CLOSE, reason="done"), "last question"),
        (brief(Move.CLOSE, reason="time"), "out of time"),
        (brief(Move.CLOSE, reason="candidate"), "stop here"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
async def test_each_move_says_what_it_is_about(prompts: Prompts, brief: Brief, words: str, seed: int) -> None:
    """In every phrase around it."""
    chosen = Brief(**{**{name: getattr(brief, name) for name in brief.__slots__}, "seed": seed})
    assert words in await said(prompts, chosen)


@pytest.mark.parametrize(("move", "criterion", "fact"), EVERY_MOVE)
async def test_the_answer_is_never_given_away(
    prompts: Prompts, move: Move, criterion: Criterion | None, fact: int | None
) -> None:
    """No move, whatever the rubric lacks, says what the criterion wants to hear."""
    words = await said(prompts, brief(move, criterion, fact, quote="No."))
    assert not any(known.statement in words for known in (GAP, BARE))
    assert "{" not in words


@pytest.mark.parametrize("move", [Move.PROBE, Move.HINT, Move.CHALLENGE])
async def test_a_criterion_without_wording_is_asked_for_by_its_kind(prompts: Prompts, move: Move) -> None:
    """A rubric sent by another tool may bring statements only."""
    assert "one more trade-off" in await said(prompts, brief(move, BARE, quote="No."))


async def test_a_turn_replayed_says_the_same_words(prompts: Prompts) -> None:
    """The draw depends on the seed and the turn alone."""
    one, two = [await said(prompts, brief(Move.PROBE, GAP, seed=5, turn=3)) for _ in range(2)]
    assert one == two


async def test_seeds_and_turns_vary_the_phrase(prompts: Prompts) -> None:
    """An interviewer who repeats himself is a machine."""
    assert len({await said(prompts, brief(Move.PROBE, GAP, seed=seed)) for seed in range(12)}) > 1
    assert len({await said(prompts, brief(Move.PROBE, GAP, turn=turn)) for turn in range(12)}) > 1


async def test_the_words_come_one_by_one(prompts: Prompts) -> None:
    """As they would be spoken; together they are the whole text, spaces and all."""
    pieces = [piece async for piece in OfflineSpeaker(prompts).speak(brief(Move.PROBE, GAP))]
    assert len(pieces) > 3
    assert all(piece.startswith(" ") and piece.strip() == piece[1:] for piece in pieces[1:])


async def test_a_long_claim_is_quoted_in_part(prompts: Prompts) -> None:
    """The first words, and an ellipsis; whitespace made plain."""
    claim = "\n ".join(f"word{number}" for number in range(60))
    words = await said(prompts, brief(Move.CHALLENGE, GAP, quote=claim))
    assert f"word{QUOTED_WORDS - 1} …" in words
    assert f"word{QUOTED_WORDS}" not in words


async def test_what_the_candidate_said_is_never_a_template(prompts: Prompts) -> None:
    """Braces in a quote stay braces."""
    assert "{{ 7 * 7 }}" in await said(prompts, brief(Move.CHALLENGE, GAP, quote="It is {{ 7 * 7 }}."))
