/* Loaded into a program before anything else: its time of day is ahead by the seconds that the file WRONG_CLOCK holds.
   Every other clock is the true one. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *file;

__attribute__((constructor)) static void begin(void) { file = getenv("WRONG_CLOCK"); }

static long ahead(void) {
  char text[32] = "";
  int before = errno, from = open(file, O_RDONLY | O_CLOEXEC);
  if (from >= 0) {
    if (read(from, text, sizeof text - 1) < 0) text[0] = 0;
    close(from);
  }
  errno = before;
  return atol(text);
}

int clock_gettime(clockid_t which, struct timespec *now) {
  int status = syscall(SYS_clock_gettime, which, now);
  if (status == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
  return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec found;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &found) != 0) return -1;
  now->tv_sec = found.tv_sec;
  now->tv_usec = found.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec found;
  if (clock_gettime(CLOCK_REALTIME, &found) != 0) return -1;
  if (now) *now = found.tv_sec;
  return found.tv_sec;
}
