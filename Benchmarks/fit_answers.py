#!/usr/bin/env python3
"""Fits the numbers by which sentences are chosen and answers are trusted, and writes them into the source.

    python3 Benchmarks/fit_answers.py --programs .build/release --model FOLDER

Two logistic regressions each for reading with vectors and by words alone, from the features that hearth-bench tells of
every question of XQuAD-en: first that a sentence holds the answer, then that the answer made of the best sentences is
right. Fitted on the articles of half 0; what is printed of half 1 is the report. Needs numpy.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from harness import answers  # noqa: E402
from harness.tools import REPOSITORY, Failure  # noqa: E402

TARGET = REPOSITORY / "Sources" / "HearthKnow" / "Answers" / "Evidence" / "FittedWeights.swift"
#: Weight of the pull towards zero, in units of one question, on features scaled to unit variance.
RIDGE = 1.0
#: The share of answerable questions of the fitted half that the threshold lets through.
ANSWERED = 0.97
#: How much a question whose article was taken away counts in fitting confidence: most questions that people ask are about
#: something they have stored.
REMOVED = 0.4


def fit(features: list[list[float]], labels: list[bool], weights: list[float] | None = None) -> tuple[float, list[float]]:
    """Logistic regression by Newton's method; returns intercept and weights for features as they are."""
    x, y = np.array(features, float), np.array(labels, float)
    importance = np.ones(len(y)) if weights is None else np.array(weights, float)
    center, scale = x.mean(0), x.std(0)
    # A feature that never varies (vectors, when there are none) gets no weight.
    live = scale > 1e-9
    scale[~live] = 1
    z = np.hstack([np.ones((len(x), 1)), (x - center) / scale])
    ridge = np.full(z.shape[1], RIDGE)
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


def neutral(model: dict) -> dict:
    return {"intercept": 0.0, "weights": [0.0] * len(model["weights"])}


def probability(model: dict, features: list[float]) -> float:
    logit = model["intercept"] + float(np.dot(model["weights"], features))
    return 1 / (1 + float(np.exp(-logit)))


def train(program: Path, labelled: answers.Labelled, folder: Path, name: str, options: list[str], base: dict) -> dict:
    """One pair of models; `base` holds what is known so far of both."""
    chosen = {group for group, half in enumerate(labelled.halves) if half == 0}

    def run(*more: str) -> list[dict]:
        file = folder / "weights.json"
        file.write_text(json.dumps(base))
        results = answers.ask(program, labelled, folder, *options, "--weights", str(file), *more)
        return [result for result in results if result["group"] in chosen]

    rows = [sentence for result in run("--features") for sentence in result["sentences"]]
    sentence = rounded(fit([row["features"] for row in rows], [row["answers"] for row in rows]))
    base[name] = {"sentence": sentence, "confidence": base[name]["confidence"], "threshold": 0.5}
    results = run()
    confidence = rounded(
        fit(
            [result["features"] for result in results],
            [result["holds"] and not result["removed"] for result in results],
            [REMOVED if result["removed"] else 1.0 for result in results],
        )
    )
    stated = sorted(probability(confidence, result["features"]) for result in results if not result["removed"])
    threshold = stated[int(len(stated) * (1 - ANSWERED))]
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
        "// Written by Benchmarks/fit_answers.py from the fitted half of XQuAD-en; to change it, run that again.\n\n"
        "extension AnswerModels {\n"
        "    /// In the order of `SentenceFeature` and of `ConfidenceFeature`.\n"
        "    package static let fitted = AnswerModels(\n"
        f"        dense: {pair(models['dense'])},\n        text: {pair(models['text'])})\n}}\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=REPOSITORY / ".build" / "release")
    parser.add_argument("--model", required=True, help="folder of the embedding model")
    parser.add_argument("--dry-run", action="store_true", help="print the numbers and leave the source alone")
    options = parser.parse_args()
    program = (options.programs / "hearth-bench").resolve()
    dense = ["--model", options.model]
    labelled = answers.xquad()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        zero = {"intercept": 0.0, "weights": [0.0] * 13}
        flat = {"sentence": zero, "confidence": {"intercept": 0.0, "weights": [0.0] * 14}, "threshold": 0.5}
        models = {"dense": flat, "text": flat}
        try:
            # The words decide which sentences are compared by meaning, so their model comes first.
            models["text"] = train(program, labelled, folder, "text", [], models)
            models["dense"] = train(program, labelled, folder, "dense", dense, models)
            file = folder / "weights.json"
            file.write_text(json.dumps(models))
            for name, more in (("text", []), ("dense", dense)):
                results = answers.ask(program, labelled, folder, *more, "--weights", str(file))
                for half in (0, 1):
                    held = [result for result in results if labelled.halves[result["group"]] == half]
                    numbers = answers.count(held)
                    del numbers["reliability"]
                    print(name, "half", half, json.dumps(numbers))
        except Failure as failure:
            print(f"fit: {failure}", file=sys.stderr)
            return 1
    if not options.dry_run:
        TARGET.write_text(swift(models))
    return 0


if __name__ == "__main__":
    sys.exit(main())
