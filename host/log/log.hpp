// Log: structured events, written by one background thread.
//
// Problem: a log line must carry who and what (request, user, plugin), must never hold a secret,
//          and must not make the thread that writes it wait for a disk or a pipe.
// Choice:  the caller copies the record in binary into a bounded queue (spdlog's asynchronous
//          logger); the log thread redacts, formats and writes it. When the queue is full the
//          oldest record goes and is counted.
// Guarantee: write() does not block and keeps no pointer of the caller, so a plugin may be unmapped
//          right after it. Below the level it costs one relaxed load and a comparison.
// Missing on purpose: format strings. An event is a dotted name (log/event_name.hpp), its facts are
// fields.
//
//   log.info("pool.connected", {{"host", host}, {"port", 5432}});
//   {"event":"pool.connected","timestamp":"2026-03-01T09:05:07.042Z","level":"info",
//    "logger":"pool","host":"db1","port":5432}
//
// Events of the host are declared in events.def of their folder: MORTISE_EVENT(pool.connected,
// Info, "what it means; what to do").
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "log/field.hpp"
#include "log/settings.hpp"

namespace mortise::log {

class Sink;

class Log {
public:
    /// Throws mortise::Error when the file cannot be opened.
    explicit Log(const Settings& settings);
    /// Lines go to `sink`, which outlives the log.
    Log(const Settings& settings, Sink& sink);
    /// Writes what is queued.
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Whether a record of that level may be written; false needs no second thought. Any thread.
    bool isEnabled(Level level) const noexcept {
        return level >= floor_.load(std::memory_order_relaxed);  // Nothing else is ordered by it.
    }

    /// Queues a record with the context of the calling thread. Any thread, never blocks, never
    /// throws. A name outside the grammar is written as `log.event_invalid` with the name as a
    /// field.
    void write(Level level, std::string_view event, std::span<const Field> fields) noexcept {
        if (isEnabled(level)) {
            queue(level, event, fields, currentContext());
        }
    }
    /// As above with a context of the caller's choice; nullptr for none.
    void write(Level level, std::string_view event, std::span<const Field> fields,
               const Context* context) noexcept {
        if (isEnabled(level)) {
            queue(level, event, fields, context);
        }
    }

    using Fields = std::initializer_list<Field>;
    void debug(std::string_view event, Fields fields = {}) noexcept {
        write(Level::Debug, event, {fields.begin(), fields.size()});
    }
    void info(std::string_view event, Fields fields = {}) noexcept {
        write(Level::Info, event, {fields.begin(), fields.size()});
    }
    void warning(std::string_view event, Fields fields = {}) noexcept {
        write(Level::Warning, event, {fields.begin(), fields.size()});
    }
    void error(std::string_view event, Fields fields = {}) noexcept {
        write(Level::Error, event, {fields.begin(), fields.size()});
    }
    void critical(std::string_view event, Fields fields = {}) noexcept {
        write(Level::Critical, event, {fields.begin(), fields.size()});
    }

    /// Changes take effect with the next record.
    void setLevel(Level level);
    Level level() const noexcept;
    /// Overrides the level for one area (the word before the first dot) or one plugin; Off silences
    /// it.
    void setAreaLevel(std::string_view area, Level level);
    void clearAreaLevel(std::string_view area);

    /// Waits until everything queued before the call is written; false at the deadline.
    bool flush(std::chrono::milliseconds deadline);

    /// Records lost because the queue was full or memory was short; never falls.
    std::uint64_t droppedCount() const noexcept;

private:
    struct State;
    void queue(Level level, std::string_view event, std::span<const Field> fields,
               const Context* context) noexcept;

    // The lowest level anybody wants: the general one or that of an area.
    std::atomic<Level> floor_;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::log
