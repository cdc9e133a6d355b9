#include <maxminddb.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <netinet/in.h>

/* memfd_create(2) and memmem(3); glibc shows them only to those who define _GNU_SOURCE, and Swift's import does not. */
int memfd_create(const char *name, unsigned int flags);
void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);
static const unsigned int sg_memfd_close_on_exec = 1U;

/* The ISO code of the address's country, or where there is none of the country the network is registered in. Variadic functions are out
   of Swift's reach. Returns an MMDB status; *length is 0 when the address or its country is not in the database. */
static inline int sg_mmdb_country(const MMDB_s *database, const struct sockaddr *address, char code[2], int *length) {
    int status = MMDB_SUCCESS;
    *length = 0;
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(database, address, &status);
    if (status != MMDB_SUCCESS || !found.found_entry) return status;
    MMDB_entry_data_s data;
    const char *groups[] = {"country", "registered_country"};
    for (int group = 0; group < 2 && *length == 0; group++) {
        status = MMDB_get_value(&found.entry, &data, groups[group], "iso_code", NULL);
        if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) {
            status = MMDB_SUCCESS;
            continue;
        }
        if (status != MMDB_SUCCESS) return status;
        if (data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING && data.data_size == 2) {
            memcpy(code, data.utf8_string, 2);
            *length = 2;
        }
    }
    return status;
}
