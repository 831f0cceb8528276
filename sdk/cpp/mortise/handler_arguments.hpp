// handler_arguments: from one parameter type of a signature to its value.
//
// Argument<Scope, P> holds what parameter P needs for the time of the call and yields it with get(). A parameter type without
// a specialisation does not compile, and the message says what there is. Signature facts (does it wait, does it need a user, which
// path parameters does it name) come from the same specialisations, so registration and call cannot disagree.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/cache.hpp"
#include "mortise/clock.hpp"
#include "mortise/db.hpp"
#include "mortise/deadline.hpp"
#include "mortise/handler_facts.hpp"
#include "mortise/handler_request.hpp"
#include "mortise/handler_scope.hpp"
#include "mortise/http_client.hpp"
#include "mortise/identity.hpp"
#include "mortise/jobs.hpp"
#include "mortise/operations.hpp"
#include "mortise/tasks.hpp"
#include "mortise/trace.hpp"

namespace mortise::detail {

/// Services made from the unit of work alone.
template <class T>
concept UnitService = std::same_as<T, Db> || std::same_as<T, AsyncDb> ||
    std::same_as<T, Operations> || std::same_as<T, Jobs> || std::same_as<T, Tasks> ||
    std::same_as<T, Identity> || std::same_as<T, Log> || std::same_as<T, Deadline> ||
    std::same_as<T, Clock> || std::same_as<T, HttpClient> || std::same_as<T, AsyncHttpClient> ||
    std::same_as<T, Trace> || std::same_as<T, Cache>;

template <class T>
inline constexpr bool kWaits =
    std::same_as<T, Db> || std::same_as<T, Jobs> || std::same_as<T, HttpClient>;

template <class S, class P>
requires UnitService<std::remove_cvref_t<P>>
struct Argument<S, P> {
    using Service = std::remove_cvref_t<P>;
    static void describe(SignatureFacts& facts) { facts.waits = facts.waits || kWaits<Service>; }
    explicit Argument(S& scope) : service(scope.unit) {}
    Service& get() { return service; }
    Service service;
};

template <class S>
struct Argument<S, const Principal*> {
    static void describe(SignatureFacts&) {}
    explicit Argument(S& scope) {
        if (scope.principal != nullptr) {
            principal.emplace(*scope.principal);
        }
    }
    const Principal* get() const { return principal ? &*principal : nullptr; }
    std::optional<Principal> principal;
};

template <class S, class P>
requires std::same_as<P, const Principal&> || std::same_as<P, Principal>
struct Argument<S, P> {
    static void describe(SignatureFacts& facts) { facts.needs_user = true; }
    explicit Argument(S& scope) {
        // For requests the host has checked it; an operation may be called on behalf of nobody.
        if (scope.principal == nullptr) {
            throw UnauthorizedError();
        }
        principal.emplace(*scope.principal);
    }
    const Principal& get() const { return *principal; }
    std::optional<Principal> principal;
};

/// Input of an operation: any struct with a schema, or Body<T>. A struct that provides itself is not asked of the caller.
template <class P>
requires(Described<std::remove_cvref_t<P>> && !SelfProviding<std::remove_cvref_t<P>>) ||
    kIsA<std::remove_cvref_t<P>, Body> struct Argument<OperationScope, P> {
    using Value = std::remove_cvref_t<P>;
    static void describe(SignatureFacts&) {}
    explicit Argument(OperationScope& scope) {
        const JsonValue root = JsonValue::root(scope.invocation->json);
        if constexpr (kIsA<Value, Body>) {
            input.value = fromJson<TakenValue<P>>(root, scope.violations);
        } else {
            input = fromJson<Value>(root, scope.violations);
        }
    }
    Value& get() { return input; }
    Value input{};
};

template <class P>
requires std::same_as<std::remove_cvref_t<P>, Caller>
struct Argument<OperationScope, P> {
    static void describe(SignatureFacts&) {}
    explicit Argument(OperationScope& scope) : caller(*scope.invocation) {}
    Caller& get() { return caller; }
    Caller caller;
};

template <class P>
requires kIsA<std::remove_cvref_t<P>, Args>
struct Argument<JobScope, P> {
    static void describe(SignatureFacts& facts) {
        facts.takes_body = true;
        facts.body_schema = standaloneSchema<TakenValue<P>>();
    }
    explicit Argument(JobScope& scope) {
        args.value = fromJson<TakenValue<P>>(JsonValue::root(scope.job->json), scope.violations);
    }
    auto& get() { return args; }
    std::remove_cvref_t<P> args;
};

template <class P>
requires std::same_as<std::remove_cvref_t<P>, JobRun>
struct Argument<JobScope, P> {
    static void describe(SignatureFacts&) {}
    explicit Argument(JobScope& scope) : run(*scope.unit.host, *scope.job) {}
    JobRun& get() { return run; }
    JobRun run;
};

/// All arguments of one call, made in the order of the signature, in place: nothing needs to be movable.
template <class S, class Indexes, class... P>
struct ArgumentList;

/// Leaves it to the caller to ask for violations.
struct Unchecked {};

template <class S, std::size_t I, class P>
struct ArgumentAt : Argument<S, P> {
    using Argument<S, P>::Argument;
};

template <class S, std::size_t... I, class... P>
struct ArgumentList<S, std::index_sequence<I...>, P...> : ArgumentAt<S, I, P>... {
    explicit ArgumentList([[maybe_unused]] S& scope) : ArgumentAt<S, I, P>(scope)... {
        scope.throwIfInvalid();
    }
    ArgumentList([[maybe_unused]] S& scope, Unchecked) : ArgumentAt<S, I, P>(scope)... {}

    template <class Object, class Member>
    decltype(auto) call(Object& object, Member member) {
        return (object.*member)(pass<P>(ArgumentAt<S, I, P>::get())...);
    }

    /// Calls a function that is no member.
    template <class Function>
    decltype(auto) apply(Function& function) {
        return function(pass<P>(ArgumentAt<S, I, P>::get())...);
    }

private:
    /// A parameter by value takes the value over, a reference refers into this list.
    template <class Parameter, class Value>
    static decltype(auto) pass(Value&& value) {
        if constexpr (std::is_pointer_v<Parameter>) {
            return Parameter(value);
        } else if constexpr (std::is_reference_v<Parameter>) {
            return static_cast<Parameter>(value);
        } else {
            return static_cast<std::remove_cvref_t<Parameter>&&>(
                const_cast<std::remove_cvref_t<Parameter>&>(value));
        }
    }
};

template <class S, class... P>
using Arguments = ArgumentList<S, std::index_sequence_for<P...>, P...>;

template <class S, class... P>
SignatureFacts describeSignature(SchemaCollector& collector) {
    SignatureFacts facts(collector);
    (Argument<S, P>::describe(facts), ...);
    return facts;
}

}  // namespace mortise::detail
