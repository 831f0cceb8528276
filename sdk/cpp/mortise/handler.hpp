// handler: member functions as the C callbacks of the contract.
//
// Binding<Object, R, P...> is what the host gets back as `handler_context`: the object, the member function, and what was
// found out about both when declare() ran. Its static functions are the C callbacks. Each makes the arguments, calls the
// member, sends the result, and lets no exception out.
//
//   plain function        serve()       arguments -> call -> respond(), all before it returns
//   coroutine (Task<R>)   serveLater()  the same inside a Detached coroutine; finish() comes last, when its frame is gone
//
// A binding is made once and never changed afterwards, so any number of threads use it at once.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/declare.h"
#include "mortise/handler_arguments.hpp"
#include "mortise/handler_header.hpp"
#include "mortise/handler_provided.hpp"
#include "mortise/handler_query.hpp"
#include "mortise/handler_results.hpp"
#include "mortise/handler_values.hpp"
#include "mortise/task.hpp"

namespace mortise::detail {

/// Keeps bindings of all kinds alive until the plugin is destroyed.
class BindingBase {
public:
    BindingBase() = default;
    BindingBase(const BindingBase&) = delete;
    BindingBase& operator=(const BindingBase&) = delete;
    virtual ~BindingBase() = default;

    Wiring wiring;
    /// What providers make before the handler runs.
    std::vector<PlannedValue> plan;
};

/// Ends an asynchronous request.
struct RequestEnd {
    const mortise_request_api* api;
    mortise_request* request;
    mortise_status status;
    Failure failure;

    void operator()() const {
        api->finish(request, status, status == MORTISE_OK ? nullptr : &failure);
    }
};

/// Ends an asynchronous operation.
struct OperationEnd {
    const mortise_operations* api;
    mortise_invocation* invocation;
    mortise_status status;
    Failure failure;

    void operator()() const {
        api->complete(invocation, status, status == MORTISE_OK ? nullptr : &failure);
    }
};

template <class R, class... P>
inline constexpr bool kCoroutineWaits = kIsTask<R> && ((kWaits<std::remove_cvref_t<P>>) || ...);

/// The part of a route's binding that does not depend on the signature.
class RouteBindingBase : public BindingBase {
public:
    explicit RouteBindingBase(const Host& owner) : host(&owner) {}

    const Host* host;
    RouteSettings settings;
    bool reads_only = false;
    /// Coroutines and inline routes.
    bool on_reactor = false;

protected:
    void enter(RequestScope& scope, mortise_request* request) const {
        scope.unit = Unit{host, request->context, on_reactor, reads_only};
        scope.principal = request->principal;
        scope.request = request;
    }
};

template <class Object, class Member, class R, class... P>
class RouteBinding final : public RouteBindingBase {
    static_assert(!kCoroutineWaits<R, P...>,
                  "a coroutine runs on the reactor and must not wait: take AsyncDb& instead of "
                  "Db&, and enqueue jobs from "
                  "a blocking handler");
    static_assert(kIsTask<R> || !kIsSentLater<SentResult<R>>,
                  "AsyncStream is the answer of a coroutine: return Task<AsyncStream>, or Stream");
    static_assert(!kIsTask<R> || !kWaitsToSend<SentResult<R>>,
                  "Stream waits for its client: return AsyncStream from a coroutine");

public:
    RouteBinding(const Host& owner, Object& object, Member member)
        : RouteBindingBase(owner), object_(object), member_(member) {}

    static constexpr mortise_request_handler callback() {
        if constexpr (kIsTask<R>) {
            return &RouteBinding::startServing;
        } else {
            return &RouteBinding::serve;
        }
    }

private:
    using Sent = SentResult<R>;

    static mortise_status serve(void* raw, mortise_request* request,
                                mortise_error* error) noexcept {
        auto& self = *static_cast<RouteBinding*>(raw);
        RequestScope scope;
        self.enter(scope, request);
        try {
            const ProvidedValues provided(scope, self.plan);
            scope.wire(self.wiring);
            Arguments<RequestScope, P...> arguments(scope);
            provided.make();
            if constexpr (std::is_void_v<R>) {
                arguments.call(self.object_, self.member_);
                return sendResult(scope, self.settings, NoContent(), error);
            } else {
                return sendResult<Sent>(scope, self.settings,
                                        arguments.call(self.object_, self.member_), error);
            }
        } catch (...) {  // everything ends in reportRequest()
            return reportRequest(scope, error);
        }
    }

    static mortise_status startServing(void* raw, mortise_request* request,
                                       mortise_error* error) noexcept {
        auto& self = *static_cast<RouteBinding*>(raw);
        try {
            serveLater(self, request);
            return MORTISE_OK;
        } catch (...) {  // only the frame itself can fail: its body catches everything
            return fail(error, MORTISE_EXHAUSTED, "", "no memory for a coroutine");
        }
    }

    static Detached<RequestEnd> serveLater(RouteBinding& self, mortise_request* request) {
        RequestEnd end{self.host->tables().request, request, MORTISE_INTERNAL, {}};
        RequestScope scope;
        self.enter(scope, request);
        try {
            const ProvidedValues provided(scope, self.plan);
            scope.wire(self.wiring);
            Arguments<RequestScope, P...> arguments(scope);
            if (!provided.isEmpty()) {
                co_await provided.makeLater();
            }
            if constexpr (std::is_void_v<typename TaskValue<R>::type>) {
                co_await arguments.call(self.object_, self.member_);
                end.status = sendResult(scope, self.settings, NoContent(), end.failure.out());
            } else {
                const auto value = co_await arguments.call(self.object_, self.member_);
                if constexpr (kIsSentLater<Sent>) {
                    end.status = co_await Result<Sent>::sendLater(scope, value, end.failure.out());
                } else {
                    end.status = sendResult<Sent>(scope, self.settings, value, end.failure.out());
                }
            }
        } catch (...) {  // everything ends in reportRequest()
            end.status = reportRequest(scope, end.failure.out());
        }
        co_return end;
    }

    Object& object_;
    Member member_;
};

template <class Object, class Member, class R, class... P>
class OperationBinding final : public BindingBase {
    static_assert(
        !kCoroutineWaits<R, P...>,
        "a coroutine runs on the reactor and must not wait: take AsyncDb& instead of Db&");

public:
    OperationBinding(const Host& host, Object& object, Member member)
        : host_(host), object_(object), member_(member) {}

    static constexpr mortise_operation_handler callback() {
        if constexpr (kIsTask<R>) {
            return &OperationBinding::startServing;
        } else {
            return &OperationBinding::serve;
        }
    }

private:
    using Value = typename TaskValue<R>::type;

    void enter(OperationScope& scope, mortise_invocation* invocation) const {
        scope.unit = Unit{&host_, invocation->context, kIsTask<R>, false};
        scope.principal = invocation->principal;
        scope.invocation = invocation;
    }

    static mortise_status reply(const OperationScope& scope, std::string_view output,
                                mortise_error* error) {
        return need(scope.unit.host->tables().operations, MORTISE_OPERATIONS_INTERFACE)
            .reply(scope.invocation, str(output), error);
    }

    static mortise_status report(const OperationScope& scope, mortise_error* error) noexcept {
        return reportCurrent(scope, "operation.unhandled_error", error,
                             [&](const AppError& failure) { return failWith(error, failure); });
    }

    static mortise_status serve(void* raw, mortise_invocation* invocation,
                                mortise_error* error) noexcept {
        auto& self = *static_cast<OperationBinding*>(raw);
        OperationScope scope;
        self.enter(scope, invocation);
        try {
            const ProvidedValues provided(scope, self.plan);
            scope.wire(self.wiring);
            Arguments<OperationScope, P...> arguments(scope);
            provided.make();
            if constexpr (std::is_void_v<Value>) {
                arguments.call(self.object_, self.member_);
                return reply(scope, "{}", error);
            } else {
                return reply(scope, toPluginJson(arguments.call(self.object_, self.member_)),
                             error);
            }
        } catch (...) {  // everything ends in report()
            return report(scope, error);
        }
    }

    static mortise_status startServing(void* raw, mortise_invocation* invocation,
                                       mortise_error* error) noexcept {
        auto& self = *static_cast<OperationBinding*>(raw);
        try {
            serveLater(self, invocation);
            return MORTISE_OK;
        } catch (...) {  // only the frame itself can fail: its body catches everything
            return fail(error, MORTISE_EXHAUSTED, "", "no memory for a coroutine");
        }
    }

    static Detached<OperationEnd> serveLater(OperationBinding& self,
                                             mortise_invocation* invocation) {
        OperationEnd end{self.host_.tables().operations, invocation, MORTISE_INTERNAL, {}};
        OperationScope scope;
        self.enter(scope, invocation);
        try {
            const ProvidedValues provided(scope, self.plan);
            scope.wire(self.wiring);
            Arguments<OperationScope, P...> arguments(scope);
            if (!provided.isEmpty()) {
                co_await provided.makeLater();
            }
            if constexpr (std::is_void_v<Value>) {
                co_await arguments.call(self.object_, self.member_);
                end.status = reply(scope, "{}", end.failure.out());
            } else {
                const auto value = co_await arguments.call(self.object_, self.member_);
                end.status = reply(scope, toPluginJson(value), end.failure.out());
            }
        } catch (...) {  // everything ends in report()
            end.status = report(scope, end.failure.out());
        }
        co_return end;
    }

    const Host& host_;
    Object& object_;
    Member member_;
};

}  // namespace mortise::detail

#include "mortise/handler_job.hpp"
