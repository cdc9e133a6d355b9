#include <unbound.h>

/* pthread_setname_np(3); glibc shows it only to those who define _GNU_SOURCE, and Swift's import does not. */
#include <pthread.h>
int pthread_setname_np(pthread_t thread, const char *name);
