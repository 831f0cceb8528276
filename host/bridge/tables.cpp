#include "bridge/tables.hpp"

#include <array>

namespace mortise::bridge {

std::span<const Interface> interfaces() noexcept {
    // Adding an interface: header in sdk/include, accessor in tables.hpp, line here, golden layout in sdk/abi.
    static const std::array<Interface, 17> kInterfaces{{
        {MORTISE_DECLARE_INTERFACE, &declareTable(), sizeof(mortise_declare)},
        {MORTISE_REQUEST_INTERFACE, &requestTable(), sizeof(mortise_request_api)},
        {MORTISE_OPERATIONS_INTERFACE, &operationsTable(), sizeof(mortise_operations)},
        {MORTISE_JSON_INTERFACE, &jsonTable(), sizeof(mortise_json)},
        {MORTISE_DB_INTERFACE, &dbTable(), sizeof(mortise_db)},
        {MORTISE_CONFIG_INTERFACE, &configTable(), sizeof(mortise_config)},
        {MORTISE_LOG_INTERFACE, &logTable(), sizeof(mortise_log)},
        {MORTISE_IDENTITY_INTERFACE, &identityTable(), sizeof(mortise_identity)},
        {MORTISE_TASKS_INTERFACE, &tasksTable(), sizeof(mortise_tasks)},
        {MORTISE_JOBS_INTERFACE, &jobsTable(), sizeof(mortise_jobs)},
        {MORTISE_STREAM_INTERFACE, &streamTable(), sizeof(mortise_stream)},
        {MORTISE_CLOCK_INTERFACE, &clockTable(), sizeof(mortise_clock)},
        {MORTISE_METRICS_INTERFACE, &metricsTable(), sizeof(mortise_metrics)},
        {MORTISE_HEALTH_INTERFACE, &healthTable(), sizeof(mortise_health)},
        {MORTISE_HTTP_CLIENT_INTERFACE, &httpClientTable(), sizeof(mortise_http_client)},
        {MORTISE_TRACE_INTERFACE, &traceTable(), sizeof(mortise_trace)},
        {MORTISE_CACHE_INTERFACE, &cacheTable(), sizeof(mortise_cache)},
    }};
    return kInterfaces;
}

}  // namespace mortise::bridge
