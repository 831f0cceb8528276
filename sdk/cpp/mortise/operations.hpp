// operations: named calls from one plugin to another, JSON in and JSON out, both sides typed by their schemas.
//
// `operations.call<User>("users.find_user", query)` works when plugin.json lists the operation under "calls". The provider
// has a transaction of its own, so call before the first statement or after commitNow(): a caller that holds a database lease
// gets HostError LEASE_NESTED. An AppError the provider throws is thrown here with its code, status and message.
#pragma once

#include <coroutine>
#include <string>
#include <string_view>

#include "mortise/host.hpp"
#include "mortise/host_json.hpp"
#include "mortise/operations.h"
#include "mortise/request.hpp"

namespace mortise {

/// Provider's side: who called.
class Caller {
public:
    explicit Caller(const mortise_invocation& raw) : raw_(&raw) {}
    /// Name of the calling plugin.
    std::string_view plugin() const noexcept { return detail::view(raw_->caller); }
    std::string_view operation() const noexcept { return detail::view(raw_->operation); }

private:
    const mortise_invocation* raw_;
};

namespace detail {

/// Waits for the answer of an asynchronous call.
template <class Out>
class OperationAwaiter {
public:
    OperationAwaiter(const Unit& unit, std::string_view operation, std::string input)
        : unit_(unit), operation_(operation), input_(std::move(input)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        status_ = need(unit_.host->tables().operations, MORTISE_OPERATIONS_INTERFACE)
                      .call_async(unit_.context, str(operation_), str(input_), &done, this,
                                  failure_.out());
        return status_ == MORTISE_OK;
    }
    Out await_resume() {
        check(status_, failure_);
        return readOutput<Out>(*unit_.host, output_);
    }

private:
    static void done(void* self, mortise_status status, mortise_str output,
                     const mortise_error* error) {
        auto& awaiter = *static_cast<OperationAwaiter*>(self);
        awaiter.status_ = status;
        try {
            awaiter.output_ = view(output);
        } catch (const std::bad_alloc&) {
            awaiter.status_ = MORTISE_EXHAUSTED;
        }
        copyFailure(awaiter.failure_, error);
        awaiter.waiter_.resume();
    }

    Unit unit_;
    std::string operation_;
    std::string input_;
    std::string output_;
    mortise_status status_ = MORTISE_INTERNAL;
    Failure failure_;
    std::coroutine_handle<> waiter_;
};

}  // namespace detail

/// Caller's side.
class Operations {
public:
    explicit Operations(const Unit& unit) : unit_(unit) {}

    /// Calls and waits. `input` and Out have a schema; Out may be void to drop the answer.
    template <class Out, class In>
    Out call(std::string_view operation, const In& input) const {
        detail::refuseOnReactor(unit_, "Operations::call()");
        const std::string text = toPluginJson(input);
        std::string output;
        detail::Failure failure;
        detail::check(detail::need(unit_.host->tables().operations, MORTISE_OPERATIONS_INTERFACE)
                          .call(unit_.context, detail::str(operation), detail::str(text), &keep,
                                &output, failure.out()),
                      failure);
        return detail::readOutput<Out>(*unit_.host, output);
    }

    /// To be awaited: `co_await operations.callAsync<User>("users.find_user", query)`.
    template <class Out, class In>
    detail::OperationAwaiter<Out> callAsync(std::string_view operation, const In& input) const {
        return detail::OperationAwaiter<Out>(unit_, operation, toPluginJson(input));
    }

private:
    static void keep(void* output, mortise_status, mortise_str text, const mortise_error*) {
        try {
            *static_cast<std::string*>(output) = detail::view(text);
        } catch (const std::bad_alloc&) {
            // The empty answer that remains does not parse, which the caller is told.
        }
    }

    Unit unit_;
};

}  // namespace mortise
