// host: the tables of functions a plugin was given, and how their outcomes become exceptions.
//
// A Host is made once in open() and lives as long as the plugin. It asks for every interface with the size this layer was
// compiled with; what the host does not offer stays empty, and only its use fails, with the name of the interface. Which
// interfaces a plugin cannot do without stands in plugin.json ("interfaces") and is checked before any code runs.
//
// A Unit names one unit of work (a request, an operation call, a job attempt, background work); every service a handler
// takes (Db, Operations, Jobs, ...) is a small value made of it.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "mortise/abi.h"
#include "mortise/cache.h"
#include "mortise/clock.h"
#include "mortise/config.h"
#include "mortise/db.h"
#include "mortise/errors.hpp"
#include "mortise/http_client.h"
#include "mortise/identity.h"
#include "mortise/jobs.h"
#include "mortise/json.h"
#include "mortise/log.h"
#include "mortise/metrics.h"
#include "mortise/operations.h"
#include "mortise/plugin.h"
#include "mortise/request.h"
#include "mortise/stream.h"
#include "mortise/tasks.h"
#include "mortise/trace.h"

namespace mortise {

class Cache;
class Clock;
class Config;
class Identity;
class JobQueue;
class Log;
class Notifications;
class PluginTasks;

/// A function of the host did not answer OK, and the reason is not one a client should read: status is MORTISE_*, code the
/// stable code of the interface (for example "STATEMENT_TIMEOUT") or empty. Domain errors arrive as AppError instead, an
/// absent dependency as UnavailableError.
class HostError : public std::runtime_error {
public:
    HostError(mortise_status status, std::string code, const std::string& message)
        : std::runtime_error(message), status_(status), code_(std::move(code)) {}

    mortise_status status() const noexcept { return status_; }
    const std::string& code() const noexcept { return code_; }

private:
    mortise_status status_;
    std::string code_;
};

namespace detail {

inline mortise_str str(std::string_view text) noexcept {
    return mortise_str{text.data(), text.size()};
}

inline std::string_view view(mortise_str text) noexcept {
    return text.size == 0 ? std::string_view{}
                          : std::string_view{text.data, static_cast<std::size_t>(text.size)};
}

/// A zeroed mortise_error with its size set, as every call of the contract wants it.
struct Failure : mortise_error {
    Failure() noexcept : mortise_error{} {
        struct_size = static_cast<std::uint32_t>(sizeof(mortise_error));
    }
    mortise_error* out() noexcept { return this; }
};

/// Length of `text` cut to at most `size_max` bytes without cutting a UTF-8 sequence in two.
inline std::size_t cutAtCharacter(std::string_view text, std::size_t size_max) noexcept {
    if (text.size() <= size_max) {
        return text.size();
    }
    std::size_t size = size_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
        --size;
    }
    return size;
}

template <std::size_t N>
void copyText(char (&target)[N], std::string_view text) noexcept {
    const std::size_t size = cutAtCharacter(text, N - 1);
    if (size > 0) {
        std::memcpy(target, text.data(), size);
    }
    target[size] = '\0';
}

/// Fills `error` (which may be NULL) and returns `status`, for `return fail(...)`.
inline mortise_status fail(mortise_error* error, mortise_status status, std::string_view code,
                           std::string_view message, std::uint32_t http_status = 0) noexcept {
    if (error != nullptr) {
        error->status = status;
        error->http_status = http_status;
        copyText(error->code, code);
        copyText(error->message, message);
    }
    return status;
}

/// Keeps a borrowed error of an older or newer host: as much of it as both know.
inline void copyFailure(Failure& target, const mortise_error* source) noexcept {
    if (source != nullptr) {
        const std::uint32_t size =
            source->struct_size < target.struct_size ? source->struct_size : target.struct_size;
        std::memcpy(target.out(), source, size);
        target.struct_size = static_cast<std::uint32_t>(sizeof(mortise_error));
    }
}

[[noreturn]] inline void raise(mortise_status status, const mortise_error& error) {
    if (status == MORTISE_DOMAIN_ERROR) {
        throw AppError(error.message, error.code, static_cast<int>(error.http_status));
    }
    if (status == MORTISE_UNAVAILABLE) {
        throw UnavailableError();
    }
    std::string message = error.message;
    if (message.empty()) {
        message = "the host answered status " + std::to_string(status);
    }
    throw HostError(status, error.code, message);
}

inline void check(mortise_status status, const mortise_error& error) {
    if (status != MORTISE_OK) {
        raise(status, error);
    }
}

/// The interface tables; a pointer is null when the host does not offer the interface.
struct Tables {
    const mortise_request_api* request = nullptr;
    const mortise_json* json = nullptr;
    const mortise_operations* operations = nullptr;
    const mortise_db* db = nullptr;
    const mortise_jobs* jobs = nullptr;
    const mortise_config* config = nullptr;
    const mortise_log* log = nullptr;
    const mortise_identity* identity = nullptr;
    const mortise_tasks* tasks = nullptr;
    const mortise_stream* stream = nullptr;
    const mortise_clock* clock = nullptr;
    const mortise_metrics* metrics = nullptr;
    const mortise_http_client* http_client = nullptr;
    const mortise_trace* trace = nullptr;
    const mortise_cache* cache = nullptr;
};

template <class Table>
const Table& need(const Table* table, const char* interface_id) {
    if (table == nullptr) {
        throw HostError(MORTISE_UNSUPPORTED, "",
                        std::string("this host does not offer the interface ") + interface_id +
                            " to the plugin; plugin.json must list it under \"interfaces\"");
    }
    return *table;
}

}  // namespace detail

/// The host, as the plugin sees it from open() to destroy(). Any thread.
class Host {
public:
    explicit Host(const mortise_host* raw) : raw_(raw) {
        find(MORTISE_REQUEST_INTERFACE, tables_.request);
        find(MORTISE_JSON_INTERFACE, tables_.json);
        find(MORTISE_OPERATIONS_INTERFACE, tables_.operations);
        find(MORTISE_DB_INTERFACE, tables_.db);
        find(MORTISE_JOBS_INTERFACE, tables_.jobs);
        find(MORTISE_CONFIG_INTERFACE, tables_.config);
        find(MORTISE_LOG_INTERFACE, tables_.log);
        find(MORTISE_IDENTITY_INTERFACE, tables_.identity);
        find(MORTISE_TASKS_INTERFACE, tables_.tasks);
        find(MORTISE_STREAM_INTERFACE, tables_.stream);
        find(MORTISE_CLOCK_INTERFACE, tables_.clock);
        find(MORTISE_METRICS_INTERFACE, tables_.metrics);
        find(MORTISE_HTTP_CLIENT_INTERFACE, tables_.http_client);
        find(MORTISE_TRACE_INTERFACE, tables_.trace);
        find(MORTISE_CACHE_INTERFACE, tables_.cache);
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    const mortise_host* raw() const noexcept { return raw_; }
    const detail::Tables& tables() const noexcept { return tables_; }

    /// The plugin's own settings and the host's public facts (config.hpp).
    Config config() const;
    /// Values kept in memory; getOrCompute() needs a unit of work (cache.hpp).
    Cache cache() const;
    /// The time (clock.hpp).
    Clock clock() const;
    /// Events outside of any unit of work (log.hpp).
    Log log() const;
    /// Random bytes, digests, signatures; hashing passwords needs a unit of work (identity.hpp).
    Identity identity() const;
    /// Threads, timers and units of work of the plugin's own (tasks.hpp).
    PluginTasks tasks() const;
    /// LISTEN/NOTIFY of PostgreSQL (db_notifications.hpp).
    Notifications notifications() const;
    /// The side of the plugin that owns the job queue; needs the grant "jobs.run" (jobs_queue.hpp).
    JobQueue jobQueue() const;

private:
    template <class Table>
    void find(const char* id, const Table*& table) noexcept {
        const void* found = nullptr;
        const mortise_status status = raw_->query(
            raw_, detail::str(id), static_cast<std::uint32_t>(sizeof(Table)), &found, nullptr);
        if (status == MORTISE_OK) {
            table = static_cast<const Table*>(found);
        }
    }

    const mortise_host* raw_;
    detail::Tables tables_;
};

/// One unit of work: what every service of a handler is made from. Valid until the unit ends.
struct Unit {
    const Host* host = nullptr;
    mortise_context* context = nullptr;
    /// Runs on a reactor: whatever waits is refused instead of stopping the event loop.
    bool on_reactor = false;
    /// GET and HEAD: statements run outside a transaction.
    bool reads_only = false;
};

namespace detail {

inline void refuseOnReactor(const Unit& unit, const char* what) {
    if (unit.on_reactor) {
        throw std::logic_error(std::string(what) +
                               " waits and cannot be used on a reactor: use the awaitable "
                               "function, or make the handler a plain blocking one");
    }
}

}  // namespace detail

}  // namespace mortise
