"""A million vectors: how long the graph takes, how fast and right a search is, and what stays in memory."""

import tempfile

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import CACHE, Failure
from .vectors import generated, program, run_json

NAME = "vectors-million"
COUNT = 1_000_000


def run(bench: Bench) -> Report:
    if bench.quick:
        raise Failure("building takes minutes; not part of a quick run")
    folder = generated(COUNT)
    with tempfile.TemporaryDirectory(dir=CACHE) as home:
        result = run_json([program(bench), "vectors", folder, home, 100_000, 2])
    return Report(
        NAME,
        f"Nearest of {COUNT:,} vectors of 384 dimensions, inside the process",
        measures=[
            Measure("p50", "ms", [result["p50_ms"]]),
            Measure("p95", "ms", [result["p95_ms"]], Goal("<=", 20)),
            Measure("processor time", "ms", [result["processor_ms"]]),
            Measure("recall@10", "", [result["recall"]], Goal(">=", 0.99)),
            Measure("resident memory", "MB", [result["resident_bytes"] / 1e6], Goal("<=", 1200)),
            Measure("adding all and building the graph, two threads", "s", [result["build_seconds"]]),
            Measure("processor time of that", "s", [result["build_processor_seconds"]]),
            Measure("opening again", "s", [result["open_seconds"]]),
        ],
        details=result,
        notes=["One run: the graph is not built three times."],
    )
