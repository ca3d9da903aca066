"""The scenarios in the order in which they run. Each has `NAME` and `run(bench) -> Report`."""

<<<<<<< 9dd4f8fcef3fc9aed0b145072a012ba4bccb195a
<<<<<<< b8151816397c1fc68e46072d8f66b5f1a0cda29f
from . import batches, idle, reads, single, socket, soak, validation, vectors, vectors_million

ALL = [single, batches, socket, validation, vectors, vectors_million, reads, idle, soak]
#: Those that a quick run leaves out.
LONG = {vectors_million.NAME}
=======
from . import batches, embedding, idle, reads, single, socket, soak, validation

ALL = [single, batches, socket, validation, embedding, reads, idle, soak]
>>>>>>> bdc27b18639a53731f2ad80159fc1639c0c7599e
=======
from . import batches, idle, reads, retrieval, single, socket, soak, validation

ALL = [single, batches, socket, validation, reads, retrieval, idle, soak]
>>>>>>> 5d74176
