"""A small question with everything that a prompt shows, and one with nothing more than another tool sends."""

from app.core.rubric import Criterion, Fact, Kind, Level, Passage, Question

GAP = Criterion(
    id="gap",
    kind=Kind.ASSUMPTION,
    weight=3,
    statement="A wide gap between the errors is variance.",
    probe="How do you read the distance?",
    hint="Compare the two numbers.",
    met=("Far apart: variance.", "Train fine, validation awful, so it memorized.", "Gap is big so is variance.", "Never shown."),
    partial=("The gap says something.", "Not shown."),
    wrong=("A wide gap is bias.", "A gap means the model is too simple.", "Not shown either."),
)
TRADE = Criterion(id="trade", kind=Kind.TRADE_OFF, weight=2, statement="Pruning costs bias.")
QUESTION = Question(
    topic="bias-variance",
    id="q",
    level=Level.MID,
    ask="RMSE is 2 on training and 7 on validation. What now?",
    model_answer="That gap is variance; prune.",
    criteria=(GAP, TRADE),
    constraints=(Fact(asks_about="data size", says="We have 40,000 rows."),),
)
PASSAGES = (Passage(topic="bias-variance", section="Pitfalls to volunteer", text="Look at **both** errors."),)
BARE = Question(topic="", id="", level=Level.MID, ask="Why bagging?", criteria=(TRADE,))
