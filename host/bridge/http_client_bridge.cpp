// "mortise.http_client/1": judges a call by the manifest, hands it to the client of the host and brings the outcome back to
// where the caller is.
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/origin_pattern.hpp"
#include "base/strings.hpp"
#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/outgoing_stand_in.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "http/client/client.hpp"
#include "http/client/outgoing_target.hpp"
#include "http/exchange.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"
#include "run/executor.hpp"
#include "run/reactor.hpp"
#include "trace/propagation.hpp"

namespace mortise::bridge {
namespace {

using http::OutgoingFailure;
using http::OutgoingRequest;
using http::OutgoingResult;

mortise_status statusOf(OutgoingFailure failure) noexcept {
    switch (failure) {
        case OutgoingFailure::None:
            return MORTISE_OK;
        case OutgoingFailure::InvalidRequest:
            return MORTISE_INVALID_ARGUMENT;
        case OutgoingFailure::AddressRefused:
            return MORTISE_DENIED;
        case OutgoingFailure::DeadlineExceeded:
            return MORTISE_DEADLINE_EXCEEDED;
        case OutgoingFailure::Cancelled:
            return MORTISE_CANCELLED;
        case OutgoingFailure::ResponseTooLarge:
        case OutgoingFailure::TooMany:
            return MORTISE_EXHAUSTED;
        case OutgoingFailure::Unreachable:
        case OutgoingFailure::BreakerOpen:
            break;
    }
    return MORTISE_UNAVAILABLE;
}

std::string_view codeOf(OutgoingFailure failure) noexcept {
    switch (failure) {
        case OutgoingFailure::InvalidRequest:
            return "INVALID_ARGUMENT";
        case OutgoingFailure::AddressRefused:
            return "DENIED";
        case OutgoingFailure::DeadlineExceeded:
            return "DEADLINE_EXCEEDED";
        case OutgoingFailure::Cancelled:
            return "CANCELLED";
        case OutgoingFailure::ResponseTooLarge:
            return "RESPONSE_TOO_LARGE";
        case OutgoingFailure::TooMany:
            return "EXHAUSTED";
        case OutgoingFailure::None:
        case OutgoingFailure::Unreachable:
        case OutgoingFailure::BreakerOpen:
            break;
    }
    return "SERVICE_UNAVAILABLE";
}

mortise_status refuse(mortise_error* error, OutgoingFailure failure, std::string_view reason) {
    const mortise_status status = statusOf(failure);
    return fail(error, status, codeOf(failure), reason, status == MORTISE_UNAVAILABLE ? 503 : 0);
}

/// What a call is known by in the log: never its query, which may carry secrets.
struct Called {
    std::string method;
    std::string origin;
    std::string path;
};

void writeLog(const Context& caller, const Called& called, const OutgoingResult& result) {
    const bool is_failure = result.failure != OutgoingFailure::None;
    const log::Field fields[] = {{"method", called.method},
                                 {"origin", called.origin},
                                 {"path", called.path},
                                 {"status_code", result.response.status},
                                 {"attempts", result.attempts},
                                 {"duration_ms", static_cast<double>(result.took.count()) / 1000},
                                 {"reason", result.reason}};
    // Without failure there is no reason.
    const std::span<const log::Field> shown(fields, is_failure ? 7 : 6);
    const log::Context context = caller.logContext();
    caller.instance().services().log.write(
        is_failure ? log::Level::Warning : log::Level::Debug,
        is_failure ? std::string_view("http_client.failed") : "http_client.ended", shown, &context);
}

void deliver(const OutgoingResult& result, mortise_http_done done, void* done_context) {
    mortise_error failure = blankError();
    mortise_error ignored = blankError();
    callPlugin(ignored, [&] {
        if (result.failure != OutgoingFailure::None) {
            const mortise_status status = refuse(&failure, result.failure, result.reason);
            done(done_context, status, nullptr, &failure);
            return MORTISE_OK;
        }
        std::vector<mortise_pair> headers;
        for (const auto& [name, value] : result.response.headers) {
            headers.push_back({strOf(name), strOf(value)});
        }
        mortise_http_reply reply{};
        reply.struct_size = sizeof reply;
        reply.http_status = static_cast<std::uint32_t>(result.response.status);
        reply.headers = headers.data();
        reply.header_count = static_cast<std::uint32_t>(headers.size());
        reply.attempts = result.attempts;
        reply.body = bytesOf(result.response.body);
        done(done_context, MORTISE_OK, &reply, nullptr);
        return MORTISE_OK;
    });
}

OutgoingRequest requestOf(const Context& caller, const mortise_http_call& call) {
    OutgoingRequest request;
    request.method = viewOf(call.method);
    request.url = viewOf(call.url);
    for (std::uint32_t at = 0; at < call.header_count; ++at) {
        request.headers.emplace_back(viewOf(call.headers[at].name), viewOf(call.headers[at].value));
    }
    request.body = viewOf(call.body);
    request.deadline = caller.deadlineOr(caller.instance().services().request_deadline);
    if (call.timeout_ms != 0) {
        request.deadline =
            std::min(request.deadline,
                     std::chrono::steady_clock::now() + std::chrono::milliseconds(call.timeout_ms));
    }
    if (call.response_size_max != 0) {
        request.response_size_max = static_cast<std::size_t>(call.response_size_max);
    }
    request.attempts_max = std::max<std::uint32_t>(call.attempts_max, 1);
    request.caller = caller.instance().pluginName();
    return request;
}

/// The other server's work becomes a part of the caller's trace, unless the plugin says something else.
void addTrace(const Context& caller, http::OutgoingHeaders& headers) {
    const bool has_own = std::any_of(headers.begin(), headers.end(), [](const auto& each) {
        return equalsIgnoringCase(each.first, "traceparent");
    });
    if (has_own || !caller.trace.isValid()) {
        return;
    }
    const trace::SpanContext span = caller.currentSpan();
    const auto text = trace::traceparentOf(span);
    headers.emplace_back("traceparent", std::string(text.data(), text.size()));
    if (span.state) {
        headers.emplace_back("tracestate", *span.state);
    }
}

/// Whether the manifest grants the target; a plugin with "*" may reach what else is public.
bool isGranted(const plugin::Manifest& manifest, const http::OutgoingTarget& target,
               bool& public_only) {
    public_only = false;
    for (const OriginPattern& pattern : manifest.http_grants) {
        if (pattern.matches(target.scheme(), target.host(), target.port())) {
            public_only = false;
            return true;
        }
        public_only = public_only || pattern.isAnyPublic();
    }
    return public_only;
}

/// Makes the request, or says why the call is refused.
mortise_status admit(Context& caller, const mortise_http_call& call, OutgoingRequest& request,
                     Called& called, mortise_error* error) {
    const HostInstance& instance = caller.instance();
    if (!instance.isServing()) {
        return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "there is no network here");
    }
    if (call.struct_size < offsetof(mortise_http_call, response_size_max) + sizeof(std::uint64_t)) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                    "struct_size is too small");
    }
    if (call.header_count > limits::kHeaderCountMax ||
        call.response_size_max > limits::kOutgoingResponseSizeMax ||
        call.url.size > limits::kTargetSizeMax || call.body.size > limits::kOutgoingBodySizeMax) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                    "the URL, the header fields, the body or response_size_max is too large");
    }
    request = requestOf(caller, call);
    std::string reason = problemOf(request);
    http::OutgoingTarget target;
    if (!reason.empty() || !target.parse(request.url, reason)) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", reason);
    }
    if (!isGranted(instance.generation().manifest(), target, request.public_only)) {
        return fail(error, MORTISE_DENIED, "DENIED",
                    "the manifest of " + std::string(instance.pluginName()) + " does not grant \"" +
                        target.origin() + "\" under grants.http");
    }
    if (caller.hasLease()) {
        return fail(error, MORTISE_LEASE_NESTED, "LEASE_NESTED",
                    std::string(instance.pluginName()) + " calls " + target.origin() +
                        " while it holds a transaction; call first, or commit before");
    }
    if (const mortise_status status = caller.interrupted(); status != MORTISE_OK) {
        return fail(error, status, "INTERRUPTED", "the unit of work is over");
    }
    addTrace(caller, request.headers);
    called = {request.method, target.origin(), target.path()};
    return MORTISE_OK;
}

/// The call is given up when its generation is cancelled or its client has left. Only while the unit of work waits.
bool isAbandoned(const Context& caller) noexcept {
    return caller.instance().isCancelled() ||
           (caller.exchange != nullptr && caller.exchange->isAbandoned());
}

/// What a caller that waits and the client share; whoever is last frees it.
struct Rendezvous {
    std::mutex mutex;  // Guards all below.
    std::condition_variable changed;
    bool is_done = false;
    bool is_waited_for = true;
    OutgoingResult result;

    bool isAbandonedBy(const Context& caller) {
        const std::lock_guard lock(mutex);
        return !is_waited_for || isAbandoned(caller);
    }

    void arrive(OutgoingResult ended) {
        const std::lock_guard lock(mutex);
        result = std::move(ended);
        is_done = true;
        changed.notify_one();
    }
};

OutgoingResult sendAndWait(Context& caller, OutgoingRequest request) {
    auto shared = std::make_shared<Rendezvous>();
    const auto deadline = request.deadline + limits::kOutgoingGrace;
    OutgoingResult result;
    result.failure = caller.instance().services().outgoing.send(
        std::move(request), [shared, &caller] { return shared->isAbandonedBy(caller); },
        [shared](OutgoingResult ended) { shared->arrive(std::move(ended)); }, result.reason);
    if (result.failure != OutgoingFailure::None) {
        return result;
    }
    std::unique_lock lock(shared->mutex);
    if (shared->changed.wait_until(lock, deadline, [&] { return shared->is_done; })) {
        return std::move(shared->result);
    }
    shared->is_waited_for = false;
    result.failure = OutgoingFailure::DeadlineExceeded;
    result.reason = "the client of the host does not answer";
    return result;
}

mortise_status send(mortise_context* raw, const mortise_http_call* call, mortise_http_done done,
                    void* done_context, mortise_error* error) {
    return guarded(error, [&]() -> mortise_status {
        Context& caller = Context::of(raw);
        if (run::Reactor::current() != nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "send() would block the reactor");
        }
        OutgoingRequest request;
        Called called;
        if (const mortise_status status = admit(caller, *call, request, called, error);
            status != MORTISE_OK) {
            return status;
        }
        OutgoingStandIn* stand_in = caller.instance().services().outgoing_stand_in;
        const OutgoingResult result =
            stand_in != nullptr ? stand_in->send(request) : sendAndWait(caller, std::move(request));
        writeLog(caller, called, result);
        if (result.failure != OutgoingFailure::None) {
            return refuse(error, result.failure, result.reason);
        }
        deliver(result, done, done_context);
        return MORTISE_OK;
    });
}

/// An outcome on its way back to the reactor of the caller.
struct Arrival {
    Context& caller;
    run::Reactor& reactor;
    mortise_http_done done;
    void* done_context;
    Called called;

    void arrive(OutgoingResult result) const {
        reactor.post(run::makeWork([arrival = *this, ended = std::move(result)] {
            writeLog(arrival.caller, arrival.called, ended);
            deliver(ended, arrival.done, arrival.done_context);
        }));
    }
};

/// On the executor, since it may block.
mortise_status askStandIn(OutgoingStandIn& stand_in, OutgoingRequest request, Arrival arrival,
                          mortise_error* error) {
    HostInstance& instance = arrival.caller.instance();
    std::unique_ptr<run::Work> work =
        run::makeWork([&stand_in, asked = std::move(request), back = std::move(arrival)] {
            back.arrive(stand_in.send(asked));
        });
    return instance.services().executor.submit(instance.lane(), work)
               ? MORTISE_OK
               : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the caller's queue is full");
}

mortise_status sendAsync(mortise_context* raw, const mortise_http_call* call,
                         mortise_http_done done, void* done_context, mortise_error* error) {
    return guarded(error, [&]() -> mortise_status {
        Context& caller = Context::of(raw);
        run::Reactor* reactor = run::Reactor::current();
        if (reactor == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "send_async() is for coroutines on a reactor");
        }
        OutgoingRequest request;
        Called called;
        if (const mortise_status status = admit(caller, *call, request, called, error);
            status != MORTISE_OK) {
            return status;
        }
        Arrival arrival{caller, *reactor, done, done_context, std::move(called)};
        Services& services = caller.instance().services();
        if (services.outgoing_stand_in != nullptr) {
            return askStandIn(*services.outgoing_stand_in, std::move(request), std::move(arrival),
                              error);
        }
        std::string reason;
        const OutgoingFailure failure = services.outgoing.send(
            std::move(request), [&caller] { return isAbandoned(caller); },
            [back = std::move(arrival)](OutgoingResult result) { back.arrive(std::move(result)); },
            reason);
        return failure == OutgoingFailure::None ? MORTISE_OK : refuse(error, failure, reason);
    });
}

}  // namespace

const mortise_http_client& httpClientTable() noexcept {
    static constexpr mortise_http_client kTable{
        sizeof(mortise_http_client), 0,
        kOnThread<"mortise_http_client.send", ThreadTag::Request, send>,
        kOnThread<"mortise_http_client.send_async", ThreadTag::Reactor, sendAsync>};
    return kTable;
}

}  // namespace mortise::bridge
