"""Searching vectors inside the process: 100,000 of them by scanning and by the graph, beside faiss."""

import json
import subprocess
import tempfile
from pathlib import Path

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import BENCHMARKS, CACHE, Failure, peer_python

NAME = "vectors"
COUNT = 100_000
#: Candidates that the peer's search keeps: its recall is then that of Hearth's graph.
PEER_WIDTH = 128
#: More than there are, so that no graph is built.
NEVER = 1 << 40


def run_json(command: list[object]) -> dict:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{Path(str(command[0])).name}: {done.stderr.strip()[:2000]}")
    return json.loads(done.stdout)


def program(bench: Bench) -> Path:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    path = bench.programs / "hearth-bench"
    if not path.exists():
        raise Failure(f"there is no {path}; make bench builds it")
    return path


def generated(count: int) -> Path:
    """The vectors, their queries and what is nearest to them; made once."""
    folder = CACHE / f"vectors-{count}"
    if not (folder / "complete").exists():
        run_json([peer_python(), BENCHMARKS / "peer" / "vectors.py", "generate", count, folder])
        (folder / "complete").touch()
    return folder


def _measures(kind: str, own: list[dict], peer: str, peers: list[dict], p95: float) -> list[Measure]:
    def of(runs: list[dict], field: str) -> list[float]:
        return [run[field] for run in runs]

    return [
        Measure(f"{kind}: p50", "ms", of(own, "p50_ms"), None, peer, of(peers, "p50_ms")),
        Measure(f"{kind}: p95", "ms", of(own, "p95_ms"), Goal("<=", p95), peer, of(peers, "p95_ms")),
        Measure(f"{kind}: processor time", "ms", of(own, "processor_ms"), None, peer, of(peers, "processor_ms")),
        Measure(f"{kind}: recall@10", "", of(own, "recall"), Goal(">=", 0.99), peer, of(peers, "recall")),
    ]


def run(bench: Bench) -> Report:
    command = program(bench)
    count = bench.size(COUNT)
    folder = generated(count)
    peer = [peer_python(), BENCHMARKS / "peer" / "vectors.py", "measure", folder]
    runs: dict[str, list[dict]] = {"scan": [], "graph": [], "flat": [], "hnsw": []}
    with tempfile.TemporaryDirectory(dir=CACHE) as home:
        for _ in range(bench.runs):
            runs["scan"].append(run_json([command, "vectors", folder, home, NEVER, 1]))
            runs["graph"].append(run_json([command, "vectors", folder, home, count, 1]))
            runs["flat"].append(run_json([*peer, "flat", 0]))
            runs["hnsw"].append(run_json([*peer, "hnsw", PEER_WIDTH]))
    report = Report(NAME, f"Nearest of {count:,} vectors of 384 dimensions, inside the process", details=runs)
    report.measures += _measures("scan", runs["scan"], "faiss flat", runs["flat"], 10)
    report.measures += _measures("graph", runs["graph"], "faiss HNSW", runs["hnsw"], 10)
    report.measures.append(
        Measure(
            "graph: processor time of building",
            "s",
            [one["build_processor_seconds"] for one in runs["graph"]],
            None,
            "faiss HNSW",
            [one["build_processor_seconds"] for one in runs["hnsw"]],
        )
    )
    return report
