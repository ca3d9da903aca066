"""One acceleration reading per WebSocket frame over four connections, from the first byte to the last acknowledgement."""

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Peer, Server
from ..tools import load
from .batches import STEP_MICROSECONDS

NAME = "socket"
CONNECTIONS = 4


def _measure(bench: Bench, server: Server, readings: int) -> list[dict]:
    with server:
        devices = server.devices(CONNECTIONS)

        def once(readings: int) -> dict:
            first = bench.clock.take(readings / CONNECTIONS * STEP_MICROSECONDS / 1e6 + 1)
            return load(
                "ws",
                port=server.port,
                token=server.token,
                path=[f"/stream/{device}" for device in devices],
                connections=CONNECTIONS,
                readings=readings,
                start_us=first * 1_000_000,
                step_us=STEP_MICROSECONDS,
            )

        done = [once(readings // 10)]
        done += [once(readings) for _ in range(bench.runs)]
        server.expect("accelerometer", sum(result["readings"] for result in done))
        return done[1:]


def run(bench: Bench) -> Report:
    hearth = _measure(bench, bench.hearth(), bench.size(1_000_000))
    peer = _measure(bench, Peer(), bench.size(100_000))
    return Report(
        NAME,
        f"WebSocket, one reading per frame, validated, durable, acknowledged, {CONNECTIONS} connections",
        [
            Measure(
                "readings per second",
                "/s",
                [result["per_second"] for result in hearth],
                Goal(">=", 150_000),
                "FastAPI, grouped commits",
                [result["per_second"] for result in peer],
            )
        ],
        details={"hearth": hearth, "fastapi": peer},
    )
