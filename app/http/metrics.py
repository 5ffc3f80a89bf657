"""What the server counts, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.core.exchange import Outcome, Scored, Step

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


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
            case Outcome(repeated=False):
                self._turns.inc()
            case _:
                pass

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
