"""Segments of acceleration readings put into the spool: how fast they are stored, and what devices notice of it."""

import json
import math
import struct
import threading
import time
from pathlib import Path

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..servers import Hearth
from ..tools import Failure, load

NAME = "spool"
FRAME = 1000
FRAMES = 100
STEP_MS = 10
#: Live readings a second, from so many connections, while a load of old data is taken in.
LIVE_RATE = 2000
CONNECTIONS = 16


def _text(value: str) -> bytes:
    data = value.encode()
    return (bytes([0xA0 | len(data)]) if len(data) < 32 else bytes([0xD9, len(data)])) + data


def _frame(device: str, first_ms: int) -> bytes:
    head = b"\x83" + _text("stream") + _text("accelerometer") + _text("device_id") + _text(device)
    parts = [head, _text("readings"), b"\xdc", struct.pack(">H", FRAME)]
    names = [_text(name) + b"\xcb" for name in ("x", "y", "z")]
    time_key = b"\x84" + _text("timestamp") + b"\xcf"
    for number in range(FRAME):
        moment = first_ms + number * STEP_MS
        parts += [time_key, struct.pack(">Q", moment)]
        for axis, name in enumerate(names):
            parts += [name, struct.pack(">d", math.sin(moment / 500 + axis) * 9.81)]
    return b"".join(parts)


def _segments(bench: Bench, server: Hearth, device: str, readings: int) -> list[Path]:
    """Segments with that many new readings, written beside the folder from which they are taken."""
    first = bench.clock.take(readings * STEP_MS / 1000) * 1000
    paths = []
    for number in range(0, readings, FRAME * FRAMES):
        path = server.home / "spool" / f"{first + number}.msgpack"
        with path.open("wb") as file:
            for frame in range(number, min(number + FRAME * FRAMES, readings), FRAME):
                file.write(_frame(device, first + frame * STEP_MS))
        paths.append(path)
    return paths


def _state(server: Hearth) -> dict:
    status, body = server.request("GET", "/spool?limit=200")
    if status != 200:
        raise Failure(f"GET /spool answered {status}: {body[:500]!r}")
    return json.loads(body)


def _put(paths: list[Path]) -> None:
    for path in paths:
        path.rename(path.parent / "incoming" / path.name)


def _wait(server: Hearth, files: int) -> int:
    """Waits until that many files are done, and says how many readings were new."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        batches = [batch for batch in _state(server)["items"] if batch["status"] != "ingesting"]
        if sum(batch["file_count"] for batch in batches) >= files:
            if any(batch["status"] != "done" for batch in batches):
                raise Failure(f"a segment failed: {batches}")
            return sum(batch["readings"]["accepted"] for batch in batches)
        time.sleep(0.02)
    raise Failure("the spool did not finish within 600 seconds")


def _rates(bench: Bench) -> tuple[list[float], list[float]]:
    readings = bench.size(1_000_000)
    rates, sizes = [], []
    with bench.hearth() as server:
        device = server.devices(1)[0]
        files = 0
        for _ in range(bench.runs):
            paths = _segments(bench, server, device, readings)
            begin = time.perf_counter()
            _put(paths)
            files += len(paths)
            accepted = _wait(server, files)
            rates.append(readings / (time.perf_counter() - begin))
            sizes.append(server.memory_bytes() / 1e6)
        if accepted != readings * bench.runs:
            raise Failure(f"{readings * bench.runs} readings were put into the spool, {accepted} were new")
        server.expect("accelerometer", accepted)
    return rates, sizes


def _beside(bench: Bench) -> tuple[dict, dict, float]:
    """Live readings at a rate, alone and while segments are taken in."""
    with bench.hearth() as server:
        live, old = server.devices(2)

        def post() -> dict:
            first = bench.clock.take(bench.seconds * LIVE_RATE / 1000)
            return load(
                "post",
                port=server.port,
                token=server.token,
                path="/sensor/heartrate",
                device=live,
                connections=CONNECTIONS,
                seconds=bench.seconds,
                rate=LIVE_RATE,
                slice=bench.seconds,
                start_us=first * 1_000_000,
                step_us=1000,
            )

        post()
        alone = post()
        # More than is taken in meanwhile, so that the spool works all the time.
        paths = _segments(bench, server, old, bench.size(5_000_000))
        before = server.count("accelerometer")
        _put(paths)
        while server.count("accelerometer") == before:
            time.sleep(0.01)
        taken: list[float] = []

        def watch() -> None:
            start, first = time.perf_counter(), server.count("accelerometer")
            time.sleep(bench.seconds * 0.8)
            taken.append((server.count("accelerometer") - first) / (time.perf_counter() - start))

        watcher = threading.Thread(target=watch)
        watcher.start()
        beside = post()
        watcher.join()
        if _state(server)["state"] != "working":
            raise Failure("the spool was done before the devices were")
    return alone, beside, taken[0]


def run(bench: Bench) -> Report:
    report = Report(NAME, f"Segments of {FRAME:,}-reading frames put into the spool, validated, durable")
    if bench.peers_only:
        report.notes.append("The peer has no spool.")
        return report
    rates, sizes = _rates(bench)
    alone, beside, taken = _beside(bench)
    report.measures = [
        Measure("readings per second", "/s", rates, Goal(">=", 300_000)),
        Measure("resident memory behind it", "MB", sizes),
        Measure(f"latency p99 of {LIVE_RATE:,} live readings a second, alone", "ms", [alone["p99_ms"]]),
        Measure("the same beside a load of segments", "ms", [beside["p99_ms"]], Goal("<=", 15)),
        Measure("readings per second of that load", "/s", [taken]),
    ]
    report.details = {"alone": alone, "beside": beside}
    return report
