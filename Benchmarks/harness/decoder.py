"""Speaks to `hearth-decoder` as the server does: frames of one byte for the kind, four for the length, and the payload."""

import json
import os
import socket
import struct
import subprocess
from pathlib import Path

from . import machine
from .tools import Failure

_REQUEST, _DATA, _END, _EVENT, _FAILURE, _DONE = range(1, 7)
_PIECE = 256 * 1024
#: What the server passes on; see `DecoderConfiguration`.
_INHERITED = ("HOME", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "HEARTH_MODELS")


class Decoder:
    """A process that reads files. Use it as a context."""

    def __init__(self, program: Path) -> None:
        if not program.exists():
            raise Failure(f"there is no {program}; make bench builds it")
        self.program = program

    def __enter__(self) -> "Decoder":
        self.socket, theirs = socket.socketpair()
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(
                [self.program],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1", **inherited},
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.process.wait(30)

    def processor_seconds(self) -> float:
        return machine.processor_seconds(self.process.pid)

    def hear(self, file: bytes, transcribes: bool = True) -> list[dict]:
        """The parts of the answer about one recording."""
        request = {"kind": "hear", "transcribes": transcribes, "includes_samples": False}
        self._send(_REQUEST, json.dumps(request).encode())
        for start in range(0, len(file), _PIECE):
            self._send(_DATA, file[start : start + _PIECE])
        self._send(_END, b"")
        events = []
        while True:
            kind, length = struct.unpack("<BI", self._take(5))
            payload = self._take(length)
            if kind == _DONE:
                return events
            if kind == _FAILURE:
                raise Failure(f"hearth-decoder: {payload.decode()}")
            if kind != _EVENT:
                raise Failure(f"hearth-decoder sent a frame of kind {kind}")
            (size,) = struct.unpack("<I", payload[:4])
            events.append(json.loads(payload[4 : 4 + size]))

    def _send(self, kind: int, payload: bytes) -> None:
        self.socket.sendall(struct.pack("<BI", kind, len(payload)) + payload)

    def _take(self, count: int) -> bytes:
        bytes_ = b""
        while len(bytes_) < count:
            piece = self.socket.recv(count - len(bytes_))
            if not piece:
                raise Failure(f"{self.program.name} ended in the middle of an answer")
            bytes_ += piece
        return bytes_
