"""Half of the maximum load for a long time: does memory grow, do answers slow down?"""

import threading
from statistics import median

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import Failure, load

NAME = "soak"
CONNECTIONS = 64
SLICES = 20


def run(bench: Bench) -> Report:
    seconds = bench.soak_seconds
    slice_seconds = max(2.0, seconds / SLICES)
    with bench.hearth() as server:
        device = server.devices(1)[0]

        def post(seconds: float, rate: float) -> dict:
            first = bench.clock.take(5_000 if rate == 0 else seconds * rate / 1000)
            return load(
                "post",
                port=server.port,
                token=server.token,
                path="/sensor/heartrate",
                device=device,
                connections=CONNECTIONS,
                seconds=seconds,
                rate=rate,
                slice=slice_seconds,
                start_us=first * 1_000_000,
                step_us=1000,
            )

        # The same client finds the maximum and then holds half of it.
        maximum = post(bench.seconds, 0)
        rate = maximum["per_second"] / 2
        sizes: list[float] = []
        over = threading.Event()

        def watch() -> None:
            # In the middle of each slice, so that each size belongs to one.
            while not over.wait(slice_seconds / 2 if not sizes else slice_seconds):
                sizes.append(server.memory_bytes() / 1e6)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            result = post(seconds, rate)
        finally:
            over.set()
            watcher.join()
        acknowledged = maximum["requests"] + result["requests"]
        server.expect("heartrate", acknowledged, acknowledged + 2 * CONNECTIONS)
    slices = result["slices"]
    if len(slices) < 4 or len(sizes) < 4:
        raise Failure("the soak is too short to see a drift")
    held = result["per_second"] / rate
    if held < 0.97:
        raise Failure(f"only {held:.0%} of the rate was held")
    # The first tenth fills caches; after it a third is compared with a third, so that one noisy slice decides nothing.
    settled, settled_sizes = slices[len(slices) // 10 :], sizes[len(sizes) // 10 :]
    third, third_sizes = max(1, len(settled) // 3), max(1, len(settled_sizes) // 3)
    early = median(part["p99_ms"] for part in settled[:third])
    late = median(part["p99_ms"] for part in settled[-third:])
    early_size, late_size = median(settled_sizes[:third_sizes]), median(settled_sizes[-third_sizes:])
    return Report(
        NAME,
        f"{seconds:.0f} seconds at half of the maximum load",
        [
            Measure("load held", "/s", [result["per_second"]]),
            Measure("drift of resident memory, last third to first", "%", [(late_size / early_size - 1) * 100], Goal("<=", 10)),
            Measure("drift of p99, last third to first", "%", [(late / early - 1) * 100], Goal("<=", 10)),
            Measure("latency p99, whole run", "ms", [result["p99_ms"]]),
            Measure("resident memory at the end", "MB", [sizes[-1]]),
        ],
        details={"maximum_per_second": maximum["per_second"], "slices": slices, "megabytes": sizes},
    )
