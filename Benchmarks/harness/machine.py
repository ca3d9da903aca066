"""What the numbers were taken on, and what a process takes of it."""

import os
import platform
import subprocess
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def _field(path: str, name: str) -> str | None:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def describe(folder: Path) -> str:
    """One line: processor, cores, memory, kernel, file system of `folder`."""
    model = _field("/proc/cpuinfo", "model name") or platform.processor()
    memory = int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2
    kernel = platform.release().split("-")[0]
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {kernel}, {file_system(folder)}"


def file_system(folder: Path) -> str:
    return subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout.strip()


def load_average() -> float:
    """Of the last minute; far above zero before a run means that something else is working."""
    return os.getloadavg()[0]


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def memory_bytes(pid: int) -> int:
    """Resident memory of a process and its descendants."""
    total = 0
    for member in family(pid):
        try:
            total += int((_field(f"/proc/{member}/status", "VmRSS") or "0 kB").split()[0]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def processor_seconds(pid: int) -> float:
    """Time that a process and its living descendants have computed."""
    total = 0
    for member in family(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total / TICKS_PER_SECOND
