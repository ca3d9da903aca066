"""Vectors as sentence models make them, what is nearest to the queries, and the peers that search them.

vectors.py generate COUNT FOLDER | vectors.py measure FOLDER PEER WIDTH
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

DIMENSION = 384
QUERIES = 500
BLOCK = 50_000


def generate(count: int, folder: Path) -> dict:
    """2,000 topics of power-law sizes, noise in 96 directions and a little in all; every vector has length 1."""
    random = np.random.default_rng(3)
    directions = random.standard_normal((96, DIMENSION)).astype("f4") / np.sqrt(96)
    topics = random.standard_normal((2000, 96)).astype("f4") @ directions
    weights = 1 / np.arange(1, 2001) ** 0.7
    weights /= weights.sum()

    def make(number: int) -> np.ndarray:
        chosen = random.choice(2000, number, p=weights)
        vectors = topics[chosen] + 0.6 * (random.standard_normal((number, 96)).astype("f4") @ directions)
        vectors += 0.15 * random.standard_normal((number, DIMENSION)).astype("f4")
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f4")

    folder.mkdir(parents=True, exist_ok=True)
    queries = make(QUERIES)
    queries.tofile(folder / "queries.f32")
    scores = np.zeros((QUERIES, 0), "f4")
    numbers = np.zeros((QUERIES, 0), "i4")
    with open(folder / "base.f32", "wb") as file:
        for start in range(0, count, BLOCK):
            block = make(min(BLOCK, count - start))
            file.write(block.tobytes())
            found = queries @ block.T
            scores = np.concatenate([scores, found], axis=1)
            numbers = np.concatenate([numbers, np.tile(np.arange(start, start + len(block), dtype="i4"), (QUERIES, 1))], axis=1)
            best = np.argsort(-scores, axis=1)[:, :10]
            scores, numbers = np.take_along_axis(scores, best, 1), np.take_along_axis(numbers, best, 1)
    numbers.astype("<i4").tofile(folder / "truth.i32")
    return {"count": count}


def measure(folder: Path, peer: str, width: int) -> dict:
    base = np.fromfile(folder / "base.f32", "<f4").reshape(-1, DIMENSION)
    queries = np.fromfile(folder / "queries.f32", "<f4").reshape(-1, DIMENSION)
    truth = np.fromfile(folder / "truth.i32", "<i4").reshape(-1, 10)
    import faiss

    faiss.omp_set_num_threads(1)
    begin, processor = time.perf_counter(), time.process_time()
    if peer == "flat":
        index = faiss.IndexFlatIP(DIMENSION)
    else:
        index = faiss.IndexHNSWFlat(DIMENSION, 16, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 200
        index.hnsw.efSearch = width
    index.add(base)
    built = {"build_seconds": time.perf_counter() - begin, "build_processor_seconds": time.process_time() - processor}
    del base
    for query in queries[:50]:
        index.search(query[None], 10)
    seconds, right, processor = [], 0, time.process_time()
    for query, expected in zip(queries, truth):
        begin = time.perf_counter()
        found = index.search(query[None], 10)[1][0]
        seconds.append(time.perf_counter() - begin)
        right += len(set(found) & set(expected))
    used = time.process_time() - processor
    seconds.sort()
    return built | {
        "p50_ms": seconds[len(seconds) // 2] * 1000,
        "p95_ms": seconds[len(seconds) * 95 // 100] * 1000,
        "processor_ms": used / len(queries) * 1000,
        "recall": right / truth.size,
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["generate", count, folder]:
            result = generate(int(count), Path(folder))
        case ["measure", folder, peer, width]:
            result = measure(Path(folder), peer, int(width))
        case _:
            sys.exit(__doc__)
    print(json.dumps(result))
