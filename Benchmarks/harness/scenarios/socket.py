"""One acceleration reading per WebSocket frame over four connections, from the first byte to the last acknowledgement."""

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Peer, Server
from ..tools import load
from .batches import STEP_MICROSECONDS

NAME = "socket"
CONNECTIONS = 4


def _measure(bench: Bench, server: Server, readings: int, queries: list[str]) -> list[list[dict]]:
    """The runs for each query that the path may have."""
    with server:
        devices = server.devices(CONNECTIONS)

        def once(readings: int, query: str) -> dict:
            first = bench.clock.take(readings / CONNECTIONS * STEP_MICROSECONDS / 1e6 + 1)
            return load(
                "ws",
                port=server.port,
                token=server.token,
                path=[f"/stream/{device}{query}" for device in devices],
                connections=CONNECTIONS,
                readings=readings,
                start_us=first * 1_000_000,
                step_us=STEP_MICROSECONDS,
            )

        total = once(readings // 10, queries[0])["readings"]
        results: list[list[dict]] = [[] for _ in queries]
        for _ in range(bench.runs):
            for query, runs in zip(queries, results):
                runs.append(once(readings, query))
                total += runs[-1]["readings"]
        server.expect("accelerometer", total)
        return results


def run(bench: Bench) -> Report:
    queries = {"each frame acknowledged": "", "cumulative acknowledgements": "?ack=cumulative"}
    hearth = _measure(bench, bench.hearth(), bench.size(1_000_000), list(queries.values()))
    peer = _measure(bench, Peer(), bench.size(100_000), [""])[0]
    return Report(
        NAME,
        f"WebSocket, one reading per frame, validated, durable, acknowledged, {CONNECTIONS} connections",
        [
            Measure(
                f"readings per second, {what}",
                "/s",
                [result["per_second"] for result in runs],
                Goal(">=", 150_000),
                "FastAPI, grouped commits and acknowledgements",
                [result["per_second"] for result in peer],
            )
            for what, runs in zip(queries, hearth)
        ],
        details={"hearth": dict(zip(queries, hearth)), "fastapi": peer},
    )
