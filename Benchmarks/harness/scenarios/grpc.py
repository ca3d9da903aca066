"""Acceleration readings over gRPC, five hundred per message, answered message by message or once at the end."""

import json
import subprocess

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Hearth, free_port
from ..tools import Failure

NAME = "grpc"
CONNECTIONS = (1, 4)
READINGS = 500
STEP_MICROSECONDS = 10_000


class _Hearth(Hearth):
    """With the door for gRPC."""

    grpc_port = 0

    def environment(self) -> dict[str, str]:
        self.grpc_port = free_port()
        return {**super().environment(), "HEARTH_GRPC_PORT": str(self.grpc_port)}


def _send(bench: Bench, server: _Hearth, devices: list[str], readings: int, way: str) -> dict:
    frames = readings // READINGS // len(devices)
    first = bench.clock.take(frames * READINGS * STEP_MICROSECONDS / 1e6)
    command = [bench.programs / "hearth-bench", "grpc", server.grpc_port, server.token, way, frames, READINGS]
    command += [first * 1_000_000, *devices]
    before = server.processor_seconds()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"hearth-bench: {done.stderr.strip()[:2000]}")
    result = json.loads(done.stdout)
    result["server_us_per_reading"] = (server.processor_seconds() - before) / result["accepted"] * 1e6
    return result


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth")
    report = Report(NAME, f"gRPC, {READINGS} readings per message in columns, validated, durable")
    report.details = {}
    with _Hearth(bench.programs / "hearth") as server:
        devices = server.devices(max(CONNECTIONS))
        total = _send(bench, server, devices, bench.size(200_000), "once")["accepted"]
        for way, words in (("once", "one answer per call"), ("each", "one answer per message")):
            for connections in CONNECTIONS:
                results = []
                for _ in range(bench.runs):
                    results.append(_send(bench, server, devices[:connections], bench.size(1_000_000), way))
                    total += results[-1]["accepted"]
                name = f"{connections} connection{'s' if connections > 1 else ''}, {words}"
                report.measures += [
                    Measure(f"readings per second, {name}", "/s", [r["per_second"] for r in results], Goal(">=", 200_000)),
                    Measure(f"server's processor time per reading, {name}", "µs", [r["server_us_per_reading"] for r in results]),
                ]
                report.details[name] = results
        server.expect("accelerometer", total)
    return report
