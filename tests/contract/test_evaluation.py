"""The evaluation: figures and intervals that can be checked by hand, the gate, the report, and a model's answers kept on disk."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx2
import numpy as np
import pytest

from app.content import Catalog
from app.core.errors import Invalid
from app.core.events import Spoke
from app.core.exchange import Request, Token
from app.core.verdict import Status
from app.engines.offline.entailment import HALF, OTHER, SAME
from eval import figures, gold, harness
from eval.figures import Figure, agreement_at, calibration_error, figure, kappa, macro_f1, reliability, share
from eval.gold import PROFILES, gold_answers
from eval.harness import Measured, Mistake, Results
from eval.lots import school_lot, school_pairs
from eval.public import ShortAnswer, short_answers
from eval.recorded import Recorded
from eval.report import write
from eval.scripted_model import ScriptedModel
from eval.suites.robustness import FORM, Change

MET, PARTIAL, ABSENT, WRONG, UNSCORED = Status.MET, Status.PARTIAL, Status.ABSENT, Status.WRONG, Status.UNSCORED


def results(**values: Figure) -> Results:
    """A run of one suite that found these figures."""
    return Results("offline", {"judge": Measured(values)}, {"judge": "abc"}, 1.0)


def test_kappa_weighs_how_far_off_a_verdict_is() -> None:
    """Met for wrong costs more than met for partial; perfect is 1; what was not scored counts as nothing said."""
    labels = [MET, PARTIAL, ABSENT, WRONG]
    assert kappa(labels, labels) == 1
    near, far = [PARTIAL, PARTIAL, ABSENT, WRONG], [WRONG, PARTIAL, ABSENT, WRONG]
    assert 1 > kappa(labels, near) > kappa(labels, far)
    assert kappa(labels, [MET, PARTIAL, UNSCORED, WRONG]) == 1


def test_macro_f1_counts_every_class_alike() -> None:
    """Two of three classes right, the third never found."""
    assert macro_f1([MET, MET, WRONG, ABSENT], [MET, MET, WRONG, UNSCORED], (MET, WRONG, ABSENT)) == pytest.approx(2 / 3)


def test_an_interval_is_over_groups_not_rows() -> None:
    """A hundred copies of four answers know no more than the four do."""
    held = [True, True, True, False] * 100
    by_row = share(held, range(400))
    by_group = share(held, [number % 4 for number in range(400)])
    assert by_row.value == by_group.value == 0.75
    assert by_row.low is not None
    assert by_row.high is not None
    assert by_row.high - by_row.low < 0.1
    assert by_group.low is not None
    assert by_group.high is not None
    assert by_group.high - by_group.low >= 0.5


def test_the_surest_verdicts_are_kept_first_and_a_confidence_is_worth_what_it_says() -> None:
    """Half of the verdicts are right, the surest half wholly; 0.9 that is right nine times in ten errs by nothing."""
    right, sure = np.array([1.0, 1, 0, 0]), np.array([0.9, 0.8, 0.4, 0.3])
    assert (agreement_at(0.5, right, sure), agreement_at(1, right, sure)) == (1, 0.5)
    assert calibration_error(np.array([1.0] * 9 + [0]), np.full(10, 0.9)) == pytest.approx(0)
    assert calibration_error(np.zeros(10), np.full(10, 0.9)) == pytest.approx(0.9)


@pytest.mark.parametrize("sure", [[0.5, 0.55, 0.95], [0.9, 0.95], [0.8, 0.85, 0.9, 1.0], []])
def test_confidences_on_the_edge_of_a_bin_are_counted_once(sure: list[float]) -> None:
    """They are rounded, so edges are common; where nothing was scored there is nothing to be wrong about."""
    shares, means, counts = reliability(np.ones(len(sure)), np.array(sure))
    assert counts.sum() == len(sure)
    assert len(shares) == len(means) == len(counts)
    assert calibration_error(np.ones(len(sure)), np.array(sure)) == pytest.approx(1 - np.mean(sure) if sure else 0)


def test_what_never_happened_may_still_happen() -> None:
    """None of eighty is no proof of none: the interval does not shrink to nothing."""
    never = share([False] * 80, range(80), "lower")
    assert never.value == never.low == 0
    assert never.high is not None
    assert 0.02 < never.high < 0.1


def test_only_what_lies_beyond_the_interval_is_worse() -> None:
    """On the bad side: below for what should be high, above for what should be low. What is only told is never worse."""
    before = {"judge: a": Figure(0.8, 0.7, 0.9, "higher"), "judge: b": Figure(0.1, 0.05, 0.2, "lower"), "judge: c": Figure(50)}
    found = results(a=Figure(0.71, better="higher"), b=Figure(0.19, better="lower"), c=Figure(500)).figures()
    assert harness.regressions(found, before) == []
    found = results(a=Figure(0.69, better="higher"), b=Figure(0.21, better="lower"), c=Figure(500)).figures()
    assert [line.split(":")[1].strip() for line in harness.regressions(found, before)] == ["a", "b"]


def test_a_figure_that_is_gone_is_told() -> None:
    """Of the suites that ran; nobody can lose a regression by renaming it."""
    before = {"judge: a": Figure(0.8, better="higher"), "star: b": Figure(0.8, better="higher")}
    assert harness.regressions(results(c=Figure(1)).figures(), before) == ["judge: a: not measured any more"]


@pytest.mark.parametrize(("value", "opens"), [(0.75, True), (0.5, False)])
def test_the_gate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: float, opens: bool) -> None:
    """Closed by a regression, open otherwise; either way figures and report are written, and the figures are a baseline."""

    async def run(suites: Sequence[str], *_: object, **__: object) -> Results:
        return results(agreement=figure(lambda rows: value, range(10), goal=0.9))

    monkeypatch.setattr(harness, "run", run)
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"figures": {"judge: agreement": figures.as_json(Figure(0.8, 0.7, 0.9, "higher"))}}))
    out = tmp_path / "out"
    assert harness.main(["judge"], [], "offline", baseline, True, out, None) is opens
    assert harness.read_baseline(out / "metrics.json")["judge: agreement"].value == value
    assert "agreement" in (out / "report.html").read_text(encoding="utf-8")


def test_a_baseline_that_is_none_is_told_plainly(tmp_path: Path) -> None:
    """Missing, or some other JSON."""
    with pytest.raises(Invalid, match="There is no baseline at"):
        harness.read_baseline(tmp_path / "nothing.json")
    (tmp_path / "other.json").write_text("[1, 2]")
    with pytest.raises(Invalid, match=r"other\.json is no metrics\.json"):
        harness.read_baseline(tmp_path / "other.json")


def test_the_report_shows_a_mistake_with_its_words_and_runs_nothing_that_it_quotes(tmp_path: Path) -> None:
    """An answer is a candidate's text; in the page it stays text."""
    answer = "I would <script>alert(1)</script> split by time. Then train."
    mistake = Mistake("How?", "strong", "Split by time.", answer, "met", "absent", "split by time", 0.9, 1.8)
    measured = Measured({"kappa": Figure(0.5, 0.4, 0.6, "higher", 0.75)}, {"Picture": "<svg></svg>"}, ["a line"], [mistake])
    write(tmp_path / "report.html", Results("offline", {"judge": measured}, {"rubrics": "abc123"}, 61), {})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<mark>split by time</mark>" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "<svg></svg>" in page
    assert "missed" in page
    assert "abc123" in page


def test_every_gold_answer_has_labels_for_its_criteria(catalog: Catalog) -> None:
    """Ten profiles for each of 48 questions, half of which bring criteria of their own."""
    answers = gold_answers(catalog)
    by_file: dict[str, list[str]] = {}
    for answer in answers:
        assert answer.labels.keys() == {c.id for c in answer.question.criteria}, answer.file
        assert 0 <= answer.overall <= 5
        by_file.setdefault(answer.file, []).append(answer.profile)
    assert len(by_file) == 48
    assert all(sorted(profiles) == sorted(PROFILES) for profiles in by_file.values())
    assert len({a.file for a in answers if a.rubric == "inline"}) == 24


def test_short_answers_are_read_and_what_is_missing_is_named(tmp_path: Path) -> None:
    """One JSON object a line; a label or a score; the line and the field of what is wrong."""
    path = tmp_path / "set.jsonl"
    row = {"question": "Why?", "reference_answers": ["It is closed."], "student_answer": "closed", "label": "correct"}
    path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "label": None, "score": 0.5}) + "\n")
    first, second = short_answers(path)
    assert (first.status, second.score) == (MET, 0.5)
    for fault, says in (
        ({"reference_answers": [" "]}, "line 1: 'reference_answers'"),
        ({"label": "splendid"}, "line 1: unknown label 'splendid'"),
        ({"label": None}, "line 1: neither 'label' nor 'score'"),
        ({"reference_answers": []}, "line 1: 'reference_answers'"),
        ({"student_answer": None}, "line 1: 'student_answer'"),
    ):
        path.write_text(json.dumps({**row, **fault}))
        with pytest.raises(ValueError, match=says):
            short_answers(path)


def test_a_school_question_is_a_rubric_of_one_criterion() -> None:
    """With the reference that the answer is most like; an answer that earns nothing has no words that do."""
    refs = ("The switch is open.", "The battery is empty.")
    right, half, off = (
        ShortAnswer("Why is it dark?", refs, text, label, None, None, "train")
        for text, label in (
            ("the battery is flat", "correct"),
            ("a switch", "partially_correct_incomplete"),
            ("no idea", "irrelevant"),
        )
    )
    lot = school_lot("lamp", [right, half, off])
    assert [answer.question.criteria[0].statement for answer in lot.answers[:2]] == [refs[1], refs[0]]
    assert [answer.status("reference") for answer in lot.answers] == [Status.MET, Status.PARTIAL, Status.ABSENT]
    assert {pair.label for pair in school_pairs([right, half, off])} == {SAME, HALF, OTHER}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Gold answers of one question that ships and of one that does not, so that suites are through in seconds."""
    for name in ("k-means.yaml", "survey-sampling.yaml"):
        (tmp_path / name).write_bytes((gold.FOLDER / name).read_bytes())
    monkeypatch.setattr(gold, "FOLDER", tmp_path)


@pytest.mark.usefixtures("few")
async def test_the_suites_over_gold_answers_run_and_say_what_they_are_meant_to() -> None:
    """Over the production path: right answers stand above wrong ones, form changes little, and nothing changes by itself."""
    found = (await harness.run(["judge", "probes", "robustness", "stability", "latency"], "offline", quiet=True)).figures()
    assert all(each.low is None or each.low <= each.value <= each.high for each in found.values() if each.high is not None)
    assert found["judge: rubrics that ship, mean overall, strong answers"].value > 3
    assert found["judge: rubrics that ship, mean overall, wrong answers"].value < 1
    assert found["probes: candidates with gaps who are asked for one"].value > 0.5
    assert found["robustness: verdicts that stay, padding"].value > 0.8
    assert found["stability: verdicts that are the same each time"].value == 1
    assert found["latency: 41 to 80, median ms"].value > 0


@pytest.mark.parametrize("change", FORM.values(), ids=FORM.keys())
def test_a_change_of_form_changes_the_words_and_leaves_some(change: Change, catalog: Catalog) -> None:
    """Whatever the answer: something is different, and about as long."""
    for answer in gold_answers(catalog)[::23]:
        changed = change(answer.text, random.Random(1))
        assert 0.8 < len(changed) / len(answer.text) < 3
    assert any(change(a.text, random.Random(1)) != a.text for a in gold_answers(catalog)[:5])


async def test_a_wrong_key_is_not_kept_and_a_missing_server_costs_no_place(tmp_path: Path) -> None:
    """What says nothing of the request is asked again, and the answers keep their numbers."""
    replies = iter([401, 200, 200])
    inner = httpx2.MockTransport(lambda request: httpx2.Response(next(replies), json={"n": 1}))
    online = Recorded(tmp_path, inner)
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat", content=b"{}")
    assert [(await online.handle_async_request(request)).status_code for _ in range(3)] == [401, 200, 200]
    offline = Recorded(tmp_path)
    assert [(await offline.handle_async_request(request)).status_code for _ in range(2)] == [200, 200]
    with pytest.raises(httpx2.ConnectError, match="was never asked"):
        await offline.handle_async_request(request)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "There is no suite 'nonsense'"),
        (["judge", "public"], "There is no suite 'public'"),
        (["public"], "Name a file of short answers"),
        (["public", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
        (["judge", "--gate", "--against", "nowhere.json"], "There is no baseline at nowhere.json"),
    ],
)
def test_the_command_says_what_it_cannot_do(words: list[str], says: str, tmp_path: Path) -> None:
    """In one plain line, with exit code 2."""
    viva = Path(sys.executable).with_name("viva")
    done = subprocess.run([viva, "eval", *words], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_models_answers_are_kept_and_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, catalog: Catalog
) -> None:
    """The second run has no server, and grades and speaks the same; what was asked twice in a run was answered twice."""
    [question] = [q for q in catalog.questions["bias-variance"] if q.id == "wide-gap-trees"]
    text = "The gap between training and validation is wide. So I would call it overfitting."
    runs = []
    for served in (True, False):
        model = ScriptedModel()
        async with model.serving():
            if served:
                monkeypatch.setenv("OPENAI_BASE_URL", model.url)
                monkeypatch.setenv("VIVA_JUDGE_MODEL", "scripted")
            async with harness.bench_for("llm", tmp_path / "kept", quiet=True, index=False) as bench:
                coach = bench.viva.coach
                scored = [await coach.score(question, text, "llm") for _ in range(2)]
                started = await coach.start(Request(topics=("bias-variance",), question=question.id, seed=1, engine="llm"))
                steps = [step async for step in coach.answer(started.interview.id, 1, text)]
            assert bool(model.asked) is served
        spoken = "".join(step.text for step in steps if isinstance(step, Token))
        speaker = [e.engine for e in steps[-1].interview.events if isinstance(e, Spoke)][-1]
        runs.append(([(s.judged[-1].engine, s.judged[-1].verdicts) for s in scored], spoken, speaker))
    assert runs[0] == runs[1]
    assert (runs[0][0][0][0], runs[0][2]) == ("llm", "llm")
