// The tables of this host, one accessor per SDK header; each stands in <service>_bridge.cpp. They are constant and hold no
// state: who calls is told by the first argument (host, context, request, ...).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mortise/cache.h"
#include "mortise/clock.h"
#include "mortise/config.h"
#include "mortise/db.h"
#include "mortise/declare.h"
#include "mortise/health.h"
#include "mortise/http_client.h"
#include "mortise/identity.h"
#include "mortise/jobs.h"
#include "mortise/json.h"
#include "mortise/log.h"
#include "mortise/metrics.h"
#include "mortise/operations.h"
#include "mortise/request.h"
#include "mortise/stream.h"
#include "mortise/tasks.h"
#include "mortise/trace.h"

namespace mortise::bridge {

const mortise_declare& declareTable() noexcept;
const mortise_request_api& requestTable() noexcept;
const mortise_operations& operationsTable() noexcept;
const mortise_json& jsonTable() noexcept;
const mortise_db& dbTable() noexcept;
const mortise_config& configTable() noexcept;
const mortise_log& logTable() noexcept;
const mortise_identity& identityTable() noexcept;
const mortise_tasks& tasksTable() noexcept;
const mortise_jobs& jobsTable() noexcept;
const mortise_stream& streamTable() noexcept;
const mortise_clock& clockTable() noexcept;
const mortise_metrics& metricsTable() noexcept;
const mortise_health& healthTable() noexcept;
const mortise_http_client& httpClientTable() noexcept;
const mortise_trace& traceTable() noexcept;
const mortise_cache& cacheTable() noexcept;

/// An interface a plugin may ask for.
struct Interface {
    std::string_view id;
    const void* table;
    std::uint32_t size;
};
/// All of them; declare comes with the declare() call and is listed for its size.
std::span<const Interface> interfaces() noexcept;

}  // namespace mortise::bridge
