// The access log: one record `http_request` per request, whoever answered it.
#pragma once

#include <cstddef>
#include <string_view>

namespace mortise::log {
class Log;
}

namespace mortise::http {

class Exchange;

/// Queues the record with method, path, status, duration_ms, user_agent, route, bytes, request_id, user_id, trace_id and
/// span_id; a text that is empty (no user, no route) is left out. A client that left is status 499. Reactor thread, at the end of the
/// exchange.
void writeAccessRecord(log::Log& log, const Exchange& exchange,
                       std::size_t body_bytes_sent) noexcept;

/// As nginx has it: the client left before there was an answer.
inline constexpr int kClientLeft = 499;

/// The status that record has.
int recordedStatus(const Exchange& exchange) noexcept;
/// An exchange abandoned at its deadline was answered, and recorded, by the one that took its place. What is abandoned before its
/// deadline lost its client and has no other record.
bool isRecordedElsewhere(const Exchange& exchange) noexcept;

}  // namespace mortise::http
