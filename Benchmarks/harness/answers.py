"""Questions with known answers: the labelled set, its two halves, and what is counted of what Hearth answered."""

import hashlib
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .tools import REPOSITORY, Failure

#: Bins of the reliability curve.
BINS = 10

#: Libraries as small as a household's, written for this.
HOUSEHOLDS = REPOSITORY / "Benchmarks" / "households"


def test_data() -> Path:
    """The public data sets, which lie beside the clone."""
    return Path(os.environ.get("HEARTH_TEST_DATA") or REPOSITORY.parent.joinpath("shared", "data"))


@dataclass
class Labelled:
    """Documents and questions as hearth-bench reads them. A question has a `half`: 0 is chosen on, 1 is reported on."""

    name: str
    documents: list[dict] = field(default_factory=list)
    questions: list[dict] = field(default_factory=list)

    def half(self, result: dict) -> int:
        """Of the question that a result is about."""
        return self.questions[result["question"]]["half"]


def xquad(path: Path | None = None) -> Labelled:
    """XQuAD-en: every paragraph is a document, every article a group. Articles fall into halves by a hash of their title."""
    path = path or test_data() / "xquad" / "xquad.en.json"
    if not path.exists():
        raise Failure(f"{path} is absent")
    labelled = Labelled("XQuAD-en")
    for group, article in enumerate(json.loads(path.read_text())["data"]):
        half = hashlib.sha256(article["title"].encode()).digest()[0] & 1
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                labelled.questions.append(
                    {"query": question["question"], "document": len(labelled.documents), "half": half,
                     "answers": [answer["text"] for answer in question["answers"]]}
                )
            labelled.documents.append({"group": group, "kind": "page", "title": "", "text": paragraph["context"]})
    return labelled


def household(path: Path) -> Labelled:
    """One household's notes, mails and transcripts, English and German; every document is a group of its own."""
    read = json.loads(path.read_text())
    documents = [document | {"group": number} for number, document in enumerate(read["documents"])]
    return Labelled(read["name"], documents, [question | {"half": read["half"]} for question in read["questions"]])


def households() -> list[Labelled]:
    """All of them."""
    return [household(path) for path in sorted(HOUSEHOLDS.glob("*.json"))]


def parts(labelled: Labelled, count: int) -> list[Labelled]:
    """The same questions to smaller libraries: each has every `count`th document, and most questions have no answer there."""
    smaller = []
    for part in range(count):
        kept = list(range(part, len(labelled.documents), count))
        numbers = {old: new for new, old in enumerate(kept)}
        smaller.append(
            Labelled(
                f"{labelled.name}, part {part + 1} of {count}",
                [labelled.documents[number] | {"group": numbers[number]} for number in kept],
                [question | {"document": numbers.get(question["document"])} for question in labelled.questions],
            )
        )
    return smaller


def ask(program: Path, labelled: Labelled, folder: Path, *options: str) -> list[dict]:
    """What hearth-bench says to every question, with what answers it and without."""
    file = folder / "questions.json"
    file.write_text(json.dumps({"documents": labelled.documents, "questions": labelled.questions}))
    with tempfile.TemporaryDirectory(dir=folder) as home:
        command = [program, "answers", file, home, *options]
        ran = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if ran.returncode != 0:
        raise Failure("hearth-bench answers failed")
    return json.loads(ran.stdout)


def share(items: list[bool]) -> float:
    return sum(items) / len(items) if items else 0.0


def reliability(cases: list[tuple[float, bool]]) -> list[dict]:
    """Stated confidence against how often it was right, in bins of equal width."""
    curve = []
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        held = [case for case in cases if low <= case[0] < high or (number == BINS - 1 and case[0] == 1)]
        if held:
            stated = sum(confidence for confidence, _ in held) / len(held)
            curve.append(
                {"from": low, "to": high, "questions": len(held), "confidence": round(stated, 4),
                 "right": round(share([right for _, right in held]), 4)}
            )
    return curve


def calibration_error(cases: list[tuple[float, bool]]) -> float:
    """Expected calibration error: the curve's distance from the diagonal, weighted by questions."""
    return sum(bin["questions"] * abs(bin["confidence"] - bin["right"]) for bin in reliability(cases)) / len(cases)


def count(results: list[dict]) -> dict:
    """The numbers of one half (or of all)."""
    kept = [result for result in results if not result["removed"]]
    removed = [result for result in results if result["removed"]]
    asked = [(result["confidence"], result["holds"]) for result in kept]
    # A question whose article is gone has no right answer.
    everything = asked + [(result["confidence"], False) for result in removed]
    answered = [(result["confidence"], result["holds"] and not result["removed"])
                for result in results if result["answered"]]
    seconds = sorted(result["seconds"] for result in results if result["seconds"] is not None)
    return {
        "questions": len(kept),
        "unanswerable": len(removed),
        "right_passage_first": share([result["cites_right"] for result in kept]),
        "holds_answer": share([result["holds"] for result in kept]),
        "first_sentence_holds_answer": share([result["first_holds"] for result in kept]),
        "sentences_joined": sum(result["sentences_joined"] for result in kept) / len(kept),
        "answerable_answered": share([result["answered"] for result in kept]),
        "unanswerable_refused": share([not result["answered"] for result in removed]),
        "answered_is_right": share([right for _, right in answered]),
        "calibration_error": calibration_error(everything),
        "calibration_error_answerable": calibration_error(asked),
        "calibration_error_answered": calibration_error(answered) if answered else 0.0,
        "reliability": reliability(everything),
        "judging_seconds_median": seconds[len(seconds) // 2],
    }
