"""The scenarios in the order in which they run. Each has `NAME` and `run(bench) -> Report`."""

from . import batches, idle, reads, single, socket, soak, validation, vectors, vectors_million

ALL = [single, batches, socket, validation, vectors, vectors_million, reads, idle, soak]
#: Those that a quick run leaves out.
LONG = {vectors_million.NAME}
