#include "log/log.hpp"

#include <pthread.h>
#include <signal.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "base/assert.hpp"
#include "log/event_name.hpp"
#include "log/output.hpp"
#include "log/record.hpp"
#include "log/renderer.hpp"
#include "log/sink.hpp"

namespace mortise::log {

namespace {

using namespace std::chrono_literals;

// Records carry their level in spdlog's message; both count alike.
static_assert(static_cast<int>(Level::Debug) == spdlog::level::debug);
static_assert(static_cast<int>(Level::Critical) == spdlog::level::critical);

// The log thread's end of the queue: reads records, renders them, hands lines to the output.
class RecordSink final : public spdlog::sinks::sink {
public:
    RecordSink(const Settings& settings, std::unique_ptr<Output> output)
        : renderer_(settings.format, settings.colour), output_(std::move(output)) {}

    void attach(spdlog::details::thread_pool& pool) { pool_ = &pool; }

    void log(const spdlog::details::log_msg& message) override {
        const std::string_view bytes(message.payload.data(), message.payload.size());
        if (const std::uint64_t ticket = ticketOf(bytes); ticket != 0) {
            output_->flush();
            markFlushed(ticket);
            return;
        }
        view_.read(bytes);
        output_->write(renderer_.render(view_, static_cast<Level>(message.level), message.time));
        if (pool_->queue_size() == 0) {
            reportDropped(message.time);
            output_->flush();
        }
    }

    void flush() override { output_->flush(); }
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

    bool waitFlushed(std::uint64_t ticket, std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return flushed_.wait_for(lock, time, [&] { return flushed_ticket_ >= ticket; });
    }

private:
    void markFlushed(std::uint64_t ticket) {
        {
            const std::lock_guard lock(mutex_);
            flushed_ticket_ = std::max(flushed_ticket_, ticket);
        }
        flushed_.notify_all();
    }

    // Once the flood is over, so that the report is not itself part of it.
    void reportDropped(std::chrono::system_clock::time_point time) {
        const std::size_t dropped = pool_->overrun_counter();
        if (dropped == reported_dropped_) {
            return;
        }
        const Field count("count", dropped - reported_dropped_);
        const RecordWriter record("log.dropped", {&count, 1}, nullptr);
        reported_dropped_ = dropped;
        view_.read(record.bytes());
        output_->write(renderer_.render(view_, Level::Warning, time));
    }

    // Log thread only.
    Renderer renderer_;
    std::unique_ptr<Output> output_;
    RecordView view_;
    spdlog::details::thread_pool* pool_ = nullptr;
    std::size_t reported_dropped_ = 0;

    std::mutex mutex_;  // Guards flushed_ticket_.
    std::condition_variable flushed_;
    std::uint64_t flushed_ticket_ = 0;
};

// The log thread must outlive every handler, and a signal must not end up in it.
void prepareThread() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    pthread_setname_np(pthread_self(), "log");
}

}  // namespace

struct Log::State {
    State(const Settings& settings, std::unique_ptr<Output> output)
        : level(settings.level),
          sink(std::make_shared<RecordSink>(settings, std::move(output))),
          pool(std::make_shared<spdlog::details::thread_pool>(settings.queue_size, 1,
                                                              prepareThread)),
          logger(std::make_shared<spdlog::async_logger>(
              "mortise", sink, pool, spdlog::async_overflow_policy::overrun_oldest)) {
        sink->attach(*pool);
        logger->set_level(spdlog::level::trace);
        // The sink's own failures: nothing can be logged about them, so they count as lost.
        logger->set_error_handler([this](const std::string&) { ++lost; });
    }
    ~State() {
        // First the pool, which works off the queue and joins: queued records still hold the logger.
        pool.reset();
        sink->flush();
    }

    bool isWanted(Level record_level, std::string_view event, const Context* context) {
        if (!has_area_levels.load(std::memory_order_relaxed)) {
            return record_level >= level.load(std::memory_order_relaxed);
        }
        const std::shared_lock lock(areas_mutex);
        auto found = context == nullptr ? area_levels.end() : area_levels.find(context->plugin);
        if (found == area_levels.end()) {
            found = area_levels.find(areaOf(event));
        }
        const Level wanted =
            found == area_levels.end() ? level.load(std::memory_order_relaxed) : found->second;
        return record_level >= wanted;
    }

    // The lowest level that any area or the whole log wants.
    Level lowest() const {
        Level lowest = level.load(std::memory_order_relaxed);
        for (const auto& [area, area_level] : area_levels) {
            lowest = std::min(lowest, area_level);
        }
        return lowest;
    }

    void post(Level record_level, std::string_view bytes) {
        logger->log(spdlog::source_loc{}, static_cast<spdlog::level::level_enum>(record_level),
                    spdlog::string_view_t(bytes.data(), bytes.size()));
    }

    std::atomic<Level> level;  // Relaxed: a change need not be seen at once.
    std::atomic<bool> has_area_levels{false};
    std::shared_mutex areas_mutex;  // Guards area_levels and changes of the floor.
    std::map<std::string, Level, std::less<>> area_levels;
    std::atomic<std::uint64_t> lost{0};  // Relaxed: a counter.
    std::atomic<std::uint64_t> next_ticket{1};

    std::shared_ptr<RecordSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log(const Settings& settings)
    : floor_(settings.level), state_(std::make_unique<State>(settings, makeOutput(settings))) {}

Log::Log(const Settings& settings, Sink& sink)
    : floor_(settings.level), state_(std::make_unique<State>(settings, makeOutput(sink))) {}

Log::~Log() = default;

void Log::queue(Level level, std::string_view event, std::span<const Field> fields,
                const Context* context) noexcept {
    if (level == Level::Off || !state_->isWanted(level, event, context)) {
        return;
    }
    try {
        const RecordWriter record(event, fields, context);
        state_->post(level, record.bytes());
    } catch (...) {
        ++state_->lost;  // Out of memory, most likely: the caller must not fail because of its log.
    }
}

void Log::setLevel(Level level) {
    const std::lock_guard lock(state_->areas_mutex);
    state_->level.store(level, std::memory_order_relaxed);
    floor_.store(state_->lowest(), std::memory_order_relaxed);
}

Level Log::level() const noexcept {
    return state_->level.load(std::memory_order_relaxed);
}

void Log::setAreaLevel(std::string_view area, Level level) {
    const std::lock_guard lock(state_->areas_mutex);
    state_->area_levels.insert_or_assign(std::string(area), level);
    state_->has_area_levels.store(true, std::memory_order_relaxed);
    floor_.store(state_->lowest(), std::memory_order_relaxed);
}

void Log::clearAreaLevel(std::string_view area) {
    const std::lock_guard lock(state_->areas_mutex);
    if (const auto found = state_->area_levels.find(area); found != state_->area_levels.end()) {
        state_->area_levels.erase(found);
    }
    state_->has_area_levels.store(!state_->area_levels.empty(), std::memory_order_relaxed);
    floor_.store(state_->lowest(), std::memory_order_relaxed);
}

bool Log::flush(std::chrono::milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    const std::uint64_t ticket = state_->next_ticket.fetch_add(1, std::memory_order_relaxed);
    const auto bytes = flushTicket(ticket);
    // A full queue may drop the ticket like any record, so it is handed in again until it arrives.
    while (true) {
        state_->post(Level::Critical, {bytes.data(), bytes.size()});
        if (state_->sink->waitFlushed(ticket, 50ms)) {
            return true;
        }
        if (std::chrono::steady_clock::now() >= until) {
            return false;
        }
    }
}

std::uint64_t Log::droppedCount() const noexcept {
    return state_->pool->overrun_counter() + state_->lost.load(std::memory_order_relaxed);
}

}  // namespace mortise::log
