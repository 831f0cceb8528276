/* Its handler never returns. ROGUE_MODE, from the build, says on which thread. It makes the file named by MORTISE_ROGUE_ENTERED
 * first, so that a test knows when. */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define ROGUE_DECLARE declare_hanging
#include "frame.inc"

static _Noreturn void sleep_for_ever(void) {
    const struct timespec pause = {1, 0};
    for (;;) {
        nanosleep(&pause, NULL);
    }
}

static mortise_status hang(void* context, mortise_request* request, mortise_error* error) {
    (void)context;
    (void)request;
    (void)error;
    const char* entered = getenv("MORTISE_ROGUE_ENTERED");
    if (entered != NULL) {
        close(open(entered, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
    sleep_for_ever();
}

static mortise_status declare_hanging(void* self, const mortise_declare* table,
                                      mortise_declaration* declaration, mortise_error* error) {
    (void)self;
    mortise_route route;
    memset(&route, 0, sizeof route);
    route.struct_size = sizeof route;
    route.flags = ROGUE_MODE;
    route.method = rogue_text("GET");
    route.pattern = rogue_text(ROGUE_ROUTE);
    route.handler = hang;
    return table->add_route(declaration, &route, error);
}
#include "frame_entry.inc"
