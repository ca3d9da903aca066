"""The scenarios in the order in which they run. Each has `NAME` and `run(bench) -> Report`."""

from . import answers, batches, idle, reads, single, socket, soak, validation

ALL = [single, batches, socket, validation, reads, answers, idle, soak]
