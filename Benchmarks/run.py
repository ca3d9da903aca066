#!/usr/bin/env python3
"""Measures the release build of Hearth against its peers. `make bench` calls it; README.md says what it measures."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from harness import machine, report
from harness.bench import Bench
from harness.scenarios import ALL, LONG
from harness.tools import CACHE, REPOSITORY, Failure


def main() -> int:
    names = [scenario.NAME for scenario in ALL]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=names, help="a scenario; may be repeated: " + ", ".join(names))
    parser.add_argument("--quick", action="store_true", help="one short run each, a tenth of the readings")
    parser.add_argument("--soak-seconds", type=float, help="length of the soak, 600 (60 with --quick)")
    parser.add_argument("--peers-only", action="store_true", help="try the harness with the peer in Hearth's place; keeps no results")
    parser.add_argument("--programs", metavar="FOLDER", type=Path, help="try hearth and hearth-bench of this folder; keeps no results")
    options = parser.parse_args()
    is_trial = options.peers_only or options.programs is not None
    programs = (options.programs or REPOSITORY / ".build" / "release").resolve()
    if not options.peers_only and not (programs / "hearth").exists():
        print(f"bench: there is no {programs / 'hearth'}; run make bench, which builds it", file=sys.stderr)
        return 2
    soak = options.soak_seconds or (60 if options.quick else 600)
    bench = Bench(quick=options.quick, soak_seconds=soak, programs=programs, peers_only=options.peers_only)
    CACHE.mkdir(parents=True, exist_ok=True)
    described = machine.describe(CACHE)
    print(described)
    failed: list[str] = []
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as throwaway:
        folder = Path(throwaway) if is_trial else report.RESULTS
        for scenario in ALL:
            if options.only and scenario.NAME not in options.only:
                continue
            if options.quick and scenario.NAME in LONG and not options.only:
                continue
            load_before, begin = machine.load_average(), time.perf_counter()
            try:
                outcome = scenario.run(bench)
            except Failure as failure:
                failed.append(scenario.NAME)
                print(f"\n{scenario.NAME}: no result: {failure}", file=sys.stderr)
                continue
            outcome.write(
                folder,
                machine=described,
                quick=options.quick,
                runs=bench.runs,
                load_before=round(load_before, 2),
                seconds=round(time.perf_counter() - begin, 1),
            )
            content = json.loads((folder / f"{scenario.NAME}.json").read_text())
            print("\n" + report.terminal_table(content), flush=True)
            missed += [f"{scenario.NAME}: {measure.metric}" for measure in outcome.measures if measure.passed is False]
        report.write_page(folder, names)
    for text in missed:
        print(f"missed: {text}", file=sys.stderr)
    if failed:
        print(f"no result: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
