/*
 * A kill in the middle of a write, for tests: what a database looks like when its process dies at the n-th change of its files.
 *
 * Preloaded into a process, it counts what is done to watched files: writes, syncs and cuts. At the number in KILL_AT_WRITE
 * it carries out half of a write (nothing of a sync or a cut) and kills the process. Where there is no such number it only
 * counts, and leaves the count in the file that KILL_COUNT_FILE names when the process ends by itself.
 *
 * Watched are files whose path contains the text in KILL_AT_FILE.
 *
 * Build: gcc -shared -fPIC -O2 -o kill-at-write.so kill-at-write.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long count;

static int is_watched(int fd) {
  const char *watched = getenv("KILL_AT_FILE");
  char link[64], path[PATH_MAX];
  if (watched == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = '\0';
  return strstr(path, watched) != NULL;
}

/* True for the change at which the process is to die. */
static int is_last(int fd) {
  if (!is_watched(fd)) return 0;
  const char *last = getenv("KILL_AT_WRITE");
  count += 1;
  return last != NULL && count == atol(last);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  pause();
}

__attribute__((destructor)) static void tell(void) {
  const char *name = getenv("KILL_COUNT_FILE");
  FILE *file = name == NULL || count == 0 ? NULL : fopen(name, "w");
  if (file == NULL) return;
  fprintf(file, "%ld\n", count);
  fclose(file);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (is_last(fd)) {
    real(fd, bytes, length / 2, offset);
    die();
  }
  return real(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  return pwrite64(fd, bytes, length, offset);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (is_last(fd)) {
    real(fd, bytes, length / 2);
    die();
  }
  return real(fd, bytes, length);
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (is_last(fd)) die();
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (is_last(fd)) die();
  return real(fd);
}

int ftruncate64(int fd, off64_t length) {
  static int (*real)(int, off64_t);
  if (real == NULL) real = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
  if (is_last(fd)) die();
  return real(fd, length);
}
