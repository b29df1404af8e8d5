#pragma once

#include <spawn.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>

// prctl is variadic, and the constants of setrlimit are an enumeration of glibc's own: neither imports into Swift as
// anything that can be called. Returns 0, or -1 with errno set.
static inline int process_forbid_dumps(void) {
  const struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// GNU's, and so not in Swift's own module of the C library, which is made without _GNU_SOURCE.
int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int mlock2(const void *start, size_t length, unsigned int flags);
