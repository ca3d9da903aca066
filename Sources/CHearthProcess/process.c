#define _GNU_SOURCE
#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int hearth_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int hearth_pipe(int descriptors[2]) { return pipe2(descriptors, O_CLOEXEC | O_NONBLOCK); }

int hearth_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/* On Linux 0 names the calling thread, not its process. */
int hearth_lower_thread_priority(void) { return setpriority(PRIO_PROCESS, 0, 10); }

const short hearth_poll_left = POLLRDHUP;
