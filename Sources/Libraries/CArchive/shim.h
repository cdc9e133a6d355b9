#include <archive.h>
#include <archive_entry.h>

/* pthread_setname_np(3) and memmem(3); glibc shows them only to those who define _GNU_SOURCE, and Swift's import does not. */
#include <locale.h>
#include <pthread.h>
#include <stddef.h>
int pthread_setname_np(pthread_t thread, const char *name);
void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);
