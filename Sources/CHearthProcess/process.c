#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int hearth_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int hearth_pipe(int descriptors[2]) { return pipe2(descriptors, O_CLOEXEC | O_NONBLOCK); }

int hearth_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/* On Linux 0 names the calling thread, not its process. */
int hearth_lower_thread_priority(void) { return setpriority(PRIO_PROCESS, 0, 10); }

const short hearth_poll_left = POLLRDHUP;

int hearth_memory_file(const char *label) { return memfd_create(label, MFD_CLOEXEC); }

static int limit(__rlimit_resource_t resource, uint64_t soft, uint64_t hard) {
    struct rlimit value = {soft, hard};
    return setrlimit(resource, &value);
}

/* Runs in the child, on the parent's memory: nothing but calls of the kernel. Returns an error number, or does not return. */
static int become(const char *program, char *const arguments[], char *const environment[], const int sources[], int count,
                  const struct hearth_limits *limits) {
    for (int i = 0; i < count; i++) {
        if (dup2(sources[i], i) < 0) return errno;
    }
    if (close_range((unsigned)count, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return errno;
    /* A signal that the parent ignores would stay ignored: who writes to a parent that has gone shall end. */
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (limit(RLIMIT_AS, limits->memory_bytes, limits->memory_bytes) != 0) return errno;
    if (limit(RLIMIT_CPU, limits->processor_seconds, limits->processor_seconds + 5) != 0) return errno;
    if (limit(RLIMIT_FSIZE, 0, 0) != 0 || limit(RLIMIT_CORE, 0, 0) != 0) return errno;
    if (setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + limits->niceness) != 0) return errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    execve(program, arguments, environment);
    return errno;
}

enum { most_descriptors = 64 };

int hearth_spawn_limited(const char *program, char *const arguments[], char *const environment[],
                         const int descriptors[], int count, struct hearth_limits limits, pid_t *process) {
    if (count < 0 || count > most_descriptors) return EINVAL;
    /* Copies out of the way of the numbers they get in the child. */
    int sources[most_descriptors];
    int made = 0;
    int failure = 0;
    for (; made < count && failure == 0; made++) {
        sources[made] = fcntl(descriptors[made], F_DUPFD_CLOEXEC, most_descriptors);
        if (sources[made] < 0) {
            failure = errno;
            break;
        }
    }
    if (failure == 0) {
        /* No handler of ours may run in the child, which shares our memory until it is the other program. */
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        volatile int reason = 0;
        pid_t child = vfork();
        if (child == 0) {
            reason = become(program, arguments, environment, sources, count, &limits);
            _exit(127);
        }
        failure = child < 0 ? errno : reason;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (child > 0 && failure != 0) {
            /* It has ended, and nobody else knows of it. */
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        }
        if (failure == 0) *process = child;
    }
    for (int i = 0; i < made; i++) close(sources[i]);
    return failure;
}
