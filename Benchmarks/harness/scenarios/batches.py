"""Acceleration readings, a thousand per request, over four connections that each wait for their answer."""

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Peer, Server
from ..tools import load

NAME = "batches"
CONNECTIONS = 4
READINGS = 1000
#: A phone's rate.
STEP_MICROSECONDS = 10_000


def fill(bench: Bench, server: Server, devices: list[str], readings: int, path: str, form: str) -> dict:
    """Sends that many readings, in batches, all new, and says how it went."""
    first = bench.clock.take(readings / CONNECTIONS * STEP_MICROSECONDS / 1e6)
    return load(
        "batch",
        port=server.port,
        token=server.token,
        path=path,
        form=form,
        device=devices,
        connections=CONNECTIONS,
        readings=READINGS,
        batches=readings // READINGS,
        start_us=first * 1_000_000,
        step_us=STEP_MICROSECONDS,
    )


def _measure(bench: Bench, server: Server, paths: dict[str, str], readings: int) -> dict[str, list[dict]]:
    with server:
        devices = server.devices(CONNECTIONS)
        total = fill(bench, server, devices, max(CONNECTIONS * READINGS, readings // 10), *next(iter(paths.items())))["accepted"]
        results: dict[str, list[dict]] = {path: [] for path in paths}
        for _ in range(bench.runs):
            for path, form in paths.items():
                result = fill(bench, server, devices, readings, path, form)
                total += result["accepted"]
                results[path].append(result)
        server.expect("accelerometer", total)
        return results


def run(bench: Bench) -> Report:
    paths = {"/sensor/batch": "mixed", "/streams/accelerometer": "envelope"}
    if bench.peers_only:
        paths = {"/sensor/batch": "mixed"}
    hearth = _measure(bench, bench.hearth(), paths, bench.size(1_000_000))
    peer = _measure(bench, Peer(), {"/sensor/batch": "envelope"}, bench.size(100_000))["/sensor/batch"]
    name = "FastAPI, executemany"
    report = Report(NAME, f"Batches of {READINGS:,} readings, JSON, validated, durable, {CONNECTIONS} connections")
    for path, results in hearth.items():
        report.measures += [
            Measure(
                f"readings per second, POST {path}",
                "/s",
                [result["per_second"] for result in results],
                Goal(">=", 250_000),
                name,
                [result["per_second"] for result in peer],
            ),
            Measure(
                f"latency p99 of a batch, POST {path}",
                "ms",
                [result["p99_ms"] for result in results],
                None,
                name,
                [result["p99_ms"] for result in peer],
            ),
        ]
    report.details = {"hearth": hearth, "fastapi": peer}
    return report
