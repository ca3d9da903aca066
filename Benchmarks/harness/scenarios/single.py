"""One heart rate reading per request, 64 connections, each answered after it is durable."""

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Peer, Server
from ..tools import Throughput, wrk

NAME = "single"
CONNECTIONS = 64


def _measure(bench: Bench, server: Server) -> list[Throughput]:
    with server:
        device = server.devices(1)[0]

        def once(seconds: float) -> Throughput:
            first = bench.clock.take(2_000)
            arguments = [device, server.token, str(first)]
            return wrk(server.url + "/sensor/heartrate", "heartrate.lua", arguments, CONNECTIONS, seconds)

        done = [once(1)]
        done += [once(bench.seconds) for _ in range(bench.runs)]
        # wrk forgets what is on its way when its time is over: at most one reading per connection and run.
        acknowledged = sum(run.requests for run in done)
        server.expect("heartrate", acknowledged, acknowledged + CONNECTIONS * len(done))
        return done[1:]


def run(bench: Bench) -> Report:
    hearth = _measure(bench, bench.hearth())
    one, two = _measure(bench, Peer()), _measure(bench, Peer(workers=2))
    # The better of the two is the peer.
    peer, workers = max((one, 1), (two, 2), key=lambda pair: sum(run.per_second for run in pair[0]))
    name = f"FastAPI, {workers} worker{'s' if workers > 1 else ''}"

    def values(runs: list[Throughput], field: str) -> list[float]:
        return [getattr(run, field) for run in runs]

    return Report(
        NAME,
        f"Single durable POST /sensor/heartrate, {CONNECTIONS} connections",
        [
            Measure(
                "requests per second",
                "/s",
                values(hearth, "per_second"),
                Goal(">=", 15_000),
                name,
                values(peer, "per_second"),
                Goal(">=", 8),
            ),
            Measure("latency p50", "ms", values(hearth, "p50_ms"), None, name, values(peer, "p50_ms")),
            Measure("latency p99", "ms", values(hearth, "p99_ms"), Goal("<=", 15), name, values(peer, "p99_ms")),
        ],
        details={
            "fastapi_1_worker": values(one, "per_second"),
            "fastapi_2_workers": values(two, "per_second"),
        },
    )
