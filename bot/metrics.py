"""What Prometheus asks: how many, how long, how much waits. No text, no person, in no label."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from bot.delivery.port import Waiting

MESSAGES = ("came", "answered", "failed", "given up")
CALLS = ("sent", "sent later", "refused", "not sent", "gone")
BUCKETS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 60, 300, 3600)  # seconds


class Metrics:
    """Counts since this process began, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, CPU, open files
        labels = ("channel", "outcome")
        self._messages = Counter("exchange_messages", "Messages.", labels, registry=registry)
        self._calls = Counter("exchange_calls", "Calls that send.", labels, registry=registry)
        self._answer = Histogram(
            "exchange_answer_seconds", "From a message's coming to its reply's being kept.",
            ("channel",), buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self._send = Histogram(
            "exchange_send_seconds", "From a reply's being kept to its being sent.",
            ("channel",), buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self._waiting = Gauge("exchange_waiting_messages", "Not answered yet.", registry=registry)
        self._oldest = Gauge("exchange_oldest_seconds", "The oldest's age.", registry=registry)
        self._outbox = Gauge("exchange_outbox_calls", "Not sent yet.", registry=registry)
        self._failures = Gauge(
            "exchange_failures", "Given up; `exchange queue` lists them.", registry=registry
        )

    def saw(self, channel: str, what: str, seconds: float) -> None:
        """Count one of MESSAGES or CALLS."""
        counter = self._messages if what in MESSAGES else self._calls
        counter.labels(channel, what).inc()
        if what == "answered":
            self._answer.labels(channel).observe(seconds)
        elif what == "sent":
            self._send.labels(channel).observe(seconds)

    def page(self, waiting: Waiting) -> bytes:
        """All of it, in Prometheus' text form."""
        self._waiting.set(waiting.messages)
        self._oldest.set(waiting.oldest)
        self._outbox.set(waiting.calls)
        self._failures.set(waiting.failures)
        return generate_latest(self._registry)
