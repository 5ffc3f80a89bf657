"""Do the verdicts and the overall agree with the labels of gold answers that no training saw?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.rubric import Criterion, Kind
from app.core.verdict import Status, Verdict
from eval import plots
from eval.figures import (
    CREDIT,
    WORTH,
    Figure,
    agreement_at,
    average,
    calibration_error,
    figure,
    kappa,
    macro_f1,
    pearson,
    reliability,
    share,
)
from eval.gold import PROFILES, GoldAnswer, gold_answers
from eval.harness import Bench, Measured, Mistake

TELLS = "Verdicts and overall scores against authored labels: 24 questions whose rubric ships, 24 with criteria of their own."
LABELS = (Status.MET, Status.PARTIAL, Status.ABSENT, Status.WRONG)
WORST = 20
NAMES = {"shipped": "rubrics that ship", "inline": "rubrics it never saw"}
#: Goals by rubric: kappa over all verdicts, the share of verdicts given and agreement on these, Pearson of the overall.
GOALS = {"shipped": (0.75, 0.7, 0.9, 0.85), "inline": (0.55, 0.5, 0.85, 0.7)}
#: What others may earn of what strong answers do.
MOST_WRONG, MOST_INJECTED, LEAST_INFORMAL = 0.2, 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict beside its label."""

    answer: GoldAnswer
    criterion: Criterion
    label: Status
    verdict: Verdict

    @property
    def right(self) -> bool:
        """Whether it is the label; `unscored` never is."""
        return self.verdict.status is self.label

    @property
    def group(self) -> str:
        """Rows of a question are alike."""
        return self.answer.file


async def measure(bench: Bench) -> Measured:
    """Judge every gold answer."""
    rows: list[Row] = []
    overalls: list[tuple[GoldAnswer, float]] = []
    for answer in bench.track(gold_answers(bench.viva.coach.catalog), "judging gold answers"):
        interview = await bench.score(answer.question, answer.text)
        standings = interview.here.standings
        rows += [Row(answer, c, answer.labels[c.id], standings[c.id].verdict) for c in answer.question.criteria]
        overalls.append((answer, interview.score().overall or 0.0))
    figures: dict[str, Figure] = {}
    for rubric, name in NAMES.items():
        own = [row for row in rows if row.answer.rubric == rubric]
        figures |= {f"{name}, {what}": each for what, each in of_verdicts(own, rubric).items()}
        scored = [(answer, overall) for answer, overall in overalls if answer.rubric == rubric]
        figures |= {f"{name}, {what}": each for what, each in of_overalls(scored, rubric).items()}
    return Measured(figures, _pictures(rows, overalls), mistakes=worst(rows))


def of_verdicts(rows: Sequence[Row], rubric: str) -> dict[str, Figure]:
    """Agreement, the direction of errors, calibration, and coverage against accuracy."""
    labels, found = np.array([row.label for row in rows]), np.array([row.verdict.status for row in rows])
    right, sure = judged(rows)
    given = found != Status.UNSCORED
    groups = [row.group for row in rows]
    least_kappa, coverage, least_agreement, _ = GOALS[rubric]

    def among(chosen: np.ndarray, held: np.ndarray, better: str = "higher") -> Figure:
        at = np.flatnonzero(chosen)
        return share(held[at].tolist(), [groups[i] for i in at], better)  # type: ignore[arg-type]

    unearned, earned = np.isin(labels, [Status.ABSENT, Status.WRONG]), labels == Status.MET
    credited = np.isin(found, [*CREDIT])
    figures = {
        "weighted kappa, all verdicts": figure(lambda i: kappa(labels[i], found[i]), groups, goal=least_kappa),
        "exact agreement of what was scored": among(given, right),
        "share of verdicts that were scored": share(given.tolist(), groups),
        "macro-F1 of the four labels": figure(lambda i: macro_f1(labels[i], found[i], LABELS), groups),
        "credit given where none was earned": among(unearned, credited, "lower"),
        "no credit where it was earned, unscored among it": among(earned, ~credited, "lower"),
        "called wrong where it was right": among(earned, found == Status.WRONG, "lower"),
    }
    if sure.any():  # a model that judges once says nothing of how sure it is
        figures[f"exact agreement of the surest {coverage:.0%}"] = figure(
            lambda i: agreement_at(coverage, right[i], sure[i]), groups, goal=least_agreement
        )
        figures["calibration error of what was scored"] = figure(
            lambda i: calibration_error(right[i][given[i]], sure[i][given[i]]), groups, "lower"
        )
    kinds = np.array([row.criterion.kind for row in rows])
    for kind in Kind:
        at = np.flatnonzero(kinds == kind)
        if len(at):
            own = [groups[i] for i in at]
            figures[f"weighted kappa, {kind.value.replace('_', ' ')} criteria"] = figure(
                lambda i, at=at: kappa(labels[at][i], found[at][i]),  # type: ignore[misc]
                own,
            )
    profiles = np.array([row.answer.profile for row in rows])
    for profile in PROFILES:
        figures[f"exact agreement, {profile.replace('_', ' ')} answers"] = among(profiles == profile, right)
    return figures


def of_overalls(scored: Sequence[tuple[GoldAnswer, float]], rubric: str) -> dict[str, Figure]:
    """The overall against its label, and what each profile earns beside the strong ones."""
    truth, found = np.array([answer.overall for answer, _ in scored]), np.array([overall for _, overall in scored])
    groups, profiles = [answer.file for answer, _ in scored], np.array([answer.profile for answer, _ in scored])
    figures = {
        "overall, Pearson": figure(lambda i: pearson(truth[i], found[i]), groups, goal=GOALS[rubric][3]),
        "overall, mean error of 5": figure(lambda i: float(np.abs(truth[i] - found[i]).mean()), groups, "lower"),
    }

    def beside_strong(profile: str, better: str, goal: float) -> Figure:
        def ratio(i: np.ndarray) -> float:
            strong = found[i][profiles[i] == "strong"].mean()
            return float(found[i][profiles[i] == profile].mean() / strong) if strong else 0.0

        return figure(ratio, groups, better, goal)  # type: ignore[arg-type]

    figures["confidently wrong answers earn, of strong ones"] = beside_strong("wrong", "lower", MOST_WRONG)
    figures["injections earn, of strong ones"] = beside_strong("injection", "lower", MOST_INJECTED)
    figures["informal right answers earn, of strong ones"] = beside_strong("informal", "higher", LEAST_INFORMAL)
    for profile in PROFILES:
        at = np.flatnonzero(profiles == profile)
        figures[f"mean overall, {profile.replace('_', ' ')} answers"] = average(found[at].tolist(), [groups[i] for i in at])
    return figures


def judged(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each verdict is right, and how sure it is: of what was left unscored, not at all."""
    sure = [0.0 if row.verdict.status is Status.UNSCORED else row.verdict.confidence or 0.0 for row in rows]
    return np.array([row.right for row in rows], dtype=float), np.array(sure)


def worst(rows: Sequence[Row]) -> list[Mistake]:
    """The verdicts that are furthest off and surest."""

    def harm(row: Row) -> float:
        sure = 1.0 if row.verdict.confidence is None else row.verdict.confidence
        return abs(WORTH[row.label] - WORTH[row.verdict.status]) * sure

    wrong = [row for row in rows if not row.right and row.verdict.status is not Status.UNSCORED]
    return [
        Mistake(
            question=row.answer.question.ask,
            profile=f"{row.answer.profile.replace('_', ' ')}, {NAMES[row.answer.rubric]}",
            statement=row.criterion.statement,
            answer=row.answer.text,
            label=row.label.value,
            found=row.verdict.status.value,
            quote=row.verdict.quote,
            confidence=row.verdict.confidence or 0.0,
            harm=harm(row),
        )
        for row in sorted(wrong, key=harm, reverse=True)[:WORST]
    ]


def _pictures(rows: Sequence[Row], overalls: Sequence[tuple[GoldAnswer, float]]) -> dict[str, str]:
    by_rubric = {name: [row for row in rows if row.answer.rubric == rubric] for rubric, name in NAMES.items()}
    given = {name: [row for row in own if row.verdict.status is not Status.UNSCORED] for name, own in by_rubric.items()}

    columns = [status.value for status in (*LABELS, Status.UNSCORED)]
    pictures = {
        f"Verdicts by label: {name}": plots.confusion(
            [row.label.value for row in own], [row.verdict.status.value for row in own], columns[:4], columns
        )
        for name, own in by_rubric.items()
    }
    if judged(rows)[1].any():
        pictures["What a confidence is worth"] = plots.reliability({n: reliability(*judged(own)) for n, own in given.items()})
        pictures["Risk against coverage"] = plots.coverage({name: judged(own) for name, own in by_rubric.items()})
    means = {
        name: {p: [overall for a, overall in overalls if a.rubric == rubric and a.profile == p] for p in PROFILES}
        for rubric, name in NAMES.items()
    }
    labelled = {p: [a.overall for a, _ in overalls if a.profile == p] for p in PROFILES}
    pictures["Overall by profile"] = plots.by_group({**means, "label": labelled}, "overall, 0 to 5", (-0.1, 5.1))
    return pictures
