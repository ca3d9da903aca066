"""What Hearth takes while nobody talks to it, and how long it takes to be there."""

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Peer, Server
from .batches import CONNECTIONS, fill

NAME = "idle"
STORED = 10_000_000
_MEGABYTE = 1_000_000


def _starts(bench: Bench, server: Server, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds to ready and megabytes after a health check, for that many starts."""
    times, sizes = [], []
    for _ in range(count):
        server.stop()
        server.start()
        server.request("GET", "/healthz")
        times.append(server.ready_seconds * 1e3)
        sizes.append(server.memory_bytes() / _MEGABYTE)
    return times, sizes


def run(bench: Bench) -> Report:
    starts = 2 if bench.quick else 7
    report = Report(NAME, "Idle memory, start to ready")
    first_times = []
    for _ in range(starts):
        with bench.hearth() as server:
            first_times.append(server.ready_seconds * 1e3)
    with Peer() as server:
        peer_times, peer_sizes = _starts(bench, server, starts)
    with bench.hearth() as server:
        times, sizes = _starts(bench, server, starts)
        report.measures = [
            Measure("resident memory, idle", "MB", sizes, Goal("<=", 60), "FastAPI", peer_sizes),
            Measure("start to ready, first start", "ms", first_times, Goal("<=", 300)),
            Measure("start to ready, home exists", "ms", times, Goal("<=", 300), "FastAPI", peer_times),
        ]
        if bench.quick or bench.peers_only:
            report.notes.append(f"The start with {STORED:,} stored readings needs a full run.")
            return report
        devices = server.devices(CONNECTIONS)
        million = 1_000_000
        for _ in range(STORED // million):
            fill(bench, server, devices, million, "/streams/accelerometer", "envelope")
        server.expect("accelerometer", STORED)
        loaded = server.memory_bytes() / _MEGABYTE
        times, sizes = _starts(bench, server, starts)
        disk = sum(path.stat().st_size for path in server.home.rglob("*") if path.is_file())
        report.measures += [
            Measure(f"start to ready, {STORED:,} readings stored", "ms", times, Goal("<=", 1000)),
            Measure(f"resident memory, idle, {STORED:,} readings stored", "MB", sizes),
        ]
        report.details = {"megabytes_after_loading": loaded, "bytes_on_disk_per_reading": disk / STORED}
    return report
