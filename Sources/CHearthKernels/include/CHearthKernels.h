#include "HearthDot.h"
/* Kernels: each family has a header of its own here. */
#include "transformer.h"
