"""The scenarios in the order in which they run. Each has `NAME` and `run(bench) -> Report`."""

from . import (
    answers,
    batches,
    embedding,
    grpc,
    hearing,
    idle,
    indexing,
    quickadd,
    reads,
    retrieval,
    search,
    single,
    soak,
    socket,
    spool,
    validation,
    vault,
    vectors,
    vectors_million,
)

ALL = [
    single,
    batches,
    socket,
    grpc,
    spool,
    validation,
    vault,
    embedding,
    vectors,
    vectors_million,
    retrieval,
    search,
    answers,
    indexing,
    hearing,
    quickadd,
    reads,
    idle,
    soak,
]
#: Those that a quick run leaves out.
LONG = {vectors_million.NAME}
