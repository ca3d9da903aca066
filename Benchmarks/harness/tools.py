"""What a run needs beside the server: the peers' Python, the load client, and the programs that put load on."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
REPOSITORY = BENCHMARKS.parent
CACHE = REPOSITORY / ".build" / "benchmarks"


class Failure(Exception):
    """A run that gives no number, and why."""


def peer_python(packages: str = "requirements.txt") -> Path:
    """A Python with the peers' packages, as a file in `peer` pins them; made once per content of that file."""
    requirements = BENCHMARKS / "peer" / packages
    version = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"python-{version}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"bench: installing the peers into {folder.relative_to(REPOSITORY)}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        (folder / "complete").touch()
    return python


def run_json(command: list) -> list | dict:
    """What a program prints, which is JSON."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{Path(command[0]).name}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


def load_client() -> Path:
    """`client/load.c`, compiled when it is newer than the program."""
    source = BENCHMARKS / "client" / "load.c"
    program = CACHE / "load"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        compiler = shutil.which("cc") or shutil.which("clang")
        if compiler is None:
            raise Failure("no C compiler: install gcc or clang")
        subprocess.run([compiler, "-O2", "-o", program, source], check=True)
    return program


def load(mode: str, **options: object) -> dict:
    """Runs the load client and gives its result; see `client/load.c` for modes and options."""
    command: list[str] = [str(load_client()), mode]
    for name, value in options.items():
        text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        command += ["--" + name.replace("_", "-"), text]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"load {mode}: {done.stderr.strip()[:2000]}")
    result = json.loads(done.stdout)
    if result.get("errors"):
        raise Failure(f"load {mode}: {result['errors']} requests failed: {done.stderr.strip()[:2000]}")
    return result


@dataclass
class Throughput:
    per_second: float
    p50_ms: float
    p99_ms: float
    #: Where the script prints it.
    p95_ms: float | None
    requests: int
    seconds: float


_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}


def _milliseconds(output: str, percent: str) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", output, re.MULTILINE)
    if found is None:
        raise Failure(f"wrk gave no {percent} % line:\n{output}")
    return float(found[1]) * _UNITS[found[2]]


def wrk(url: str, script: str, arguments: list[str], connections: int, seconds: float, threads: int = 1) -> Throughput:
    """wrk is a closed loop: a connection waits for its answer before it sends again."""
    if shutil.which("wrk") is None:
        raise Failure("wrk is not installed")
    duration = max(1, round(seconds))
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{duration}s", "--timeout", "30s", "--latency", "-s"]
    command += [str(BENCHMARKS / "client" / script), url, "--", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    output = done.stdout
    if done.returncode != 0:
        raise Failure(f"wrk: {output}{done.stderr}")
    if failed := re.search(r"(Non-2xx or 3xx responses: \d+|Socket errors: .*)", output):
        raise Failure(f"wrk: {failed[1]}")
    requests, took = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    return Throughput(
        per_second=float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        p50_ms=_milliseconds(output, "50"),
        p99_ms=_milliseconds(output, "99"),
        p95_ms=_milliseconds(output, "95") if " 95% " in output else None,
        requests=int(requests),
        seconds=float(took),
    )


class Clock:
    """Hands out stretches of time in which no reading has been yet, all within the last days and not in the future."""

    def __init__(self) -> None:
        self._next = int(time.time()) - 5 * 86400

    def take(self, seconds: float) -> int:
        """The first second of a stretch of this length."""
        first = self._next
        self._next += int(seconds) + 1
        if self._next > time.time():
            raise Failure("the benchmark has used up the days that count as recent")
        return first
