"""The peers inside a process: `inside.py validate CASES.json | parse DOCUMENTS.json`, in the form of hearth-bench."""

import json
import sys
import time
from collections.abc import Callable

import jsonschema_rs
import orjson


def seconds_per_call(body: Callable[[], object], runs: int = 5, minimum: float = 0.1) -> float:
    """As `Stopwatch` in hearth-bench: the median of runs that are long enough to time."""
    calls = 1
    while True:
        begin = time.perf_counter()
        for _ in range(calls):
            body()
        if time.perf_counter() - begin >= minimum:
            break
        calls *= 2
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        for _ in range(calls):
            body()
        seconds.append((time.perf_counter() - begin) / calls)
    return sorted(seconds)[runs // 2]


def validate(case: dict) -> dict:
    validator = jsonschema_rs.Draft202012Validator(case["schema"], validate_formats=True)
    documents = case["documents"]
    texts = [orjson.dumps(document) for document in documents]
    is_valid, loads = validator.is_valid, orjson.loads

    def parsed() -> None:
        for document in documents:
            is_valid(document)

    def from_bytes() -> None:
        for text in texts:
            is_valid(loads(text))

    return {
        "name": case["name"],
        "documents": len(documents),
        "accepted": sum(map(is_valid, documents)),
        "parsed_seconds": seconds_per_call(parsed),
        "bytes_seconds": seconds_per_call(from_bytes),
    }


def parse(item: dict) -> dict:
    text = item["text"].encode()
    return {
        "name": item["name"],
        "bytes": len(text),
        "orjson_seconds": seconds_per_call(lambda: orjson.loads(text)),
        "json_seconds": seconds_per_call(lambda: json.loads(text)),
    }


if __name__ == "__main__":
    scenario, path = sys.argv[1:]
    work = {"validate": validate, "parse": parse}[scenario]
    with open(path, "rb") as file:
        items = orjson.loads(file.read())
    print(json.dumps([work(item) for item in items]))
