"""The scenarios in the order in which they run. Each has `NAME` and `run(bench) -> Report`."""

from . import batches, embedding, idle, reads, single, socket, soak, validation

ALL = [single, batches, socket, validation, embedding, reads, idle, soak]
