"""The interview in a terminal: reads answers and commands, shows what the coach yields, loses nothing typed."""

from collections.abc import Awaitable
from contextlib import aclosing
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from app.coach import Coach
from app.core.debrief import asked_about
from app.core.errors import AlreadyFinished, TurnOutOfOrder, VivaError
from app.core.events import Move, Style
from app.core.exchange import Outcome, Request, Scored, Step, Stored, Token
from app.core.interview import Interview
from app.core.ports import Clock
from app.http import views
from app.terminal import show
from app.terminal.closing import closing
from app.terminal.keyboard import Keyboard, Leave
from app.terminal.voice import Voice

PROMPT, MORE = "> ", "  "


async def run_chat(
    coach: Coach, request: Request, *, keyboard: Keyboard, console: Console, clock: Clock, resume: str | None = None
) -> int:
    """A whole interview, from the welcome to the debrief; returns the exit code.

    Raises VivaError only before the interview has begun: NotFound for a topic or an id to resume, Invalid, StorageFull.
    """
    with keyboard.at_work():
        sitting = None
        try:
            console.print(show.welcome())
            interview = await _opened(coach, request, resume, keyboard, console)
            sitting = _Sitting(coach, interview, keyboard, console, clock)
            await sitting.run(resumed=resume is not None)
            return 0
        except Leave as leave:
            return leave.code
        finally:
            if sitting:
                sitting.goodbye()


async def _opened(coach: Coach, request: Request, resume: str | None, keyboard: Keyboard, console: Console) -> Interview:
    if resume:
        return await coach.interview(resume)
    if keyboard.interactive and not request.topics and request.loop is None:
        request = await _pick(coach, request, keyboard, console)
    return (await coach.start(request)).interview


async def _pick(coach: Coach, request: Request, keyboard: Keyboard, console: Console) -> Request:
    notes = list(coach.catalog.notes.values())
    console.print(show.picker(notes))
    while True:
        line = await keyboard.line("Which one? A number, or s for a surprise: ")
        if line is None or line.strip() in ("/quit", "/finish"):
            raise Leave
        choice = line.strip().casefold()
        if choice in ("", "s", "surprise"):
            return request
        if choice.isdecimal() and 1 <= int(choice) <= len(notes):
            return replace(request, topics=(notes[int(choice) - 1].topic,))
        if choice in coach.catalog.notes:
            return replace(request, topics=(choice,))
        console.print(f"Type a number from 1 to {len(notes)}, or s.")


class _Sitting:
    """One sitting of an interview. `typed` are lines not sent yet; `draft` is an answer that is not accepted yet."""

    def __init__(self, coach: Coach, interview: Interview, keyboard: Keyboard, console: Console, clock: Clock) -> None:
        self._coach, self._keyboard, self._console, self._clock = coach, keyboard, console, clock
        self._interview = interview
        self._voice = Voice(console)
        self._typed: list[str] = []
        self._draft = ""
        self._behind = False  # an answer was accepted, and what follows it has not been seen
        self._noticed: tuple[int, str] | None = None  # the turn and the words of the notice shown last

    async def run(self, resumed: bool) -> None:
        """The rest of the interview and its debrief. Raises Leave."""
        self._console.print(show.style_line(self._interview))
        if resumed:
            self._recap()
        else:
            self._message()
        while not self._interview.finished:
            await self._turn()
        report = await self._coach.debrief(self._interview.id)
        await closing(self._coach, report, keyboard=self._keyboard, console=self._console)

    def goodbye(self) -> None:
        """Whatever happened: give back what was typed and not kept, and say how to go on."""
        self._voice.hush()
        unsent = [part for part in (self._draft, *self._typed, self._keyboard.unfinished()) if part.strip()]
        if unsent:
            self._tell("\nThis was not sent; here it is, so that it is not lost:")
            self._console.print(show.said("\n".join(unsent)), soft_wrap=True)
        self._console.print(Text("\n") + show.how_to_resume(self._interview), soft_wrap=True)

    async def _turn(self) -> None:
        """One entry of the candidate's: an answer or a command."""
        match await self._entry():
            case "/help":
                self._console.print(show.help_text())
            case "/quit":
                raise Leave
            case "/hint":
                await self._ask_for(self._coach.hint(self._interview.id))
            case "/finish":
                await self._ask_for(self._coach.finish(self._interview.id))
            case "" if self._draft:
                await self._send(self._draft)
            case "" if self._behind:
                await self._catch_up()
            case "":
                self._tell("Type your answer first; then an empty line sends it.")
            case answer:
                await self._send(answer)

    async def _entry(self) -> str:
        """A command, an answer of one or more lines, or nothing: an empty line with nothing before it."""
        while True:
            line = await self._keyboard.line(MORE if self._typed else PROMPT)
            if line is None:
                if self._keyboard.interactive or not self._typed:
                    raise Leave
                return self._take()
            word = line.strip()
            if word in show.COMMANDS:
                return word
            if self._keyboard.interactive and not self._typed and word.startswith("/") and word == line:
                self._tell(f"There is no command {word}; /help lists them. To begin an answer like this, put a space before it.")
            elif word:
                self._typed.append(line)
            elif self._typed or self._keyboard.interactive:
                return self._take()

    def _take(self) -> str:
        entry, self._typed = "\n".join(self._typed).strip(), []
        return entry

    async def _send(self, text: str) -> None:
        self._draft = text
        turn = self._interview.expected_turn
        outcome = None
        try:
            async with aclosing(self._coach.answer(self._interview.id, turn, text)) as steps:
                self._voice.wait("Listening")
                async for step in steps:
                    if isinstance(step, Outcome):
                        outcome = step
                    else:
                        self._step(step)
        except VivaError as error:
            self._voice.hush()
            await self._refused(error)
            return
        self._voice.hush()
        if outcome and outcome.repeated:
            await self._overtaken(turn)
        elif outcome:
            self._interview, self._behind = outcome.interview, False
            self._notice()
            self._time()

    def _step(self, step: Step) -> None:
        match step:
            case Stored():
                self._draft, self._behind = "", True
            case Scored(interview=interview, verdicts=verdicts):
                self._voice.hush()
                if interview.started.style is Style.PRACTICE:
                    answered = next(line for line in reversed(interview.lines) if line.move is None)
                    self._console.print(show.verdict_lines(interview.questions[answered.question], verdicts))
                self._introduce(interview)
            case Token(text=piece):
                self._voice.hear(piece)

    async def _overtaken(self, turn: int) -> None:
        """Another window took this turn. Only where it sent the same words has this answer been taken."""
        sent = self._draft
        await self._catch_up()
        if any(line.turn == turn and line.text == sent for line in self._interview.lines):
            self._draft = ""
        else:
            self._tell("The interview went on elsewhere, and your answer was not taken. An empty line sends it now.")

    async def _refused(self, error: VivaError) -> None:
        self._tell(str(error))
        if self._behind:
            self._tell("Your answer is kept. An empty line tries to go on from here.")
        elif self._keyboard.interactive:
            self._tell("Your answer was not taken. Here it is again; an empty line sends it, or type another.")
            self._console.print(show.said(self._draft), soft_wrap=True)
        if not self._keyboard.interactive:
            raise Leave(1)
        if isinstance(error, TurnOutOfOrder | AlreadyFinished):
            await self._catch_up()

    async def _ask_for(self, call: Awaitable[Outcome]) -> None:
        """A hint or the end."""
        try:
            self._interview = (await call).interview
        except AlreadyFinished:
            await self._catch_up()
        except VivaError as error:
            self._tell(str(error))
        else:
            self._message()

    async def _catch_up(self) -> None:
        """Where the interview stands by now, after finishing what was left undone."""
        try:
            self._voice.wait("Listening")
            self._interview = await self._coach.interview(self._interview.id)
        except VivaError as error:
            self._voice.hush()
            self._tell(f"{error} An empty line tries again.")
        else:
            self._voice.hush()
            self._behind = False
            self._message()

    # Showing

    def _recap(self) -> None:
        """The question under discussion so far, for somebody who comes back."""
        if self._interview.finished:
            return
        self._console.print(show.question_header(self._interview, self._title()))
        for line in self._interview.lines:
            if line.question == self._interview.current:
                self._console.print(show.line_said(line, views.line(self._interview, line).notice))
        self._time()

    def _message(self) -> None:
        self._introduce(self._interview)
        if self._interview.message:
            self._console.print(show.words(self._interview.message.text))
        self._notice()
        self._time()

    def _introduce(self, interview: Interview) -> None:
        """Who speaks next, and, where a question begins, which."""
        move = interview.decided.decision.move if interview.decided else Move.OPEN
        if move in (Move.OPEN, Move.ADVANCE):
            self._console.print(show.question_header(interview, self._title(interview)))
        self._console.print(show.speaker(move))

    def _title(self, interview: Interview | None = None) -> str:
        return asked_about((interview or self._interview).here.question, self._coach.catalog.notes)

    def _notice(self) -> None:
        """What there is to know of the turn, once: a hint on an answer says nothing new of how that was judged."""
        told = views.notice(self._interview)
        if told and self._noticed != (self._interview.turn, told):
            self._noticed = self._interview.turn, told
            self._console.print(show.notice(told))

    def _time(self) -> None:
        left = None if self._interview.finished else show.time_left(self._interview, self._clock.now())
        if left:
            self._console.print(left)

    def _tell(self, text: str) -> None:
        self._console.print(show.said(text, style="yellow"))
