// A preloaded library that ends the process by SIGKILL at one system call: right before it, so that
// it never happens, or right after it, before anybody learns what it gave. What the call is, the
// file WAYBILL_TEST_KILL_AT says (kill_at.py writes it); while there is none, nothing happens. Before
// the end it writes the call, its place and its octets to the same name with ".hit".

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kWords = 9, kLine = 512, kKept = 16384, kFiles = 4096, kPlace = 2 * PATH_MAX + 8 };

// The lines of the file, in their order. `call` and `first` are names with a comma behind each;
// `has` are hexadecimal octets, ".." for any, and "-" where nothing is asked for.
enum { kCall, kSide, kPlaceHas, kNth, kWhere, kHas, kFirst, kFirstWhere, kFirstHas };
typedef struct {
  char line[kWords][kLine];
} Point;

typedef struct {
  const struct iovec* pieces;
  size_t count;
  size_t size;
} Octets;

static atomic_uint matched;
static atomic_int over;
// The first call was seen on this descriptor, with these octets.
static atomic_uchar begun[kFiles];
static unsigned char kept[kKept];
static size_t kept_size;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int read_point(Point* out) {
  const char* path = getenv("WAYBILL_TEST_KILL_AT");
  if (path == NULL || atomic_load(&over)) return 0;
  const int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[kWords * kLine];
  const long size = syscall(SYS_read, file, text, sizeof text - 1);
  syscall(SYS_close, file);
  if (size <= 0) return 0;
  text[size] = '\0';
  char* rest = text;
  for (int i = 0; i < kWords; ++i) {
    const char* line = strsep(&rest, "\n");
    if (line == NULL) return 0;
    snprintf(out->line[i], kLine, "%s", line);
  }
  return 1;
}

static unsigned char at(const Octets* octets, size_t index) {
  size_t piece = 0;
  while (index >= octets->pieces[piece].iov_len) index -= octets->pieces[piece++].iov_len;
  return ((const unsigned char*)octets->pieces[piece].iov_base)[index];
}

static int equal_at(const Octets* octets, size_t from, const char* hex, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
    if (pair[0] != '.' && at(octets, from + i) != strtoul(pair, NULL, 16)) return 0;
  }
  return 1;
}

// `where`: head, tail or any.
static int has(const Octets* octets, const char* where, const char* hex) {
  if (hex[0] == '-') return 1;
  const size_t size = strlen(hex) / 2;
  if (octets->size < size) return 0;
  const size_t last = octets->size - size;
  if (where[0] == 'h') return equal_at(octets, 0, hex, size);
  if (where[0] == 't') return equal_at(octets, last, hex, size);
  for (size_t from = 0; from <= last; ++from) {
    if (equal_at(octets, from, hex, size)) return 1;
  }
  return 0;
}

static int names(const char* list, const char* call) {
  char word[32];
  snprintf(word, sizeof word, "%s,", call);
  return strstr(list, word) != NULL;
}

static unsigned port_of(int fd, int (*ask)(int, struct sockaddr*, socklen_t*)) {
  struct sockaddr_in name = {0};
  socklen_t size = sizeof name;
  return ask(fd, (struct sockaddr*)&name, &size) == 0 ? ntohs(name.sin_port) : 0;
}

static void place_of(int fd, char* out) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link, out, kPlace - 1);
  out[size > 0 ? size : 0] = '\0';
  if (strncmp(out, "socket:", 7) != 0) return;
  snprintf(out, kPlace, "local:%u peer:%u.", port_of(fd, getsockname), port_of(fd, getpeername));
}

static void keep(const Octets* octets) {
  kept_size = octets->size < kKept ? octets->size : kKept;
  for (size_t i = 0; i < kept_size; ++i) kept[i] = at(octets, i);
}

static void end_it(const char* call, const Point* point, const char* place) {
  if (atomic_exchange(&over, 1)) return;
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s.hit", getenv("WAYBILL_TEST_KILL_AT"));
  static char text[2 * kKept + kPlace + 64];
  int size = snprintf(text, sizeof text, "%s\n%s\n%s\n", call, point->line[kSide], place);
  for (size_t i = 0; i < kept_size; ++i) size += sprintf(text + size, "%02x", kept[i]);
  const int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (syscall(SYS_write, file, text, size) == size) syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

// A call on a descriptor. `side`: "before" or "after"; what is read is known after it alone.
static void look(const char* call, const char* side, int fd, const Octets* octets) {
  Point point;
  if (!read_point(&point) || fd < 0 || fd >= kFiles) return;
  const int second = names(point.line[kCall], call);
  const int first = names(point.line[kFirst], call);
  if (!second && !first) return;
  char place[kPlace];
  place_of(fd, place);
  if (strstr(place, point.line[kPlaceHas]) == NULL) return;
  if (first) {
    // It is done before the second can be.
    if (strcmp(side, "after") != 0) return;
    if (!has(octets, point.line[kFirstWhere], point.line[kFirstHas])) return;
    keep(octets);
    atomic_store(&begun[fd], 1);
    return;
  }
  if (strcmp(side, point.line[kSide]) != 0) return;
  const int awaited = point.line[kFirst][0] != '-';
  if (awaited && !atomic_exchange(&begun[fd], 0)) return;
  if (!has(octets, point.line[kWhere], point.line[kHas])) return;
  if (atomic_fetch_add(&matched, 1) + 1 < strtoul(point.line[kNth], NULL, 10)) return;
  if (!awaited) keep(octets);
  end_it(call, &point, place);
}

// A call on names.
static void look_at_path(const char* call, const char* side, const char* from, const char* to) {
  Point point;
  if (!read_point(&point) || !names(point.line[kCall], call)) return;
  if (strcmp(side, point.line[kSide]) != 0) return;
  char place[kPlace];
  snprintf(place, sizeof place, "%s%s%s", from, to[0] == '\0' ? "" : " -> ", to);
  if (strstr(place, point.line[kPlaceHas]) == NULL) return;
  if (atomic_fetch_add(&matched, 1) + 1 < strtoul(point.line[kNth], NULL, 10)) return;
  end_it(call, &point, place);
}

static const Octets kNone = {NULL, 0, 0};

static ssize_t whole(ssize_t done, const char* call, int fd, const Octets* octets) {
  if (done == (ssize_t)octets->size) look(call, "after", fd, octets);
  return done;
}

#define GIVEN(call, octets, size, ...)                          \
  const struct iovec piece = {(void*)(octets), size};           \
  const Octets all = {&piece, 1, size};                         \
  look(#call, "before", fd, &all);                              \
  return whole(REAL(call)(fd, __VA_ARGS__), #call, fd, &all)

ssize_t write(int fd, const void* octets, size_t size) { GIVEN(write, octets, size, octets, size); }
ssize_t pwrite64(int fd, const void* octets, size_t size, off64_t from) {
  GIVEN(pwrite64, octets, size, octets, size, from);
}
ssize_t pwrite(int fd, const void* octets, size_t size, off_t from) {
  return pwrite64(fd, octets, size, from);
}
ssize_t send(int fd, const void* octets, size_t size, int flags) {
  GIVEN(send, octets, size, octets, size, flags);
}

static size_t size_of(const struct msghdr* message) {
  size_t size = 0;
  for (size_t i = 0; i < message->msg_iovlen; ++i) size += message->msg_iov[i].iov_len;
  return size;
}

ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  const Octets all = {message->msg_iov, message->msg_iovlen, size_of(message)};
  look("send", "before", fd, &all);
  return whole(REAL(sendmsg)(fd, message, flags), "send", fd, &all);
}

static ssize_t taken(ssize_t size, int fd, const struct iovec* pieces, size_t count) {
  const Octets all = {pieces, count, size > 0 ? (size_t)size : 0};
  if (size > 0) look("recv", "after", fd, &all);
  return size;
}

ssize_t recv(int fd, void* octets, size_t size, int flags) {
  const struct iovec piece = {octets, size};
  return taken(REAL(recv)(fd, octets, size, flags), fd, &piece, 1);
}
ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  const ssize_t size = REAL(recvmsg)(fd, message, flags);
  return taken(size, fd, message->msg_iov, message->msg_iovlen);
}

#define SYNC(call)                       \
  int call(int fd) {                     \
    look("sync", "before", fd, &kNone);  \
    const int done = REAL(call)(fd);     \
    look("sync", "after", fd, &kNone);   \
    return done;                         \
  }
SYNC(fdatasync)
SYNC(fsync)

int rename(const char* from, const char* to) {
  look_at_path("rename", "before", from, to);
  const int done = REAL(rename)(from, to);
  look_at_path("rename", "after", from, to);
  return done;
}
int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  look_at_path("rename", "before", from, to);
  const int done = REAL(renameat2)(from_at, from, to_at, to, flags);
  look_at_path("rename", "after", from, to);
  return done;
}
int unlink(const char* path) {
  look_at_path("unlink", "before", path, "");
  const int done = REAL(unlink)(path);
  look_at_path("unlink", "after", path, "");
  return done;
}
int unlinkat(int where, const char* name, int flags) {
  char path[kPlace];
  place_of(where, path);
  snprintf(path + strlen(path), sizeof path - strlen(path), "/%s", name);
  look_at_path("unlink", "before", path, "");
  const int done = REAL(unlinkat)(where, name, flags);
  look_at_path("unlink", "after", path, "");
  return done;
}
