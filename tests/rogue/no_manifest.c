/* An ordinary shared library that happens to export the entry symbol. */
#include "mortise/plugin.h"

MORTISE_EXPORT mortise_status mortise_plugin_open_v1(const mortise_host* host, mortise_plugin* out,
                                                     mortise_error* error) {
    (void)host;
    (void)out;
    (void)error;
    return MORTISE_INTERNAL;
}
