// Context: one unit of work as the tables see it: a request, an operation call, a job attempt, a plugin's own piece of work.
//
// It carries what must follow the work wherever it goes: deadline, principal, request id, database session, the wish to cancel.
// It moves between threads but is used by one at a time, so nothing is locked here.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/principal_view.hpp"
#include "log/field.hpp"
#include "mortise/tasks.h"
#include "trace/span.hpp"

struct mortise_context {};

namespace mortise::db {
class Session;
}
namespace mortise::http {
class Exchange;
}
namespace mortise::run {
class Reactor;
}
namespace mortise::trace {
class Tracer;
}

namespace mortise::bridge {

class HostInstance;

class Context;

/// The unit of work that waits for another one, for as long as it does. The other one may run on any thread and longer than that.
class CallerBond {
public:
    explicit CallerBond(Context& caller) noexcept : caller_(&caller) {}

    /// The caller waits no more: it may be gone when this returned.
    void release() noexcept;
    /// What the caller's own interrupted() says; CANCELLED once nobody waits.
    mortise_status interrupted() const noexcept;

private:
    mutable std::mutex mutex_;  // Guards caller_, and the caller against its end while it is asked.
    Context* caller_;
};

class Context final : public mortise_context {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `caller` is the unit that waits for this one, nullptr for none; it outlives this one.
    explicit Context(HostInstance& instance, Context* caller = nullptr);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    static Context& of(mortise_context* context) noexcept {
        return *static_cast<Context*>(context);
    }

    // Set before the plugin sees it.
    std::optional<Time> deadline;
    /// Where completions of asynchronous calls arrive; nullptr for work that belongs to no reactor.
    run::Reactor* reactor = nullptr;
    const http::Exchange* exchange = nullptr;
    /// GET and HEAD: transactions are read-only and repeatable.
    bool is_read_only = false;
    std::string request_id;
    std::string user_id;
    std::string method;
    std::string path;
    PrincipalView principal;
    /// The span that is this unit.
    trace::SpanContext trace;

    HostInstance& instance() const noexcept { return instance_; }
    /// How many calls lie above this unit.
    unsigned depth() const noexcept { return depth_; }
    /// From now on the caller may be gone before this unit ends.
    void detachFromCaller() noexcept { caller_ = nullptr; }
    /// As above, and while the caller waits it is asked through the bond.
    void bindToCaller(std::shared_ptr<const CallerBond> bond) noexcept {
        caller_ = nullptr;
        bond_ = std::move(bond);
    }
    Time deadlineOr(std::chrono::milliseconds fallback) const;
    log::Context logContext() const noexcept;
    /// Null when spans of this unit are not recorded.
    trace::Tracer* tracer() const noexcept;
    /// The span that what happens now is a part of: the one its plugin began last that is open, else this unit.
    trace::SpanContext currentSpan() const;
    /// Begins a span of the plugin; `parent` 0 is currentSpan(). 0 when it is not recorded.
    mortise_handle beginSpan(mortise_handle parent, std::string_view name, trace::Kind kind);
    /// Begins a trace of its own.
    void beginTrace() noexcept;
    /// MORTISE_OK, CANCELLED or DEADLINE_EXCEEDED.
    mortise_status interrupted() const noexcept;

    /// Made at first use.
    db::Session& session();
    bool hasSession() const noexcept { return session_ != nullptr; }
    bool hasLease() const noexcept;

    /// Kept until settle(true), then run on the executor.
    bool addAfterResponse(mortise_task task, void* task_context);

    bool hasAfterResponse() const noexcept { return !after_response_.empty(); }

    /// Ends the database side: commits or rolls back. False with `error` filled when the commit failed.
    bool settle(bool commit, mortise_error* error) noexcept;
    /// Starts what addAfterResponse() kept.
    void runAfterResponse() noexcept;

private:
    struct AfterResponse {
        mortise_task task;
        void* task_context;
    };

    HostInstance& instance_;
    Context* caller_;
    std::shared_ptr<const CallerBond> bond_;
    unsigned depth_;
    std::unique_ptr<db::Session> session_;
    std::vector<AfterResponse> after_response_;
    std::vector<mortise_handle> spans_;  // Of the plugin, and perhaps ended.
};

}  // namespace mortise::bridge
