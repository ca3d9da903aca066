"""Results: one JSON file per scenario, and the table made of all of them."""

import json
import operator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from .tools import BENCHMARKS

RESULTS = BENCHMARKS / "results"
_COMPARISONS = {">=": operator.ge, "<=": operator.le}


@dataclass
class Goal:
    """`>= 15000` or `<= 15`."""

    comparison: str
    value: float

    def met(self, value: float) -> bool:
        return _COMPARISONS[self.comparison](value, self.value)

    def __str__(self) -> str:
        return f"{'≥' if self.comparison == '>=' else '≤'} {number(self.value)}"


@dataclass
class Measure:
    """One number of a scenario: the median of its runs, what it should reach, and the peer's in the same run."""

    metric: str
    unit: str
    runs: list[float]
    target: Goal | None = None
    peer: str | None = None
    peer_runs: list[float] = field(default_factory=list)
    #: How often Hearth's number has to be the peer's.
    ratio_target: Goal | None = None

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def peer_value(self) -> float | None:
        return median(self.peer_runs) if self.peer_runs else None

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer_value if self.peer_value else None

    @property
    def passed(self) -> bool | None:
        """None where nothing is promised."""
        verdicts = [self.target.met(self.value)] if self.target else []
        if self.ratio_target:
            verdicts.append(self.ratio is not None and self.ratio_target.met(self.ratio))
        return all(verdicts) if verdicts else None

    def as_json(self) -> dict:
        return {
            "metric": self.metric,
            "value": self.value,
            "unit": self.unit,
            "runs": self.runs,
            "target": asdict(self.target) if self.target else None,
            "peer": {"name": self.peer, "value": self.peer_value, "runs": self.peer_runs} if self.peer else None,
            "ratio": self.ratio,
            "ratio_target": asdict(self.ratio_target) if self.ratio_target else None,
            "pass": self.passed,
        }


@dataclass
class Report:
    name: str
    title: str
    measures: list[Measure] = field(default_factory=list)
    #: Everything else worth keeping, in the scenario's own form.
    details: dict = field(default_factory=dict)
    #: Sentences for the reader of the table: what was skipped, and why.
    notes: list[str] = field(default_factory=list)

    def write(self, folder: Path, **surroundings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "name": self.name,
            "title": self.title,
            "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            **surroundings,
            "results": [measure.as_json() for measure in self.measures],
            "notes": self.notes,
            "details": self.details,
        }
        (folder / f"{self.name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def number(value: float | None) -> str:
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _row(result: dict) -> list[str]:
    goals = [str(Goal(**result["target"]))] if result["target"] else []
    if result["ratio_target"]:
        goals.append(f"{Goal(**result['ratio_target'])} × peer")
    peer = result["peer"]
    verdict = {True: "yes", False: "**no**", None: ""}[result["pass"]]
    return [
        result["metric"],
        f"{number(result['value'])} {result['unit']}".strip(),
        ", ".join(goals),
        verdict,
        f"{number(peer['value'])} ({peer['name']})" if peer else "",
        f"{result['ratio']:.3g} ×" if result["ratio"] is not None else "",
    ]


HEADINGS = ["measured", "Hearth", "target", "met", "peer", "ratio"]


def terminal_table(content: dict) -> str:
    rows = [HEADINGS, *(_row(result) for result in content["results"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [content["title"]]
    lines += ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join(lines + [f"  ({note})" for note in content["notes"]])


def read_all(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def write_page(folder: Path, order: list[str]) -> None:
    """`README.md` beside the JSON files, from all of them, so that a run of one scenario keeps the others' rows."""
    contents = sorted(read_all(folder), key=lambda content: order.index(content["name"]))
    lines = [
        "# Results",
        "",
        "Written by `make bench`. How each number is taken, and what to keep in mind, is in [the guide](../README.md).",
    ]
    for content in contents:
        quick = " · quick run, not for comparison" if content["quick"] else ""
        lines += ["", f"## {content['title']}", ""]
        lines += [f"{content['measured_at'][:10]} · {content['machine']} · {content['runs']} runs, medians{quick}", ""]
        lines += ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
        lines += ["| " + " | ".join(_row(result)) + " |" for result in content["results"]]
        if content["notes"]:
            lines += ["", *(f"* {note}" for note in content["notes"])]
    (folder / "README.md").write_text("\n".join(lines) + "\n")
