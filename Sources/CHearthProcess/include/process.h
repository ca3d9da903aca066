#ifndef HEARTH_PROCESS_H
#define HEARTH_PROCESS_H

#include <spawn.h>

/// From here on no program that is started gains privileges (PR_SET_NO_NEW_PRIVS). 0: done.
int hearth_no_new_privileges(void);

/// A pipe that programs started later do not inherit and that never blocks its reader. 0: done, else errno says why.
int hearth_pipe(int descriptors[2]);

/// Lets the program that is started with `actions` inherit no descriptor from `first` on. 0 or an error number.
int hearth_close_from(posix_spawn_file_actions_t *actions, int first);

/// Lets the calling thread, and it alone, stand back behind threads of the usual priority (nice 10). 0: done.
int hearth_lower_thread_priority(void);

/// The event of poll for a peer that closed its end (POLLRDHUP).
extern const short hearth_poll_left;

#endif
