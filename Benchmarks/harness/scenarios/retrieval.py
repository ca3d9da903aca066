"""How well and how fast passages are found: public collections with judgements, and a large made-up library."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import mean

from ..bench import Bench
from ..report import Goal, Measure, Report
from ..tools import CACHE, REPOSITORY, Failure

NAME = "retrieval"
#: nDCG@10 of the hybrid ranking.
GOALS = {"cranfield": 0.44, "time": 0.78}
XQUAD_FIRST = 0.95
LARGE = 100_000


def _test_data() -> Path:
    """The public data sets, which lie beside the clone."""
    return Path(os.environ.get("HEARTH_TEST_DATA") or REPOSITORY.parent.joinpath("shared", "data"))


def _models() -> Path:
    return Path(os.environ.get("HEARTH_MODELS") or Path.home() / ".local/share/hearth/models")


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def judged(folder: Path) -> dict:
    """A collection in the layout of BEIR."""
    documents = [{"id": row["_id"], "title": row.get("title", ""), "text": row["text"]} for row in _lines(folder / "corpus.jsonl")]
    relevant: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")[:3]
        relevant.setdefault(query, {})[document] = float(grade)
    queries = [
        {"id": row["_id"], "text": row["text"], "relevant": relevant[row["_id"]]}
        for row in _lines(folder / "queries.jsonl")
        if row["_id"] in relevant
    ]
    return {"documents": documents, "queries": queries}


def xquad(path: Path) -> dict:
    """Each paragraph is a document; the one that a question was asked about is relevant."""
    documents, queries = [], []
    for article in json.loads(path.read_text())["data"]:
        for paragraph in article["paragraphs"]:
            name = str(len(documents))
            title = article.get("title", "").replace("_", " ")
            documents.append({"id": name, "title": title, "text": paragraph["context"]})
            queries += [{"id": question["id"], "text": question["question"], "relevant": {name: 1}} for question in paragraph["qas"]]
    return {"documents": documents, "queries": queries}


def _bench(program: Path, *arguments: object) -> dict:
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"hearth-bench: {done.stderr.strip()[:2000]}")
    return json.loads(done.stdout)


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-bench")
    program = bench.programs / "hearth-bench"
    if not program.exists():
        raise Failure(f"there is no {program}; make bench builds it")
    report = Report(NAME, "Finding passages")
    data = _test_data()
    has_model = (_models() / "all-minilm-l6-v2" / "config.json").exists()
    if not has_model:
        report.notes.append("No embedding model is installed (make models): ranked by words alone.")
    collections = {}
    for name in GOALS:
        if (data / "ir-classic" / name).is_dir():
            collections[name] = judged(data / "ir-classic" / name)
    if (data / "xquad" / "xquad.en.json").exists():
        collections["xquad"] = xquad(data / "xquad" / "xquad.en.json")
    if len(collections) < len(GOALS) + 1:
        report.notes.append("Collections that are not in the test data were skipped.")
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for name, collection in collections.items():
            file = Path(folder) / f"{name}.json"
            file.write_text(json.dumps(collection))
            options = ["--models", _models()] if has_model else []
            result = _bench(program, "retrieval", file, Path(folder) / name, *options)
            report.details[name] = result
            for mode, queries in result["modes"].items():
                value = "first" if name == "xquad" else "ndcg"
                what = "right passage first" if name == "xquad" else "nDCG@10"
                goal = None
                if mode == "hybrid":
                    goal = Goal(">=", XQUAD_FIRST if name == "xquad" else GOALS[name])
                # Weights were chosen on every other query: the rest is shown apart.
                report.measures += [
                    Measure(f"{name}, {mode}, {what}", "", [mean(float(query[value]) for query in queries)], goal),
                    Measure(f"{name}, {mode}, {what}, held-out queries", "", [mean(float(query[value]) for query in queries[1::2])]),
                ]
            if has_model and name == "cranfield":
                speed = result["passages"] / (result["store_seconds"] + result["embed_seconds"])
                report.measures.append(Measure("documents indexed, text and vectors", "passages/s", [speed], Goal(">=", 100)))
        large = _bench(program, "library", Path(folder) / "large", LARGE)
        report.details["library"] = large
        report.measures += [
            Measure(f"text ranking among {LARGE:,} passages, 12 words, p95", "ms", [large["rank_p95_seconds"] * 1e3], Goal("<=", 10)),
            Measure("processor time of that", "ms", [large["rank_processor_seconds"] * 1e3]),
            Measure(f"storing {LARGE:,} passages with their terms", "passages/s", [large["passages"] / large["store_seconds"]]),
            Measure(f"forgetting a document of {LARGE:,} passages", "s", [large["delete_seconds"]]),
        ]
    return report
