/* mortise/metrics.h: interface "mortise.metrics/1": counters, gauges and histograms, exposed at /metrics.
 *
 * Metrics are declared in declare() and nowhere else, with the closed set of values each label may have. So an update is an
 * index and a number, takes no lock, looks nothing up, and no client can make the number of series grow. The host writes the
 * full name `mortise_<plugin>_<name>`. After a swap a metric of the same shape goes on counting; one of another shape starts
 * anew. Format of /metrics: Prometheus text exposition 0.0.4. Since 1.0.
 */
#ifndef MORTISE_METRICS_H
#define MORTISE_METRICS_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_METRICS_INTERFACE "mortise.metrics/1"

/** Only grows; the name ends in `_total`. */
#define MORTISE_METRIC_COUNTER 1u
/** Goes up and down. */
#define MORTISE_METRIC_GAUGE 2u
/** Counts observations by size. */
#define MORTISE_METRIC_HISTOGRAM 3u

/** A label and all values it may have, at most 64. Name and values: see mortise_metric. */
typedef struct mortise_metric_label {
    mortise_str name;
    const mortise_str *values;
    uint32_t value_count;
    uint32_t reserved;
} mortise_metric_label;

/** A metric. Series are numbered like the digits of a number whose last label turns fastest: with labels of 2 and 3 values,
 *  (1, 2) is series 1 * 3 + 2. A metric has at most 4 labels and 512 series. */
typedef struct mortise_metric {
    uint32_t struct_size;
    /** MORTISE_METRIC_*. */
    uint32_t kind;
    /** `<noun>_<base unit>[_total]` in snake_case: "notes_created_total", "import_duration_seconds". */
    mortise_str name;
    /** One line for people. */
    mortise_str help;
    const mortise_metric_label *labels;
    uint32_t label_count;
    /** Histograms only: upper bounds, ascending, at most 32, without infinity. */
    uint32_t bound_count;
    const double *bounds;
} mortise_metric;

/** Updates of a metric that was not declared, of a series it does not have, of the wrong kind, or with a number that is not
 *  finite (for counters: negative) are dropped and counted in `mortise_metrics_dropped_total`. */
typedef struct mortise_metrics {
    uint32_t struct_size;
    uint32_t reserved;

    /** Adds to a counter or gauge.
     *  in: `metric` as add_metric() gave it; `series`; `amount`. out: nothing. status: none. owner: nothing passes.
     *  thread: [any]. since: 1.0 */
    void (*add)(const mortise_host *host, uint32_t metric, uint32_t series, double amount);

    /** Sets a gauge.
     *  in: as add(). out: nothing. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    void (*set)(const mortise_host *host, uint32_t metric, uint32_t series, double value);

    /** Counts an observation in a histogram.
     *  in: as add(). out: nothing. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    void (*observe)(const mortise_host *host, uint32_t metric, uint32_t series, double value);
} mortise_metrics;

#ifdef __cplusplus
}
#endif

#endif
