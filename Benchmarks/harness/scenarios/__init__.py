"""The scenarios in the order in which they run. Each has `NAME` and `run(bench) -> Report`."""

from . import (
    answers,
    batches,
    embedding,
    hearing,
    idle,
    reads,
    retrieval,
    single,
    soak,
    socket,
    validation,
    vectors,
    vectors_million,
)

ALL = [
    single,
    batches,
    socket,
    validation,
    embedding,
    vectors,
    vectors_million,
    retrieval,
    answers,
    hearing,
    reads,
    idle,
    soak,
]
#: Those that a quick run leaves out.
LONG = {vectors_million.NAME}
