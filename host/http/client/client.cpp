#include "http/client/client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <new>
#include <thread>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"
#include "http/client/breaker.hpp"
#include "http/client/outgoing_metrics.hpp"
#include "http/client/outgoing_target.hpp"
#include "http/client/transfer.hpp"
#include "run/thread_name.hpp"

namespace mortise::http {
namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { ::curl_multi_cleanup(multi); }
};

/// The calls of one caller to one origin.
struct Lane {
    Breaker breaker;
    std::size_t in_flight = 0;
    std::size_t calls = 0;  // Waiting and in flight.
};

struct Call {
    OutgoingRequest request;
    OutgoingTarget target;
    OutgoingClient::IsAbandoned is_abandoned;
    OutgoingClient::Done done;
    OutgoingResult result;
    Lane* lane = nullptr;
    Time begun{};
    Time due{};  // Of the next attempt.
    std::unique_ptr<Transfer> transfer;
};

using CallPtr = std::unique_ptr<Call>;

bool isServerFailure(const OutgoingResult& result) noexcept {
    return result.failure == OutgoingFailure::Unreachable ||
           result.failure == OutgoingFailure::DeadlineExceeded ||
           (result.failure == OutgoingFailure::None && result.response.status >= 500);
}

/// Worth another attempt: the server was not reached, or says itself that it is a matter of time.
bool isTransient(const OutgoingResult& result) noexcept {
    if (result.failure == OutgoingFailure::None) {
        const int status = result.response.status;
        return status == 429 || status == 502 || status == 503 || status == 504;
    }
    return result.failure == OutgoingFailure::Unreachable;
}

/// A random part of a pause that doubles, so that callers who failed together do not come back together; at least what the server
/// asks for (RFC 9110 section 10.2.3, in seconds).
std::chrono::milliseconds pauseAfter(const OutgoingResult& result) {
    const unsigned doublings = std::min(result.attempts - 1, 10U);
    const auto longest =
        std::min(limits::kOutgoingBackoffMin * (1U << doublings), limits::kOutgoingBackoffMax);
    const auto pause =
        std::chrono::milliseconds(quickRandom() % static_cast<std::uint64_t>(longest.count()) + 1);
    const std::string* const asked = findHeader(result.response.headers, "retry-after");
    const auto seconds = asked == nullptr ? std::nullopt : parseInteger(*asked);
    // A server that asks for more than an hour is not waited for: the deadline of the call ends that.
    return seconds && *seconds > 0
               ? std::max(pause,
                          std::chrono::milliseconds(std::min<std::int64_t>(*seconds, 3600) * 1000))
               : pause;
}

/// libcurl's own set-up, once per process and never undone: threads may use it until the end.
void requireLibrary() {
    static const CURLcode code = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) {
        throw Error::internal("libcurl cannot be set up");
    }
}

}  // namespace

struct OutgoingClient::State {
    const OutgoingSettings settings;
    OutgoingMetrics metrics;

    std::mutex mutex;  // Guards the five below.
    std::list<CallPtr> inbox;
    std::size_t call_count = 0;  // Taken and not yet ended.
    bool is_stopping = false;
    std::thread thread;
    std::unique_ptr<CURLM, FreeMulti>
        multi;  // The pointer; what it points to belongs to the thread.

    // Of the client's thread.
    std::list<CallPtr> waiting;
    std::map<CURL*, CallPtr> flying;
    std::map<std::string, Lane> lanes;
    Time swept{};

    explicit State(OutgoingSettings given) : settings(std::move(given)) {}

    void startThread();
    void run();
    bool takeInbox();
    Lane& laneOf(const Call& call);
    void sweep(Time now);
    bool isOver(Call& call, Time now);
    void startDue();
    bool start(CallPtr& call);
    void collect();
    void land(CallPtr call, int code);
    void end(CallPtr call) noexcept;
    void cancelAll() noexcept;
    int patience() const;
};

void OutgoingClient::State::startThread() {
    requireLibrary();
    multi.reset(::curl_multi_init());
    if (!multi) {
        throw std::bad_alloc();
    }
    ::curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS,
                        static_cast<long>(limits::kOutgoingIdleConnectionMax));
    thread = std::thread([this] {
        run::nameThread("http-client");
        run();
    });
}

void OutgoingClient::State::run() {
    while (takeInbox()) {
        const Time now = Clock::now();
        if (now - swept >= limits::kOutgoingTick) {
            sweep(now);
        }
        int running = 0;
        ::curl_multi_perform(multi.get(), &running);
        collect();
        startDue();
        ::curl_multi_poll(multi.get(), nullptr, 0, patience(), nullptr);
    }
    cancelAll();
}

/// Nothing is lost by sleeping: a new call wakes the poll.
int OutgoingClient::State::patience() const {
    const bool is_idle = waiting.empty() && flying.empty();
    return is_idle ? 60'000 : static_cast<int>(limits::kOutgoingTick.count());
}

bool OutgoingClient::State::takeInbox() {
    const std::lock_guard lock(mutex);
    waiting.splice(waiting.end(), inbox);
    return !is_stopping;
}

Lane& OutgoingClient::State::laneOf(const Call& call) {
    const std::string key = call.request.caller + ' ' + call.target.origin();
    const auto known = lanes.find(key);
    if (known != lanes.end()) {
        return known->second;
    }
    if (lanes.size() >= limits::kOutgoingLaneCountMax) {
        std::erase_if(lanes, [](const auto& each) { return each.second.calls == 0; });
    }
    return lanes[key];
}

bool OutgoingClient::State::isOver(Call& call, Time now) {
    if (now >= call.request.deadline) {
        call.result.failure = OutgoingFailure::DeadlineExceeded;
        call.result.reason = call.result.attempts == 0 ? "there was no place for the call in time"
                                                       : "the server did not answer in time";
        return true;
    }
    if (call.is_abandoned && call.is_abandoned()) {
        call.result.failure = OutgoingFailure::Cancelled;
        call.result.reason = "nobody waits for the answer any more";
        return true;
    }
    return false;
}

void OutgoingClient::State::sweep(Time now) {
    swept = now;
    for (auto it = waiting.begin(); it != waiting.end();) {
        const auto at = it++;
        if (isOver(**at, now)) {
            CallPtr call = std::move(*at);
            waiting.erase(at);
            end(std::move(call));
        }
    }
    for (auto it = flying.begin(); it != flying.end();) {
        const auto at = it++;
        if (!isOver(*at->second, now)) {
            continue;
        }
        CallPtr call = std::move(at->second);
        ::curl_multi_remove_handle(multi.get(), at->first);
        flying.erase(at);
        --call->lane->in_flight;
        if (isServerFailure(call->result)) {
            call->lane->breaker.failed(now);
        } else {
            call->lane->breaker.forgotten();
        }
        end(std::move(call));
    }
}

void OutgoingClient::State::startDue() {
    const Time now = Clock::now();
    for (auto it = waiting.begin(); it != waiting.end();) {
        const auto at = it++;
        if (flying.size() >= limits::kOutgoingInFlightMax) {
            return;
        }
        Call& call = **at;
        if (call.lane == nullptr) {
            call.lane = &laneOf(call);
            ++call.lane->calls;
        }
        if (call.due > now || call.lane->in_flight >= settings.per_origin_max) {
            continue;
        }
        CallPtr owned = std::move(*at);
        waiting.erase(at);
        if (!owned->lane->breaker.admits(now)) {
            owned->result.failure = OutgoingFailure::BreakerOpen;
            owned->result.reason = "the last answers of " + owned->target.origin() +
                                   " were failures; it is left alone";
            end(std::move(owned));
        } else if (!start(owned)) {
            owned->lane->breaker.forgotten();
            end(std::move(owned));
        }
    }
}

bool OutgoingClient::State::start(CallPtr& call) {
    ++call->result.attempts;
    try {
        call->transfer = std::make_unique<Transfer>(call->request, call->target, settings);
        CURL* const handle = call->transfer->handle();
        Call& started = *call;
        flying.emplace(handle, std::move(call));
        ++started.lane->in_flight;
        if (::curl_multi_add_handle(multi.get(), handle) == CURLM_OK) {
            return true;
        }
        --started.lane->in_flight;
        call = std::move(flying.extract(handle).mapped());
    } catch (const std::bad_alloc&) {
        // Told below.
    }
    call->result.failure = OutgoingFailure::TooMany;
    call->result.reason = "there is no memory for another call";
    return false;
}

void OutgoingClient::State::collect() {
    int left = 0;
    while (CURLMsg* message = ::curl_multi_info_read(multi.get(), &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURL* const handle = message->easy_handle;
        const int code = message->data.result;  // The message is gone with the handle.
        ::curl_multi_remove_handle(multi.get(), handle);
        CallPtr call = std::move(flying.extract(handle).mapped());
        --call->lane->in_flight;
        land(std::move(call), code);
    }
}

void OutgoingClient::State::land(CallPtr call, int code) {
    const Time now = Clock::now();
    OutgoingResult& result = call->result;
    call->transfer->finish(code, result);
    if (isServerFailure(result)) {
        call->lane->breaker.failed(now);
    } else if (result.failure == OutgoingFailure::None) {
        call->lane->breaker.succeeded();
    } else {
        call->lane->breaker.forgotten();
    }
    if (isTransient(result) && result.attempts < call->request.attempts_max &&
        isRepeatable(call->request)) {
        const Time due = now + pauseAfter(result);
        if (due < call->request.deadline) {
            call->due = due;
            call->transfer.reset();
            waiting.push_back(std::move(call));
            return;
        }
    }
    end(std::move(call));
}

void OutgoingClient::State::end(CallPtr call) noexcept {
    call->transfer.reset();
    if (call->lane != nullptr) {
        --call->lane->calls;
    }
    call->result.took =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - call->begun);
    metrics.count(call->request.caller, call->result);
    {
        const std::lock_guard lock(mutex);
        --call_count;
    }
    call->done(std::move(call->result));
}

void OutgoingClient::State::cancelAll() noexcept {
    std::list<CallPtr> all;
    {
        const std::lock_guard lock(mutex);
        all.splice(all.end(), inbox);
    }
    all.splice(all.end(), waiting);
    for (auto& [handle, call] : flying) {
        ::curl_multi_remove_handle(multi.get(), handle);
        all.push_back(std::move(call));
    }
    flying.clear();
    for (CallPtr& call : all) {
        call->result.failure = OutgoingFailure::Cancelled;
        call->result.reason = "the host stops";
        end(std::move(call));
    }
}

OutgoingClient::OutgoingClient(OutgoingSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {}

OutgoingClient::~OutgoingClient() {
    stop();
}

OutgoingFailure OutgoingClient::send(OutgoingRequest request, IsAbandoned is_abandoned, Done done,
                                     std::string& reason) {
    auto call = std::make_unique<Call>();
    reason = problemOf(request);
    if (!reason.empty() || !call->target.parse(request.url, reason)) {
        return OutgoingFailure::InvalidRequest;
    }
    call->request = std::move(request);
    call->is_abandoned = std::move(is_abandoned);
    call->done = std::move(done);
    call->begun = call->due = Clock::now();
    State& state = *state_;
    const std::lock_guard lock(state.mutex);
    if (state.is_stopping) {
        reason = "the host stops";
        return OutgoingFailure::Cancelled;
    }
    if (state.call_count >= limits::kOutgoingCountMax) {
        reason = "too many calls to other servers are under way";
        return OutgoingFailure::TooMany;
    }
    if (!state.thread.joinable()) {
        state.startThread();
    }
    state.inbox.push_back(std::move(call));
    ++state.call_count;
    ::curl_multi_wakeup(state.multi.get());
    return OutgoingFailure::None;
}

void OutgoingClient::stop() noexcept {
    std::thread ended;
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_stopping = true;
        if (state_->multi) {
            ::curl_multi_wakeup(state_->multi.get());
        }
        ended.swap(state_->thread);
    }
    if (ended.joinable()) {
        ended.join();
    }
}

void OutgoingClient::write(metrics::Exposition& out) const {
    state_->metrics.write(out);
}

}  // namespace mortise::http
