// The wall clock of a program is off by WAYBILL_TEST_CLOCK_OFF seconds. librdkafka sees the right
// one: it counts its own waits by it, together with the kernel.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);
static long off;

__attribute__((constructor)) static void begin(void) {
  const char *said = getenv("WAYBILL_TEST_CLOCK_OFF");
  off = said == NULL ? 0 : atol(said);
  *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
}

static int counts_waits(const void *caller) {
  Dl_info of;
  return dladdr(caller, &of) != 0 && strstr(of.dli_fname, "librdkafka") != NULL;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  if (real == NULL) begin();
  const int answer = real(clock, out);
  if (answer == 0 && clock == CLOCK_REALTIME && !counts_waits(__builtin_return_address(0))) {
    out->tv_sec += off;
  }
  return answer;
}
