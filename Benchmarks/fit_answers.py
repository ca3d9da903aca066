#!/usr/bin/env python3
"""Fits the numbers by which sentences are chosen and answers are trusted, and writes them into the source.

    python3 Benchmarks/fit_answers.py --programs .build/release --models FOLDER

Two logistic regressions each for reading with vectors and by words alone, from the features that hearth-bench tells of
every question of XQuAD-en and of small households: first that a sentence holds the answer, then that the answer made of the
best sentences is right. Fitted on half 0 (of the articles, and of the households); what is printed of half 1 is the report.
Needs numpy.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from harness import answers  # noqa: E402
from harness.tools import REPOSITORY, Failure  # noqa: E402

TARGET = REPOSITORY / "Sources" / "HearthKnow" / "Answers" / "Evidence" / "FittedWeights.swift"
#: Weight of the pull towards zero, in units of one question, on features scaled to unit variance: for sentences, of which there
#: are many, and for confidence, chosen by fivefold cross-validation within the fitted half.
RIDGE, CONFIDENCE_RIDGE = 1.0, 10.0
#: The share of answerable questions of the fitted half that the threshold lets through; by words alone, fewer unanswerable ones are
#: told apart.
ANSWERED = {"dense": 0.95, "text": 0.94}
#: How much questions without an answer count among all.
REMOVED = 0.5
#: How much the households count beside XQuAD, which has many more questions.
SMALL = 1.0
#: Of all questions of XQuAD, in units of one, so that the pull keeps its meaning.
BASE = 1000.0
#: As many as `SentenceFeature` and `ConfidenceFeature` have cases.
SENTENCE_FEATURES, CONFIDENCE_FEATURES = 14, 18


def fit(
    features: list[list[float]], labels: list[bool], weights: list[float], pull: float
) -> tuple[float, list[float]]:
    """Logistic regression by Newton's method; returns intercept and weights for features as they are."""
    x, y = np.array(features, float), np.array(labels, float)
    importance = np.array(weights, float)
    center, scale = x.mean(0), x.std(0)
    # A feature that never varies (vectors, when there are none) gets no weight.
    live = scale > 1e-9
    scale[~live] = 1
    z = np.hstack([np.ones((len(x), 1)), (x - center) / scale])
    ridge = np.full(z.shape[1], pull)
    ridge[0] = 0
    beta = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        gradient = z.T @ (importance * (y - p)) - ridge * beta
        hessian = (z * (importance * p * (1 - p))[:, None]).T @ z + np.diag(ridge + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    slopes = np.where(live, beta[1:] / scale, 0)
    return float(beta[0] - slopes @ center), [float(slope) for slope in slopes]


def rounded(model: tuple[float, list[float]]) -> dict:
    return {"intercept": round(model[0], 4), "weights": [round(weight, 4) for weight in model[1]]}


def probability(model: dict, features: list[float]) -> float:
    logit = model["intercept"] + float(np.dot(model["weights"], features))
    return 1 / (1 + float(np.exp(-logit)))


@dataclass
class Row:
    """A question with what hearth-bench said, and how much it counts."""

    result: dict
    weight: float


def asked(
    program: Path, sets: list[answers.Labelled], folder: Path, options: list[str]
) -> list[tuple[answers.Labelled, list[dict]]]:
    """Per set, the results of the questions that are fitted on."""
    return [
        (labelled, [result for result in answers.ask(program, labelled, folder, *options) if labelled.half(result) == 0])
        for labelled in sets
        if any(question["half"] == 0 for question in labelled.questions)
    ]


def weighed(results: list[tuple[answers.Labelled, list[dict]]]) -> list[Row]:
    """Questions with and without an answer weigh alike in each kind of library, households together SMALL of XQuAD."""
    rows: list[Row] = []
    for is_small in (False, True):
        chosen = [result for labelled, results in results for result in results if (labelled.name != "XQuAD-en") == is_small]
        total = (SMALL if is_small else 1.0) * BASE
        for is_removed in (False, True):
            these = [result for result in chosen if result["removed"] == is_removed]
            share = REMOVED if is_removed else 1 - REMOVED
            rows += [Row(result, total * share / len(these)) for result in these]
    return rows


def train(
    program: Path, sets: list[answers.Labelled], folder: Path, name: str, options: list[str], base: dict
) -> dict:
    """One pair of models; `base` holds what is known so far of both."""

    def run(*more: str) -> list[Row]:
        file = folder / "weights.json"
        file.write_text(json.dumps(base))
        return weighed(asked(program, sets, folder, [*options, "--weights", str(file), *more]))

    rows = [(sentence, row.weight) for row in run("--features") for sentence in row.result["sentences"]]
    sentence = rounded(
        fit([row["features"] for row, _ in rows], [row["answers"] for row, _ in rows], [weight for _, weight in rows], RIDGE)
    )
    base[name] = {"sentence": sentence, "confidence": base[name]["confidence"], "threshold": 0.5}
    results = run()
    confidence = rounded(
        fit(
            [row.result["features"] for row in results],
            [row.result["holds"] and not row.result["removed"] for row in results],
            [row.weight for row in results],
            CONFIDENCE_RIDGE,
        )
    )
    stated = sorted(
        (probability(confidence, row.result["features"]), row.weight) for row in results if not row.result["removed"]
    )
    # The share of answerable questions below the threshold, by weight.
    least, below = (1 - ANSWERED[name]) * sum(weight for _, weight in stated), 0.0
    for threshold, weight in stated:
        below += weight
        if below > least:
            break
    return {"sentence": sentence, "confidence": confidence, "threshold": round(threshold, 4)}


def swift(models: dict) -> str:
    def linear(model: dict, indent: str) -> str:
        lines, line = [], f"{indent}    weights: ["
        for index, weight in enumerate(model["weights"]):
            text = f"{weight}" + (", " if index + 1 < len(model["weights"]) else "]")
            if len(line) + len(text) > 118:
                lines.append(line.rstrip())
                line = f"{indent}        "
            line += text
        return f"LinearModel(\n{indent}    intercept: {model['intercept']},\n" + "\n".join([*lines, line]) + ")"

    def pair(models: dict) -> str:
        indent = " " * 12
        return (
            f"Pair(\n{indent}sentence: {linear(models['sentence'], indent)},\n"
            f"{indent}confidence: {linear(models['confidence'], indent)},\n"
            f"{indent}threshold: {models['threshold']})"
        )

    return (
        "// Written by Benchmarks/fit_answers.py from the fitted half of its questions; to change it, run that again.\n\n"
        "extension AnswerModels {\n"
        "    /// In the order of `SentenceFeature` and of `ConfidenceFeature`.\n"
        "    package static let fitted = AnswerModels(\n"
        f"        dense: {pair(models['dense'])},\n        text: {pair(models['text'])})\n}}\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=REPOSITORY / ".build" / "release")
    parser.add_argument("--models", required=True, help="folder of the installed models")
    parser.add_argument("--dry-run", action="store_true", help="print the numbers and leave the source alone")
    options = parser.parse_args()
    program = (options.programs / "hearth-bench").resolve()
    dense = ["--models", options.models]
    small = answers.households()
    sets = [answers.xquad(), *small, *(part for labelled in small for part in answers.parts(labelled, 3))]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        zero = {"intercept": 0.0, "weights": [0.0] * SENTENCE_FEATURES}
        certain = {"intercept": 0.0, "weights": [0.0] * CONFIDENCE_FEATURES}
        models = {name: {"sentence": zero, "confidence": certain, "threshold": 0.5} for name in ("dense", "text")}
        try:
            # The words decide which sentences are compared by meaning, so their model comes first.
            models["text"] = train(program, sets, folder, "text", [], models)
            models["dense"] = train(program, sets, folder, "dense", dense, models)
            file = folder / "weights.json"
            file.write_text(json.dumps(models))
            for name, more in (("text", []), ("dense", dense)):
                for labelled in sets:
                    results = answers.ask(program, labelled, folder, *more, "--weights", str(file))
                    for half in (0, 1):
                        chosen = [result for result in results if labelled.half(result) == half]
                        if not chosen:
                            continue
                        numbers = answers.count(chosen)
                        del numbers["reliability"]
                        print(name, "half", half, labelled.name, json.dumps(numbers))
        except Failure as failure:
            print(f"fit: {failure}", file=sys.stderr)
            return 1
    if not options.dry_run:
        TARGET.write_text(swift(models))
    return 0


if __name__ == "__main__":
    sys.exit(main())
