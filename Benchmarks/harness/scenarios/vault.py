"""What tokens for private values cost: the same batches into the store alone and through the vault."""

import json
import subprocess
import tempfile

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import CACHE, Failure

NAME = "vault"


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    report = Report(NAME, "The vault")
    found = []
    for _ in range(bench.runs):
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as home:
            done = subprocess.run([str(bench.programs / "hearth-bench"), "vault", home], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"hearth-bench: {done.stderr.strip()[:2000]}")
        found.append(json.loads(done.stdout))
    rates = {name: [run[f"{name}_rows_per_second"] for run in found] for name in ("plain_store", "plain_vault", "private_store", "private_vault")}
    rows = found[0]["rows"]
    shares = [through / alone for through, alone in zip(rates["plain_vault"], rates["plain_store"])]
    report.measures += [
        Measure(f"a stream without private fields, {rows} a transaction, as a share of the store alone", "", shares, Goal(">=", 0.95)),
        Measure("a stream without private fields through the vault", "readings/s", rates["plain_vault"]),
        Measure("three private texts each, without the vault", "readings/s", rates["private_store"]),
        Measure("three private texts each, through the vault", "readings/s", rates["private_vault"]),
        Measure("read as tokens", "readings/s", [run["read_tokens_rows_per_second"] for run in found]),
        Measure("read as values, with a record in the audit log per 1,000", "readings/s", [run["read_values_rows_per_second"] for run in found]),
    ]
    report.details = {"runs": found}
    return report
