#ifndef HEARTH_PROCESS_H
#define HEARTH_PROCESS_H

#include <spawn.h>
#include <stdint.h>
#include <sys/types.h>

/// From here on no program that is started gains privileges (PR_SET_NO_NEW_PRIVS). 0: done.
int hearth_no_new_privileges(void);

/// A pipe that programs started later do not inherit and that never blocks its reader. 0: done, else errno says why.
int hearth_pipe(int descriptors[2]);

/// Lets the program that is started with `actions` inherit no descriptor from `first` on. 0 or an error number.
int hearth_close_from(posix_spawn_file_actions_t *actions, int first);

/// Lets the calling thread, and it alone, stand back behind threads of the usual priority (nice 10). 0: done.
int hearth_lower_thread_priority(void);

/// What the kernel holds a program to from its first instruction on.
struct hearth_limits {
    /// Address space in bytes.
    uint64_t memory_bytes;
    /// Processor time in seconds; SIGXCPU ends a program that uses more.
    uint64_t processor_seconds;
    /// Added to the priority, 0 to 19: programs of a higher number stand back.
    int niceness;
};

/// Starts a program that may write no file, dumps no core and gains no privileges. In it `descriptors[i]` is descriptor `i`;
/// it inherits no other one. posix_spawn knows no limits, and set from outside they come after the program's first steps.
/// 0, and `process` is set; else an error number.
int hearth_spawn_limited(const char *program, char *const arguments[], char *const environment[],
                         const int descriptors[], int count, struct hearth_limits limits, pid_t *process);

/// A file in memory, without a name that another program could open; later programs do not inherit it. -1: errno says why.
int hearth_memory_file(const char *label);

/// The event of poll for a peer that closed its end (POLLRDHUP).
extern const short hearth_poll_left;

#endif
