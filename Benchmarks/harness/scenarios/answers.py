"""Answers to questions whose answers are known: which passage is cited, what it says, and whether Hearth knows when not."""

import os
import tempfile
from pathlib import Path

from .. import answers
from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import CACHE, Failure

NAME = "answers"
MODEL = "all-minilm-l6-v2"


def model_folder() -> Path | None:
    """Where the embedding model is installed; None without one."""
    root = os.environ.get("HEARTH_MODELS")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    folder = (Path(root) if root else data / "hearth" / "models") / MODEL
    return folder if (folder / "config.json").exists() else None


def _measures(numbers: dict, reading: str, is_promised: bool) -> list[Measure]:
    def measure(metric: str, key: str, goal: Goal | None = None) -> Measure:
        return Measure(f"{metric}, {reading}", "", [numbers[key]], goal if is_promised else None)

    return [
        measure("right passage cited first", "right_passage_first", Goal(">=", 0.95)),
        measure("answer of at most two sentences holds the right one", "holds_answer", Goal(">=", 0.85)),
        measure("its best sentence does", "first_sentence_holds_answer"),
        measure("answerable questions answered", "answerable_answered", Goal(">=", 0.9)),
        measure("unanswerable questions answered with “I don't know”", "unanswerable_refused", Goal(">=", 0.8)),
        measure("answers given that are right", "answered_is_right"),
        measure("expected calibration error, all questions", "calibration_error", Goal("<=", 0.08)),
        measure("expected calibration error, answerable ones", "calibration_error_answerable"),
        Measure(f"judging the sentences of a question, {reading}", "ms", [numbers["judging_seconds_median"] * 1e3]),
    ]


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    program = bench.programs / "hearth-bench"
    if not program.exists():
        raise Failure(f"there is no {program}; make bench builds it")
    labelled = answers.xquad()
    report = Report(NAME, "Answers without a language model")
    report.notes.append(
        "XQuAD-en; fitted on the articles of one half, counted on those of the other. A question is unanswerable when its "
        "article is taken away. Retrieval is the plain mix of BM25 and vectors, so that only answering is measured."
    )
    readings: list[tuple[str, list[str]]] = [("by words alone", [])]
    model = model_folder()
    if model is None:
        report.notes.append(f"Reading with vectors was skipped: {MODEL} is not installed.")
    else:
        readings.insert(0, ("with vectors", ["--model", str(model)]))
    for reading, options in readings:
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            results = answers.ask(program, labelled, Path(folder), *options)
        held = [result for result in results if labelled.halves[result["group"]] == 1]
        numbers = answers.count(held)
        report.measures += _measures(numbers, reading, is_promised=bool(options))
        fitted = [result for result in results if labelled.halves[result["group"]] == 0]
        report.details[reading] = {"reported half": numbers, "fitted half": answers.count(fitted)}
    return report
