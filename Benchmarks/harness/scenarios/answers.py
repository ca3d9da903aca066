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


def models_folder() -> Path | None:
    """Where the embedding model is installed; None without one."""
    root = os.environ.get("HEARTH_MODELS")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    folder = Path(root) if root else data / "hearth" / "models"
    return folder if (folder / MODEL / "config.json").exists() else None


def _measures(numbers: dict, what: str, is_promised: bool) -> list[Measure]:
    def measure(metric: str, key: str, goal: Goal | None = None) -> Measure:
        return Measure(f"{metric}, {what}", "", [numbers[key]], goal if is_promised else None)

    return [
        measure("right passage cited first", "right_passage_first", Goal(">=", 0.95)),
        measure("answer of at most two sentences holds the right one", "holds_answer", Goal(">=", 0.85)),
        measure("its best sentence does", "first_sentence_holds_answer"),
        measure("answerable questions answered", "answerable_answered", Goal(">=", 0.9)),
        measure("unanswerable questions answered with “I don't know”", "unanswerable_refused", Goal(">=", 0.8)),
        measure("answers given that are right", "answered_is_right"),
        measure("expected calibration error, all questions", "calibration_error", Goal("<=", 0.08)),
        measure("expected calibration error, answerable ones", "calibration_error_answerable"),
    ]


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    program = bench.programs / "hearth-bench"
    if not program.exists():
        raise Failure(f"there is no {program}; make bench builds it")
    report = Report(NAME, "Answers without a language model")
    report.notes.append(
        "XQuAD-en: fitted on the articles of one half, counted on those of the other; a question is unanswerable when its article "
        "is taken away. Households: notes, mails and transcripts of 24 documents, some in German, with questions that they do not "
        "answer; fitted on one, counted on the other, whole and in three parts of eight documents. Everything is "
        "stored, indexed and found as Hearth does it."
    )
    readings: list[tuple[str, list[str]]] = [("by words alone", [])]
    models = models_folder()
    if models is None:
        report.notes.append(f"Reading with vectors was skipped: {MODEL} is not installed.")
    else:
        readings.insert(0, ("with vectors", ["--models", str(models)]))
    small = answers.households()
    kinds = [
        ("XQuAD-en", [answers.xquad()]),
        ("household", small),
        ("parts of a household", [part for labelled in small for part in answers.parts(labelled, 3)]),
    ]
    for reading, options in readings:
        for kind, sets in kinds:
            halves: list[list[dict]] = [[], []]
            for labelled in sets:
                with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                    for result in answers.ask(program, labelled, Path(folder), *options):
                        halves[labelled.half(result)].append(result)
            fitted, reported = (answers.count(results) for results in halves)
            promised = bool(options) and kind == "XQuAD-en"
            report.measures += _measures(reported, f"{kind}, {reading}", is_promised=promised)
            if kind == "XQuAD-en":
                report.measures.append(
                    Measure(
                        f"judging the sentences of a question, {reading}", "ms", [reported["judging_seconds_median"] * 1e3]))
            report.details[f"{kind}, {reading}"] = {"reported half": reported, "fitted half": fitted}
    return report
