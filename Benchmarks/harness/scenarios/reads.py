"""A million stored readings read back: all of them as NDJSON, and an aggregate over all of them."""

import time

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Peer, Server
from ..tools import Failure, load
from .batches import CONNECTIONS, fill

NAME = "reads"


def _measure(
    bench: Bench, server: Server, readings: int, form: str, scan: str, aggregate: str
) -> tuple[list[float], list[float], dict]:
    with server:
        devices = server.devices(CONNECTIONS)
        fill(bench, server, devices, readings, "/sensor/batch", form)
        server.expect("accelerometer", readings)
        scans, aggregates, size = [], [], 0
        for _ in range(bench.runs + 1):
            result = load("get", port=server.port, token=server.token, path=scan)
            if result["status"] != 200 or result["lines"] != readings:
                raise Failure(f"{server.name}: {scan} gave {result['lines']} of {readings} lines")
            size = result["bytes"]
            scans.append(readings / result["seconds"])
            begin = time.perf_counter()
            status, body = server.request("GET", aggregate)
            if status != 200 or len(body) < 100:
                raise Failure(f"{server.name}: {aggregate} answered {status}: {body[:500]!r}")
            aggregates.append(time.perf_counter() - begin)
        # The first of each warms the page cache.
        return scans[1:], aggregates[1:], {"bytes_per_reading": size / readings, "first_scan": scans[0]}


def run(bench: Bench) -> Report:
    readings = bench.size(1_000_000)
    scan = "/streams/accelerometer?format=ndjson"
    aggregate = "/streams/accelerometer/aggregate?bucket=1h&field=x&fn=avg,min,max,count"
    form = "envelope" if bench.peers_only else "mixed"
    own = _measure(bench, bench.hearth(), readings, form, scan, aggregate)
    peer = _measure(
        bench, Peer(), readings, "envelope", "/streams/accelerometer", "/streams/accelerometer/aggregate?seconds=3600"
    )
    name = "FastAPI, SQLite"
    return Report(
        NAME,
        f"Reading back {readings:,} stored readings",
        [
            Measure("readings per second, range scan to NDJSON", "/s", own[0], Goal(">=", 500_000), name, peer[0]),
            Measure("aggregate over all, by the hour", "s", own[1], Goal("<=", 0.5), name, peer[1]),
        ],
        details={"hearth": own[2], "fastapi": peer[2]},
    )
