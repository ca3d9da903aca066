"""How well times are read from text: the labelled sentences of Recognizers-Text, span and resolution both right."""

import json
import os
import subprocess
from pathlib import Path

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import REPOSITORY, Failure

NAME = "quickadd"


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    data = Path(os.environ.get("HEARTH_TEST_DATA") or REPOSITORY.parent.joinpath("shared", "data"))
    specifications = data / "recognizers-text-specs" / "Specs"
    if not specifications.is_dir():
        raise Failure("recognizers-text-specs is not among the test data")
    report = Report(NAME, "Reading a task")
    program = bench.programs / "hearth-bench"
    reported, developed = (
        json.loads(subprocess.run([str(program), "quickadd", str(specifications), *options], capture_output=True, check=True).stdout)
        for options in ([], ["--developed"])
    )
    for row, other in zip(reported, developed):
        name, texts = row["file"], row["cases"] - row["unsupported"]
        report.measures += [
            Measure(f"{name}, span and resolution right, {texts} reported texts", "", [row["share"]], Goal(">=", 0.85)),
            Measure(f"{name}, the same of the texts it was developed on", "", [other["share"]]),
        ]
    slowest = max(row["p99_seconds"] for row in reported)
    report.measures.append(Measure("one text, p99", "ms", [slowest * 1e3], Goal("<=", 1)))
    report.details = {"reported": reported}
    report.notes.append("A quarter of the texts, chosen by a hash, is reported; the grammar was developed on the others.")
    return report
