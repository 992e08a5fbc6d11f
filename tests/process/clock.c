/*
 * A clock that stands still until somebody moves it: loaded into the node in front of the C library, it answers every
 * question for the time of day with the number of milliseconds that lies in the file NODE_CLOCK.
 *
 * The contract's windows last hours and days, and the node takes a block's time from the time of day. libfaketime does
 * the same for most programs, but it allocates before the node's own allocator is ready, and the node dies at its start.
 * Hence nothing here allocates, and whatever asks before the file is mapped gets the kernel's answer.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *now_ms;

__attribute__((constructor)) static void map_the_file(void) {
  const char *path = getenv("NODE_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *now_ms, PROT_READ, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) {
    /* A node that fell back to the machine's time would fail tests far from the cause. */
    dprintf(STDERR_FILENO, "the clock cannot map NODE_CLOCK (%s)\n", path ? path : "unset");
    _exit(1);
  }
  close(file);
  now_ms = page;
}

int clock_gettime(clockid_t id, struct timespec *at) {
  /* Timers run on the monotonic clock, which goes on: a node whose timers stand still does nothing. */
  if (!now_ms || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)) {
    return (int)syscall(SYS_clock_gettime, id, at);
  }
  int64_t ms = *now_ms;
  at->tv_sec = ms / 1000;
  at->tv_nsec = ms % 1000 * 1000000;
  return 0;
}
