"""Texts to vectors, inside the process, beside ONNX Runtime with the same model and the same texts."""

import array
import json
import math
import os
import random
import tempfile
from pathlib import Path

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import BENCHMARKS, CACHE, Failure, peer_python, run_json

NAME = "embedding"
MODEL = "all-minilm-l6-v2"
WORDS = (
    "server letter meeting garden kettle window quarterly results strong grew percent year over customer asked about refund "
    "policy training accuracy improved after weather today sunny with light wind patient reported mild headache doctor "
    "recommended rest music festival visitors from around world engineers released new version midnight football match "
    "ended draw recipe calls for two cups flour butter and the a of to in was on that her his they we you"
).split()


def cases(bench: Bench) -> list[dict]:
    """The same texts in every run: queries, notes and passages, in words and thus tokens that a household writes."""
    chance = random.Random(1)

    def texts(count: int, least: int, most: int) -> list[str]:
        return [" ".join(chance.choices(WORDS, k=chance.randint(least, most))) + "." for _ in range(count)]

    return [
        {"name": "notes, 8 to 60 words", "texts": texts(bench.size(320), 8, 60)},
        {"name": "queries, 3 to 12 words", "texts": texts(bench.size(640), 3, 12)},
        {"name": "passages, 150 to 200 words", "texts": texts(bench.size(160), 150, 200)},
    ]


def _vectors(path: Path) -> array.array:
    vectors = array.array("f")
    vectors.frombytes(path.read_bytes())
    return vectors


def _cosines(own: array.array, peer: array.array, count: int) -> list[float]:
    width = len(own) // count
    return [sum(map(float.__mul__, own[at : at + width], peer[at : at + width])) for at in range(0, len(own), width)]


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    program = bench.programs / "hearth-bench"
    if not program.exists():
        raise Failure(f"there is no {program}; make bench builds it")
    models = Path(os.environ.get("HEARTH_MODELS") or Path.home() / ".local/share/hearth/models")
    model = models / MODEL
    if not (model / "model.safetensors").exists():
        raise Failure(f"there is no {model}; make models installs it")
    threads = os.cpu_count() or 1
    report = Report(NAME, f"Embedding of texts, {MODEL}, {threads} threads")
    # sentence-transformers brings PyTorch, which is too large to install for every run.
    torch_python = os.environ.get("SENTENCE_TRANSFORMERS_PYTHON")
    script = BENCHMARKS / "peer" / "embedding.py"
    commands = {
        "fp32": [program, "embed", model, "fp32", threads],
        "int8": [program, "embed", model, "int8", threads],
        "onnx": [peer_python("embedding-requirements.txt"), script, "onnx", model, threads],
    }
    if torch_python:
        commands["torch"] = [torch_python, script, "torch", model, threads]
    else:
        report.notes.append("sentence-transformers was skipped: SENTENCE_TRANSFORMERS_PYTHON names no Python that has it.")

    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        file = Path(folder) / "texts.json"
        sets = cases(bench)
        file.write_text(json.dumps(sets))
        # In turns, so that all meet the same machine.
        runs: dict[str, list[list[dict]]] = {name: [] for name in commands}
        for _ in range(bench.runs):
            for name, command in commands.items():
                runs[name].append(run_json([*command, file]))
        vectors = {name: _vectors(Path(f"{file}.{name}")) for name in commands}

    def speeds(name: str, index: int) -> list[float]:
        return [run[index]["texts"] / run[index]["seconds"] for run in runs[name]]

    for index, case in enumerate(sets):
        for precision, goal in (("fp32", 1.1), ("int8", 1.5)):
            report.measures.append(
                Measure(
                    f"{case['name']}, {precision}", "texts/s", speeds(precision, index), None, "onnxruntime fp32",
                    speeds("onnx", index), Goal(">=", goal),
                )
            )
        if torch_python:
            report.measures.append(
                Measure(
                    f"{case['name']}, int8", "texts/s", speeds("int8", index), None, "sentence-transformers",
                    speeds("torch", index), Goal(">=", 2.5),
                )
            )
    reference = "torch" if torch_python else "onnx"
    difference = max(abs(a - b) for a, b in zip(vectors["fp32"], vectors[reference]))
    cosines = _cosines(vectors["int8"], vectors[reference], len(sets[0]["texts"]))
    report.measures += [
        Measure(f"fp32, largest difference of an element to {reference}", "", [difference], Goal("<=", 1e-5)),
        Measure(f"int8, mean cosine to {reference}", "", [math.fsum(cosines) / len(cosines)], Goal(">=", 0.99)),
        Measure(f"int8, smallest cosine to {reference}", "", [min(cosines)]),
    ]
    report.details["runs"] = runs
    return report
