// Shifts the wall clock that a process sees, and nothing else: monotonic clocks, timers on them and sleeps are real.
// CLOCK_SHIFT_FILE holds the shift in seconds as a 64-bit integer; it can be changed while the process runs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift;

__attribute__((constructor)) static void map_shift(void) {
    const char *path = getenv("CLOCK_SHIFT_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) shift = page;
}

static int64_t seconds(void) { return shift ? *shift : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (syscall(SYS_clock_gettime, clock, now) != 0) return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += seconds();
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

int ftime(struct timeb *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *result = (struct timeb){.time = now.tv_sec, .millitm = (unsigned short)(now.tv_nsec / 1000000)};
    return 0;
}

// A deadline on the wall clock was computed from the shifted one; the kernel's is not shifted. Monotonic deadlines are far smaller.
static struct timespec real(const struct timespec *deadline) {
    struct timespec shifted = *deadline;
    if (shifted.tv_sec > 1000000000) shifted.tv_sec -= seconds();
    return shifted;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    static int (*original)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!original) original = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    struct timespec shifted = real(deadline);
    return original(condition, mutex, &shifted);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    static int (*original)(sem_t *, const struct timespec *);
    if (!original) original = dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec shifted = real(deadline);
    return original(semaphore, &shifted);
}

// Firebird loads its plug-ins so that they find the C library's functions before these.
void *dlopen(const char *path, int flags) {
    static void *(*original)(const char *, int);
    if (!original) original = dlsym(RTLD_NEXT, "dlopen");
    return original(path, flags & ~RTLD_DEEPBIND);
}
