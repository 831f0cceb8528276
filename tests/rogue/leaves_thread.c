/* Starts a thread of its own and forgets it. The thread sleeps in the C library only, so that a host which unmaps the plugin all the
 * same does not crash in the test that shows it. */
#define ROGUE_PREPARE rogue_prepare_thread
#include <pthread.h>
#include <unistd.h>

#include "frame.inc"

static void* rogue_thread(void* context) {
    (void)context;
    while (1) {
        pause();
    }
    return NULL;
}

static mortise_status rogue_prepare_thread(void* self, uint32_t deadline_ms, mortise_error* error) {
    (void)self;
    (void)deadline_ms;
    (void)error;
    pthread_t thread;
    if (pthread_create(&thread, NULL, rogue_thread, NULL) == 0) {
        pthread_setname_np(thread, "rogue-thread");
        pthread_detach(thread);
    }
    return MORTISE_OK;
}
#include "frame_entry.inc"
