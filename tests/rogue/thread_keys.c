/* Makes a key of thread-local storage, and gives the host's own thread a value that is given back when that thread ends: by calling
 * into a library that is gone by then, unless the host keeps it. */
#define ROGUE_PREPARE rogue_prepare_key
#include <pthread.h>

#include "frame.inc"

static pthread_key_t rogue_key;

static void rogue_forget(void* value) {
    (void)value;
}

static mortise_status rogue_prepare_key(void* self, uint32_t deadline_ms, mortise_error* error) {
    (void)self;
    (void)deadline_ms;
    if (pthread_key_create(&rogue_key, rogue_forget) != 0) {
        return rogue_fail(error, MORTISE_EXHAUSTED, "there are no keys left");
    }
    pthread_setspecific(rogue_key, &rogue_key);
    return MORTISE_OK;
}
#include "frame_entry.inc"
