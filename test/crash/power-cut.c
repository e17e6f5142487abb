/*
 * A power cut for tests: what the disk would hold if the power failed right after the latest fsync.
 *
 * Preloaded into a process, it keeps a copy of every watched file as it was at its last fsync or fdatasync, beside the
 * file and with the ending ".durable". Killing the process and putting the copies back gives the worst that a disk may do:
 * everything that was not synced is gone. A plain SIGKILL cannot show that, since the page cache outlives the process.
 *
 * Watched are files whose path contains the text in POWER_CUT_FILE.
 *
 * Build: gcc -shared -fPIC -O2 -o power-cut.so power-cut.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int copy_all(int from, const char *to) {
  int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0) return -1;
  static char buffer[1 << 16];
  off_t offset = 0;
  ssize_t got;
  while ((got = pread(from, buffer, sizeof buffer, offset)) > 0) {
    if (write(out, buffer, (size_t)got) != got) break;
    offset += got;
  }
  close(out);
  return 0;
}

static void remember(int fd) {
  const char *watched = getenv("POWER_CUT_FILE");
  char link[64], path[PATH_MAX], copy[PATH_MAX + 16], finished[PATH_MAX + 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (watched == NULL || length <= 0) return;
  path[length] = '\0';
  if (strstr(path, watched) == NULL) return;
  snprintf(copy, sizeof copy, "%s.copying", path);
  snprintf(finished, sizeof finished, "%s.durable", path);
  /* A kill in the middle of copying must leave the copy of the sync before. */
  if (copy_all(fd, copy) == 0) rename(copy, finished);
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  int result = real(fd);
  remember(fd);
  return result;
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = real(fd);
  remember(fd);
  return result;
}
