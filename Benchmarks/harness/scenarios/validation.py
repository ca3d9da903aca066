"""Work inside the process, without a server: validation, parsing, admission, storing, compression."""

import json
import math
import os
import subprocess
import tempfile
from pathlib import Path

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import BENCHMARKS, CACHE, REPOSITORY, Failure, peer_python

NAME = "validation"
STREAMS = REPOSITORY / "Sources" / "HearthSchema" / "Resources" / "streams"


def _test_data() -> Path:
    """The public data sets, which lie beside the clone."""
    return Path(os.environ.get("HEARTH_TEST_DATA") or REPOSITORY.parent.joinpath("shared", "data"))


def _spoiled(example: dict, schema: dict) -> list[dict]:
    """The example with one fault: a required member missing, one of a wrong type."""
    spoiled = []
    for name in schema.get("required", [])[:1]:
        spoiled.append({key: value for key, value in example.items() if key != name})
    for name in list(example)[:1]:
        spoiled.append({**example, name: {"not": "this"}})
    return spoiled


def cases() -> list[dict]:
    """Schemas with documents, valid and not: every shipped stream, a batch, and the metaschema."""
    found, definitions = [], []
    for path in sorted(STREAMS.glob("*.json")):
        definition = json.loads(path.read_text())
        definitions.append(definition)
        schema = {key: value for key, value in definition.items() if key not in ("x-hearth", "$id")}
        example = definition["x-hearth"]["example"]
        documents = [example] * 8 + _spoiled(example, schema)
        found.append({"name": f"stream {path.stem}", "schema": schema, "documents": documents})
        if path.stem == "gps":
            batch = {"type": "array", "items": schema, "minItems": 1}
            found.append({"name": "1,000 gps readings in an array", "schema": batch, "documents": [[example] * 1000]})
    metaschema = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    found.append({"name": "stream definitions against the metaschema", "schema": metaschema, "documents": definitions})
    return found


def documents() -> list[dict]:
    reading = '{"device_id":"018f2c2e-7b3a-7abc-8def-0123456789ab","timestamp":"2026-11-21T08:00:00.25Z","bpm":62.5}'
    axes = ",".join(f'"{axis}":{index}.{index * 7 + 123}45' for index, axis in enumerate("xyz", 1))
    batch = ",".join(f'{{"timestamp":"2026-11-21T08:00:00.{number:06}Z",{axes}}}' for number in range(1000))
    schemas = "[" + ",".join(path.read_text() for path in sorted(STREAMS.glob("*.json"))) + "]"
    return [
        {"name": "one reading", "text": reading},
        {"name": "1,000 readings", "text": f'{{"readings":[{batch}]}}'},
        {"name": "stream definitions", "text": schemas},
    ]


def _run(command: list[str | Path]) -> list | dict:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{Path(command[0]).name}: {done.stderr.strip()[:2000]}")
    return json.loads(done.stdout)


def _mean(ratios: list[float]) -> float:
    """Geometric: a case twice as fast and a case half as fast make 1."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _compare(own: list[dict], peer: list[dict], field: str) -> list[float]:
    return [theirs[field] / ours[field] for ours, theirs in zip(own, peer)]


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    program = bench.programs / "hearth-bench"
    if not program.exists():
        raise Failure(f"there is no {program}; make bench builds it")
    report = Report(NAME, "Inside the process")
    peer_script = [peer_python(), BENCHMARKS / "peer" / "inside.py"]
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        home = Path(folder)
        schemas, texts = home / "cases.json", home / "documents.json"
        schemas.write_text(json.dumps(cases()))
        texts.write_text(json.dumps(documents()))

        # In turns, so that both meet the same machine.
        own_runs, peer_runs = [], []
        for _ in range(bench.runs):
            own_runs.append(_run([program, "validate", schemas]))
            peer_runs.append(_run([*peer_script, "validate", schemas]))
        for own, peer in zip(own_runs[0], peer_runs[0]):
            if own["accepted"] != peer["accepted"]:
                raise Failure(
                    f"{own['name']}: Hearth accepts {own['accepted']} of {own['documents']}, jsonschema-rs {peer['accepted']}"
                )
        for field, what in (("parsed_seconds", "parsed values"), ("bytes_seconds", "bytes")):
            name = "jsonschema-rs" if field == "parsed_seconds" else "orjson and jsonschema-rs"
            ratios = [_compare(own, peer, field) for own, peer in zip(own_runs, peer_runs)]

            def speeds(runs: list[list[dict]]) -> list[float]:
                return [_mean([case["documents"] / case[field] for case in run]) for run in runs]

            report.measures += [
                Measure(
                    f"validation from {what}, mean of {len(own_runs[0])} schemas",
                    "documents/s",
                    speeds(own_runs),
                    None,
                    name,
                    speeds(peer_runs),
                    Goal(">=", 1),
                ),
                Measure(
                    f"validation from {what}, slowest schema to the peer",
                    "×",
                    [min(run) for run in ratios],
                    Goal(">=", 1),
                ),
            ]
        report.details["validation"] = {"hearth": own_runs[-1], "peer": peer_runs[-1]}

        own, peer = _run([program, "parse", texts]), _run([*peer_script, "parse", texts])
        for ours, theirs in zip(own, peer):
            size = ours["bytes"] / 1e6
            report.measures.append(
                Measure(
                    f"JSON parsing, {ours['name']}, strict",
                    "MB/s",
                    [size / ours["strict_parse_seconds"]],
                    None,
                    "orjson",
                    [size / theirs["orjson_seconds"]],
                )
            )
        report.details["parsing"] = {"hearth": own, "peer": peer}

        admitted = _run([program, "admit", home / "admission"])
        for result in admitted:
            report.measures.append(
                Measure(f"admission, {result['stream']}", "µs", [result["admission_seconds"] * 1e6])
            )
        appended = _run([program, "append", home / "append"])
        for result in appended:
            report.measures.append(
                Measure(f"durable append, {result['rows']:,} rows a transaction", "rows/s", [result["rows_per_second"]])
            )
        report.details |= {"admission": admitted, "append": appended}

        recordings = _test_data() / "har-geotec"
        if not recordings.is_dir():
            report.notes.append("The compression of sensor recordings was skipped: har-geotec of the test data is not here.")
            return report
        columns = _run([program, "columns", recordings, home / "columns"])
        if not columns["is_lossless"] or columns["compacted_readings"] != columns["readings"]:
            raise Failure(f"compression lost readings: {columns}")
        report.measures += [
            Measure(
                "compression by column, rows to chunks, har-geotec",
                "×",
                [columns["row_bytes"] / columns["chunk_bytes"]],
                Goal(">=", 5),
            ),
            Measure("compressing", "readings/s", [columns["readings"] / columns["compact_seconds"]]),
            Measure("reading compressed chunks", "readings/s", [columns["readings"] / columns["scan_seconds"]]),
        ]
        report.details["columns"] = columns
    return report
