"""What the server counts, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.core.exchange import Outcome, Scored, Step
from app.core.usage import Call

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: Models take longer than a server of one's own.
SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)


class Metrics:
    """The numbers of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("viva_requests", "Requests answered", ["method", "route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "viva_request_seconds", "From a request to the end of its response", ["route"], registry=self.registry
        )
        self._turns = Counter("viva_turns", "Turns taken to their end", registry=self.registry)
        self._verdicts = Counter("viva_verdicts", "Verdicts given in turns", ["status"], registry=self.registry)
        self._flags = Counter("viva_flags", "Flags in answers", ["kind"], registry=self.registry)
        self._fallbacks = Counter(
            "viva_fallbacks", "Turns in which the engine asked for failed at a part", ["part"], registry=self.registry
        )
        self._calls = Counter("viva_model_requests", "Requests to a model", ["purpose", "outcome"], registry=self.registry)
        self._call_seconds = Histogram(
            "viva_model_seconds", "From a request to a model to its end", ["purpose"], buckets=SECONDS, registry=self.registry
        )
        self._tokens = Counter(
            "viva_model_tokens", "Tokens as the server counts them; cached ones are part of the prompt's", ["purpose", "kind"],
            registry=self.registry,
        )  # fmt: skip
        self._cost = Counter("viva_model_cost_usd", "US dollars, where a price is set", ["model"], registry=self.registry)
        self.open_streams = Gauge("viva_open_streams", "Event streams open now", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. A method that nobody knows is `other`, so that callers cannot make labels up."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def step(self, step: Step) -> None:
        """Count what a step of a turn brought."""
        match step:
            case Scored():
                for verdict in step.verdicts:
                    self._verdicts.labels(verdict.status.value).inc()
                judged = step.interview.judged[-1]
                for flag in judged.flags:
                    self._flags.labels(flag.kind).inc()
                if judged.trouble:
                    self._fallbacks.labels("judge").inc()
            case Outcome(repeated=False):
                self._turns.inc()
                if step.message.trouble:
                    self._fallbacks.labels("words").inc()
            case _:
                pass

    def call(self, call: Call) -> None:
        """Count a request to a model."""
        self._calls.labels(call.purpose, call.outcome).inc()
        self._call_seconds.labels(call.purpose).observe(call.seconds)
        tokens = {"prompt": call.prompt_tokens, "cached": call.cached_tokens, "completion": call.completion_tokens}
        for kind, count in tokens.items():
            self._tokens.labels(call.purpose, kind).inc(count)
        if call.cost:
            self._cost.labels(call.model).inc(call.cost)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
