/* mortise/clock.h: interface "mortise.clock/1": the two times of the host.
 *
 * A plugin that asks the host for the time can be tested at any time: a test sets the clock of its host and no test sleeps.
 * Since 1.0.
 */
#ifndef MORTISE_CLOCK_H
#define MORTISE_CLOCK_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_CLOCK_INTERFACE "mortise.clock/1"

typedef struct mortise_clock {
    uint32_t struct_size;
    uint32_t reserved;

    /** The calendar: microseconds since 1970-01-01 UTC without leap seconds. May jump.
     *  in, out: the number. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    int64_t (*now_us)(const mortise_host *host);

    /** For durations and deadlines: nanoseconds from an unknown start. Never goes back.
     *  in, out: the number. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    int64_t (*steady_ns)(const mortise_host *host);
} mortise_clock;

#ifdef __cplusplus
}
#endif

#endif
