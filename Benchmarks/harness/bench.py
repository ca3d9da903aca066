"""What every scenario is given."""

from dataclasses import dataclass, field
from pathlib import Path

from .servers import Hearth, Peer
from .tools import Clock


@dataclass
class Bench:
    quick: bool
    soak_seconds: float
    #: Where `hearth` and `hearth-bench` are.
    programs: Path
    #: Leaves Hearth out, to try the harness where there is no program.
    peers_only: bool = False
    clock: Clock = field(default_factory=Clock)

    @property
    def runs(self) -> int:
        return 1 if self.quick else 3

    @property
    def seconds(self) -> float:
        """Length of a run of fixed time."""
        return 2 if self.quick else 8

    def size(self, full: int) -> int:
        """A count of readings, a tenth of it when the run is quick."""
        return full // 10 if self.quick else full

    def hearth(self) -> Hearth | Peer:
        # The harness is tried with the peer in Hearth's place; `run.py` keeps no results of that.
        return Peer() if self.peers_only else Hearth(self.programs / "hearth")

