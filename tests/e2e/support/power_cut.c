// A preloaded library that knows what a power cut would leave of every file.
//
// It notes, in the file named by WAYBILL_TEST_SYNCS, one line for each sync: inode and the size
// that is safe from then on. The test kills the process and cuts every file back to that. An inode
// whose file goes away is noted with size 0: its number may come back for another file.
//
// Two switches are files, so that they can be thrown while the process runs:
//   WAYBILL_TEST_NO_SYNC      while it exists, a sync does nothing and says that it did
//   WAYBILL_TEST_SYNC_FAILS   the next sync of a file of the journal removes it and fails by EIO

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int thrown(const char* name) {
  const char* path = getenv(name);
  return path != NULL && access(path, F_OK) == 0;
}

static void note(ino_t inode, off_t size) {
  const char* path = getenv("WAYBILL_TEST_SYNCS");
  if (path == NULL) return;
  // Opened each time: a descriptor kept open would have to survive whatever the program does. One
  // short write to the end of a file is not torn by others.
  const int log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (log < 0) abort();
  char line[64];
  const int size_of_line =
      snprintf(line, sizeof line, "%llu %lld\n", (unsigned long long)inode, (long long)size);
  if (write(log, line, (size_t)size_of_line) != size_of_line) abort();
  close(log);
}

static int is_of_journal(int fd) {
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return strstr(path, "/journal/") != NULL;
}

static int synced(int fd, const char* name) {
  if (thrown("WAYBILL_TEST_NO_SYNC")) return 0;
  if (thrown("WAYBILL_TEST_SYNC_FAILS") && is_of_journal(fd)) {
    remove(getenv("WAYBILL_TEST_SYNC_FAILS"));
    errno = EIO;
    return -1;
  }
  struct stat before;
  const int known = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const int result = real(fd);
  if (result == 0 && known) note(before.st_ino, before.st_size);
  return result;
}

int fdatasync(int fd) { return synced(fd, "fdatasync"); }
int fsync(int fd) { return synced(fd, "fsync"); }

static void forget(const char* path) {
  struct stat gone;
  const int is_file = stat(path, &gone) == 0 && S_ISREG(gone.st_mode);
  // By another name it stays.
  if (is_file && gone.st_nlink == 1) note(gone.st_ino, 0);
}

int unlink(const char* path) {
  forget(path);
  int (*real)(const char*) = (int (*)(const char*))dlsym(RTLD_NEXT, "unlink");
  return real(path);
}

int rename(const char* from, const char* to) {
  forget(to);
  int (*real)(const char*, const char*) =
      (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  return real(from, to);
}
