"""Searching a large library over HTTP: `GET /search` in each mode, with one and with four connections."""

import json
import tempfile
from pathlib import Path
from urllib.parse import quote

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import CACHE, Failure, Throughput, run_json, wrk
from .answers import MODEL, models_folder
from .vectors import program

NAME = "search"
PASSAGES = 100_000
MODES = ("text", "dense", "hybrid")
CONNECTIONS = (1, 4)


def run(bench: Bench) -> Report:
    seeder = program(bench)
    models = models_folder()
    if models is None:
        raise Failure("no embedding model is installed; make models installs it")
    model = models / MODEL
    passages = bench.size(PASSAGES)
    report = Report(NAME, f"GET /search over a library of {passages:,} passages")
    server = bench.hearth()
    runs: dict[tuple[str, int], list[Throughput]] = {}
    processor: dict[str, float] = {}
    with server, tempfile.TemporaryDirectory(dir=CACHE) as folder:
        status, body = server.request("GET", "/people")
        if status != 200:
            raise Failure(f"hearth: GET /people answered {status}: {body[:500]!r}")
        person = json.loads(body)["items"][0]["id"]
        # The library is filled behind the server's back, while it is down.
        server.stop()
        seeded = run_json([seeder, "seed", server.home, person, passages, model])
        server.start()
        files = {mode: Path(folder) / mode for mode in MODES}
        for mode, file in files.items():
            file.write_text("".join(f"/search?mode={mode}&q={quote(query)}\n" for query in seeded["queries"]))
        _check(server, seeded["queries"])

        def once(mode: str, connections: int, seconds: float) -> Throughput:
            arguments = [server.token, str(files[mode])]
            return wrk(server.url + "/search", "search.lua", arguments, connections, seconds)

        for mode in MODES:
            once(mode, 1, bench.seconds)
            before = server.processor_seconds()
            for connections in CONNECTIONS:
                runs[mode, connections] = [once(mode, connections, bench.seconds) for _ in range(bench.runs)]
            requests = sum(run.requests for connections in CONNECTIONS for run in runs[mode, connections])
            processor[mode] = (server.processor_seconds() - before) / requests * 1e3
        memory = server.memory_bytes()
    for (mode, connections), done in runs.items():
        what = f"{mode}, {connections} connection{'s' if connections > 1 else ''}"
        # Four connections on two processors wait for each other.
        goal = Goal("<=", 10) if connections == 1 else None
        report.measures += [
            Measure(f"{what}: p50", "ms", [run.p50_ms for run in done]),
            Measure(f"{what}: p95", "ms", [run.p95_ms for run in done], goal),
            Measure(f"{what}: p99", "ms", [run.p99_ms for run in done]),
            Measure(f"{what}: requests", "/s", [run.per_second for run in done]),
        ]
    report.measures += [Measure(f"{mode}: processor time of a request", "ms", [processor[mode]]) for mode in MODES]
    report.measures += [
        Measure("recall@10 of the vectors", "", [seeded["recall"]], Goal(">=", 0.99)),
        Measure("embedding a question, in the process: p50", "ms", [seeded["embed_p50_ms"]]),
        Measure("embedding a question, in the process: p95", "ms", [seeded["embed_p95_ms"]]),
        Measure("resident memory of the server afterwards", "MB", [memory / 1e6]),
    ]
    report.details["seeding"] = {name: value for name, value in seeded.items() if name != "queries"}
    report.details["questions"] = seeded["queries"][:20]
    report.notes.append(
        "Words of the model's vocabulary with Zipf frequencies, 2,000 topics. One passage of each topic is embedded; the vectors of "
        "the others are that one's, moved at random. Questions are embedded by the server."
    )
    return report


def _check(server, queries: list[str]) -> None:
    """Every mode has to be what it says, and to find something."""
    for mode in MODES:
        for query in queries[:5]:
            status, body = server.request("GET", f"/search?mode={mode}&q={quote(query)}")
            if status != 200:
                raise Failure(f"hearth: GET /search answered {status}: {body[:500]!r}")
            answer = json.loads(body)
            if answer["mode"] != mode or len(answer["hits"]) != 10:
                raise Failure(f"hearth: “{query}” in mode {mode} gave {len(answer['hits'])} hits of mode {answer['mode']}")
