// A preloaded library: while the file WAYBILL_TEST_SHORT exists, a write to a regular file writes
// half of what it is given, and each third one is interrupted first. write(2) may do both at any
// time.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_uint calls;

static int is_short(int fd) {
  const char* path = getenv("WAYBILL_TEST_SHORT");
  if (path == NULL || access(path, F_OK) != 0) return 0;
  struct stat state;
  return fstat(fd, &state) == 0 && S_ISREG(state.st_mode);
}

ssize_t write(int fd, const void* octets, size_t size) {
  ssize_t (*real)(int, const void*, size_t) =
      (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  if (size < 2 || !is_short(fd)) return real(fd, octets, size);
  if (atomic_fetch_add(&calls, 1) % 3 == 0) {
    errno = EINTR;
    return -1;
  }
  return real(fd, octets, size / 2);
}

ssize_t pwrite64(int fd, const void* octets, size_t size, off64_t at) {
  ssize_t (*real)(int, const void*, size_t, off64_t) =
      (ssize_t(*)(int, const void*, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (size < 2 || !is_short(fd)) return real(fd, octets, size, at);
  if (atomic_fetch_add(&calls, 1) % 3 == 0) {
    errno = EINTR;
    return -1;
  }
  return real(fd, octets, size / 2, at);
}

ssize_t pwrite(int fd, const void* octets, size_t size, off_t at) {
  return pwrite64(fd, octets, size, at);
}
