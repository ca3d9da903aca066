"""Documents over HTTP until they are found by meaning, what readings and questions wait meanwhile, and how it stops."""

import json
import random
import re
import threading
import time
from pathlib import Path
from statistics import median, quantiles

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Server
from ..tools import Failure, load
from .retrieval import _models

NAME = "indexing"
#: Of the made-up library, at 100 passages a second some 40 seconds of work.
PASSAGES = 4_000
#: Readings sent per second while documents are indexed.
READINGS_RATE = 100
#: One text as long as a document may be.
LONG_TEXT_BYTES = 8 << 20

# Frequent words, each one piece of an English vocabulary, so that everybody measures the same passages.
_WORDS = (
    "the of and to in is was for on are with as his they at be this have from or one had by word but not what all were we when "
    "your can said there use an each which she do how their if will up other about out many then them these so some her would "
    "make like him into time has look two more write go see number no way could people my than first water been call who oil its "
    "now find long down day did get come made may part over new sound take only little work know place year live me back give "
    "most very after thing our just name good sentence man think say great where help through much before line right too mean "
    "old any same tell boy follow came want show also around form three small set put end does another well large must big even "
    "such because turn here why ask went men read need land different home us move try kind hand picture again change off play "
    "house air away animal letter page mother point answer found study still learn should world high every near between own "
    "below country plant last school father keep tree never start city earth eye light thought head under story saw left few "
    "while along might close something seem next hard open example begin life always those both paper together got group often "
    "run important until children side feet car mile night walk white sea began grow took river four carry state once book hear "
    "stop without second late miss idea enough eat face watch far really almost let above girl sometimes mountain cut young talk "
    "soon list song being leave family music color train boat garden kitchen window doctor winter summer bread letter market"
).split()


def _text(source: random.Random, size: int) -> str:
    """Sentences of 6 to 20 words in paragraphs, of about `size` bytes."""
    parts, length = [], 0
    while length < size:
        words = source.choices(_WORDS, k=source.randint(6, 20))
        sentence = " ".join(words).capitalize() + ("." if source.random() < 0.8 else ".\n\n")
        parts.append(sentence)
        length += len(sentence) + 1
    return " ".join(parts)


def _metric(server: Server, name: str) -> int:
    status, body = server.request("GET", "/metrics")
    found = re.search(rf"^{name} (\d+)", body.decode(), re.MULTILINE)
    if status != 200 or found is None:
        raise Failure(f"hearth: GET /metrics gave no {name}")
    return int(found[1])


def _add(server: Server, title: str, text: str) -> int:
    """Passages of the new document."""
    status, body = server.request("POST", "/documents", {"title": title, "text": text})
    if status != 201:
        raise Failure(f"hearth: POST /documents answered {status}: {body[:500]!r}")
    return json.loads(body)["passages"]


def _wait_for_vectors(server: Server, count: int, patience: float) -> None:
    deadline = time.perf_counter() + patience
    while _metric(server, "vectors_indexed_total") < count:
        if time.perf_counter() > deadline:
            raise Failure(f"{count} passages were not indexed after {patience:.0f} seconds")
        time.sleep(0.05)


class _Questions(threading.Thread):
    """Searches, one after the other, until it is told to stop."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._over = threading.Event()
        self._source = random.Random(2)
        self.milliseconds: list[float] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            while not self._over.wait(0.05):
                query = "+".join(self._source.choices(_WORDS, k=6))
                begin = time.perf_counter()
                status, body = self._server.request("GET", f"/search?q={query}")
                self.milliseconds.append((time.perf_counter() - begin) * 1e3)
                if status != 200:
                    raise Failure(f"hearth: GET /search answered {status}: {body[:500]!r}")
        except Exception as failure:
            self.failure = failure

    def finish(self) -> list[float]:
        self._over.set()
        self.join()
        if self.failure is not None:
            raise self.failure
        return self.milliseconds


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) >= 20 else max(values)


def _index(bench: Bench, server: Server, source: random.Random) -> dict[str, float]:
    """A library is sent while readings come and somebody searches."""
    device = server.devices(1)[0]
    # Loads the model, which a household does once.
    _add(server, "First", _text(source, 300))
    _wait_for_vectors(server, 1, 60)
    wanted = bench.size(PASSAGES)
    readings: dict = {}

    def send_readings(seconds: float) -> None:
        first = bench.clock.take(seconds * READINGS_RATE / 1000)
        readings.update(
            load(
                "post",
                port=server.port,
                token=server.token,
                path="/sensor/heartrate",
                device=device,
                connections=4,
                seconds=seconds,
                rate=READINGS_RATE,
                slice=1,
                start_us=first * 1_000_000,
                step_us=1000,
            )
        )

    processor, begin = server.processor_seconds(), time.perf_counter()
    # Half of the time that the goal allows, so that all of it falls into the work.
    sender = threading.Thread(target=send_readings, args=(wanted / 200,))
    questions = _Questions(server)
    sender.start()
    questions.start()
    try:
        passages, number = 0, 0
        while passages < wanted:
            number += 1
            passages += _add(server, f"Note {number}", _text(source, source.choice([400, 1_500, 4_000, 12_000])))
        sent = time.perf_counter() - begin
        _wait_for_vectors(server, passages + 1, 600)
        seconds = time.perf_counter() - begin
    finally:
        searches = questions.finish()
        sender.join()
    return {
        "rate": passages / seconds,
        "stored_rate": passages / sent,
        "processor_milliseconds": (server.processor_seconds() - processor) / passages * 1e3,
        "search_p50": median(searches),
        "search_p95": _p95(searches),
        "reading_p99": readings["p99_ms"],
        "passages": passages,
        "searches": len(searches),
    }


def _stop_in_the_middle(server: Server, source: random.Random) -> dict[str, float]:
    """One very long text: how it is stored, how it stops being embedded, and that the next start takes it up."""
    text = _text(source, LONG_TEXT_BYTES - 4096)
    indexed = _metric(server, "vectors_indexed_total")
    questions = _Questions(server)
    questions.start()
    try:
        begin = time.perf_counter()
        passages = _add(server, "A long text", text)
        stored = time.perf_counter() - begin
        _wait_for_vectors(server, indexed + 100, 60)
    finally:
        searches = questions.finish()
    begin = time.perf_counter()
    server.stop()
    stopped = time.perf_counter() - begin
    server.start()
    _wait_for_vectors(server, 100, 60)
    return {"stored": stored, "stopped": stopped, "search_p95": _p95(searches), "passages": passages}


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("the peer has no library")
    if not (Path(_models()) / "all-minilm-l6-v2" / "config.json").exists():
        raise Failure("no embedding model is installed; run make models")
    runs, stops = [], []
    for number in range(bench.runs):
        source = random.Random(number)
        with bench.hearth() as server:
            runs.append(_index(bench, server, source))
            stops.append(_stop_in_the_middle(server, source))

    def values(found: list[dict[str, float]], name: str) -> list[float]:
        return [one[name] for one in found]

    report = Report(NAME, "Documents over HTTP until found by meaning, beside readings and searches")
    report.measures = [
        Measure("passages stored, embedded and indexed", "/s", values(runs, "rate"), Goal(">=", 100)),
        Measure("passages stored and found by words", "/s", values(runs, "stored_rate")),
        Measure("processor time of a passage", "ms", values(runs, "processor_milliseconds")),
        Measure("single POST /sensor/heartrate meanwhile, p99", "ms", values(runs, "reading_p99"), Goal("<=", 50)),
        Measure("GET /search meanwhile, p50", "ms", values(runs, "search_p50")),
        Measure("GET /search meanwhile, p95", "ms", values(runs, "search_p95"), Goal("<=", 100)),
        Measure("a text of 8 MiB stored and found by words", "s", values(stops, "stored")),
        Measure("GET /search while it is stored and embedded, p95", "ms", values(stops, "search_p95")),
        Measure("SIGTERM to the end while it is embedded", "s", values(stops, "stopped"), Goal("<=", 2)),
    ]
    report.details = {"runs": runs, "stops": stops}
    return report
