#include <flite/flite.h>

/* Declared by no header of the package. */
cst_voice *register_cmu_us_rms(const char *voxdir);
