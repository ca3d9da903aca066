"""The servers under load: each starts on a free port with an empty home on a real disk, and takes it away at the end."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from . import machine
from .tools import BENCHMARKS, CACHE, Failure, peer_python


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server process. Use it as a context: it is ready inside, and gone with its data after."""

    name = ""

    def __init__(self) -> None:
        homes = CACHE / "homes"
        homes.mkdir(parents=True, exist_ok=True)
        if machine.file_system(homes) in ("tmpfs", "ramfs", "overlayfs"):
            raise Failure(f"{homes} is not on a disk; durability would cost nothing there")
        self.home = Path(tempfile.mkdtemp(prefix=self.name + "-", dir=homes))
        self.port = 0
        self.token = secrets.token_urlsafe(32)
        self.process: subprocess.Popen | None = None
        self.ready_seconds = 0.0

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        raise NotImplementedError

    def devices(self, count: int) -> list[str]:
        """Ids of that many devices which may send."""
        raise NotImplementedError

    def start(self) -> None:
        """Starts the process and waits until `/readyz` answers 200; the time it took is `ready_seconds`."""
        self.port = free_port()
        self.log = open(self.home / "bench.log", "ab")
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.command(),
            env={**os.environ, **self.environment()},
            stdout=self.log,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
            cwd=BENCHMARKS / "peer",
        )
        while True:
            if self.process.poll() is not None:
                raise Failure(f"{self.name} ended at the start:\n{self.last_words()}")
            if time.perf_counter() - begin > 120:
                raise Failure(f"{self.name} was not ready after 120 seconds:\n{self.last_words()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("GET", "/readyz", timeout=5)[0] == 200:
                    break
            time.sleep(0.001)
        self.ready_seconds = time.perf_counter() - begin

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"{self.name} did not stop within 30 seconds of SIGTERM") from None
        finally:
            self.process = None
            self.log.close()

    def __enter__(self) -> "Server":
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

    def last_words(self) -> str:
        return (self.home / "bench.log").read_text(errors="replace")[-2000:]

    def request(self, method: str, path: str, body: object = None, timeout: float = 120) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = {"Authorization": f"Bearer {self.token}"}
            data = None
            if body is not None:
                headers["Content-Type"] = "application/json"
                data = json.dumps(body)
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def count(self, stream: str) -> int:
        """Readings stored in a stream, as the server tells."""
        status, body = self.request("GET", "/streams")
        if status != 200:
            raise Failure(f"{self.name}: GET /streams answered {status}: {body[:500]!r}")
        return next(item["count"] for item in json.loads(body)["items"] if item["stream"] == stream)

    def expect(self, stream: str, at_least: int, at_most: int | None = None) -> None:
        """Acknowledged readings that are not stored make every number worthless."""
        count = self.count(stream)
        if not at_least <= count <= (at_least if at_most is None else at_most):
            raise Failure(f"{self.name}: {at_least} readings of {stream} were acknowledged, {count} are stored")

    def memory_bytes(self) -> int:
        return machine.memory_bytes(self._pid)

    def processor_seconds(self) -> float:
        return machine.processor_seconds(self._pid)

    @property
    def _pid(self) -> int:
        if self.process is None:
            raise Failure(f"{self.name} is not running")
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Hearth(Server):
    name = "hearth"

    def __init__(self, program: Path) -> None:
        super().__init__()
        self.program = program

    def command(self) -> list[str]:
        return [str(self.program), "serve"]

    def environment(self) -> dict[str, str]:
        return {
            "HEARTH_HOME": str(self.home),
            "HEARTH_PORT": str(self.port),
            "HEARTH_TOKEN": self.token,
            "HEARTH_LOG": "warning",
        }

    def devices(self, count: int) -> list[str]:
        found = []
        for number in range(count):
            status, body = self.request("POST", "/devices", {"name": f"Bench {number}", "kind": "tracker"})
            if status != 201:
                raise Failure(f"hearth: POST /devices answered {status}: {body[:500]!r}")
            found.append(json.loads(body)["id"])
        return found


class Peer(Server):
    """`peer/app.py` under uvicorn."""

    name = "fastapi"

    def __init__(self, workers: int = 1) -> None:
        super().__init__()
        self.workers = workers

    def command(self) -> list[str]:
        command = [str(peer_python()), "-m", "uvicorn", "app:app", "--port", str(self.port), "--log-level", "warning"]
        command += ["--no-access-log", "--ws-ping-interval", "1000"]
        return command + (["--workers", str(self.workers)] if self.workers > 1 else [])

    def environment(self) -> dict[str, str]:
        return {"PEER_DATABASE": str(self.home / "peer.db"), "PEER_TOKEN": self.token}

    def devices(self, count: int) -> list[str]:
        return [str(uuid.uuid4()) for _ in range(count)]
