/* mortise/trace.h: interface "mortise.trace/1": spans of a plugin, and the trace for calls it makes itself.
 *
 * The host makes spans of requests, operations, statements and job attempts. A plugin adds those of its own work. A span is begun
 * in a unit of work and ends with it at the latest; one that is still open then is marked `mortise.unended`. When the trace is
 * not kept, begin() answers 0, and everything done with 0 does nothing. Attributes and names: at most 32, 128 bytes, texts 256
 * bytes; what is longer is cut. Never put people's data there. Since 1.0.
 */
#ifndef MORTISE_TRACE_H
#define MORTISE_TRACE_H

#include "mortise/abi.h"
#include "mortise/log.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_TRACE_INTERFACE "mortise.trace/1"

/** Work inside of the plugin. */
#define MORTISE_SPAN_INTERNAL 1u
/** Waits for somebody else: a call of another service. */
#define MORTISE_SPAN_CLIENT 3u
/** Hands something on without waiting, such as a message. */
#define MORTISE_SPAN_PRODUCER 4u
/** Works on what a producer handed on. */
#define MORTISE_SPAN_CONSUMER 5u

/** A handle of a span that has ended, or whose unit of work is over, names nothing: calls with it do nothing. */
typedef struct mortise_trace {
    uint32_t struct_size;
    uint32_t reserved;

    /** Gives the header fields for a call to another service (W3C Trace Context): of the span begun last that is open.
     *  in: `context`. out: `traceparent`, 55 bytes; `tracestate`, at most 512, often none. status: OK; EXHAUSTED, a buffer is
     *  too small. owner: the caller owns the buffers. thread: [request] [reactor]. since: 1.0 */
    mortise_status (*current)(mortise_context *context, mortise_buffer *traceparent,
                              mortise_buffer *tracestate, mortise_error *error);

    /** Begins a span. What the unit of work does from now on (statements, operations) is a part of it.
     *  in: `context`; `parent`, or 0 for the span begun last that is open; `name`, of few different ones, copied; `kind`
     *  MORTISE_SPAN_*. out: the handle; 0 when the trace is not kept or too many are open. status: none.
     *  owner: ends with the unit of work. thread: [request] [reactor]. since: 1.0 */
    mortise_handle (*begin)(mortise_context *context, mortise_handle parent, mortise_str name,
                            uint32_t kind);

    /** Sets attributes; one that is set already gets the new value.
     *  in: `span`; `attributes`, copied. out: nothing. status: none. owner: the host copies. thread: [any]. since: 1.0 */
    void (*set)(const mortise_host *host, mortise_handle span, const mortise_field *attributes,
                uint32_t attribute_count);

    /** Marks a span as failed.
     *  in: `span`; `type`, a stable code such as "TIMEOUT", copied. out: nothing. status: none. owner: the host copies.
     *  thread: [any]. since: 1.0 */
    void (*fail)(const mortise_host *host, mortise_handle span, mortise_str type);

    /** Ends a span and hands it to the exporter.
     *  in: `span`. out: nothing. status: none. owner: the handle is gone. thread: [any]. since: 1.0 */
    void (*end)(const mortise_host *host, mortise_handle span);
} mortise_trace;

#ifdef __cplusplus
}
#endif

#endif
