"""The story bank as Markdown: to print, and to read on the morning of the interview."""

from app.core.star import SCALE, Dimension
from app.core.story import Bank, Story, overall_of
from app.http.debrief_pages import escaped_line, quoted
from app.stories import Stories

WORDS = ("absent", "vague", "clear")


def bank_markdown(bank: Bank, stories: Stories) -> str:
    """Every story in its newest telling, and which common questions have none; what people wrote is escaped."""
    asks = {question.id: question.ask for question in stories.questions}
    lines = ["# Story bank", "", "## Which story for which question", ""]
    titles = {story.id: story.title for story in bank.stories}
    for id, found in bank.covered.items():
        named = "; ".join(escaped_line(titles[story]) for story in found)
        lines.append(f"- {escaped_line(asks[id])} **{named or 'no story yet'}**")
    for story in bank.stories:
        lines += ["", *_story(story, stories)]
    return "\n".join(lines) + "\n"


def _story(story: Story, stories: Stories) -> list[str]:
    version = story.best
    if version is None or version.analysis is None:
        return []
    analysis, rubric = version.analysis, stories.rubric
    scores = ", ".join(f"{rubric[each].title.lower()} {WORDS[analysis[each].score]}" for each in Dimension)
    lines = [f"## {escaped_line(story.title)}", "", f"*{escaped_line(story.begun.prompt)}*", ""]
    if story.kept and story.kept.tags:
        lines += ["Tags: " + ", ".join(map(escaped_line, story.kept.tags)), ""]
    lines += [quoted(version.text), "", f"{overall_of(analysis, rubric):.1f} of {SCALE:.0f}: {scores}."]
    to_do = [f"- {rubric[r.dimension].title}: {escaped_line(r.advice)}" for r in analysis.readings if r.score < 2]
    return lines + (["", *to_do] if to_do else [])
