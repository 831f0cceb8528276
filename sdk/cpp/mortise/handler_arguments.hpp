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

#include "mortise/db.hpp"
#include "mortise/deadline.hpp"
#include "mortise/handler_facts.hpp"
#include "mortise/handler_files.hpp"
#include "mortise/handler_form.hpp"
#include "mortise/handler_scope.hpp"
#include "mortise/identity.hpp"
#include "mortise/jobs.hpp"
#include "mortise/operations.hpp"
#include "mortise/tasks.hpp"

namespace mortise::detail {

/// Services made from the unit of work alone.
template <class T>
concept UnitService = std::same_as<T, Db> || std::same_as<T, AsyncDb> ||
    std::same_as<T, Operations> || std::same_as<T, Jobs> || std::same_as<T, Tasks> ||
    std::same_as<T, Identity> || std::same_as<T, Log> || std::same_as<T, Deadline>;

template <class T>
inline constexpr bool kWaits = std::same_as<T, Db> || std::same_as<T, Jobs>;

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

template <class P>
requires std::same_as<std::remove_cvref_t<P>, Request>
struct Argument<RequestScope, P> {
    static void describe(SignatureFacts&) {}
    explicit Argument(RequestScope& scope) : request(*scope.request) {}
    Request& get() { return request; }
    Request request;
};

template <class P>
inline constexpr bool kIsPath = false;
template <FixedText kName, class T>
inline constexpr bool kIsPath<Path<kName, T>> = true;

template <class P>
struct PathTraits;
template <FixedText kName, class T>
struct PathTraits<Path<kName, T>> {
    static constexpr std::string_view kText = kName.view();
    using Type = T;
};

template <class T>
constexpr std::string_view pathType() {
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
        return "int";
    } else if constexpr (std::same_as<T, Uuid>) {
        return "uuid";
    } else if constexpr (kIsStrongId<T>) {
        return pathType<typename T::Representation>();
    } else if constexpr (kIsConstrained<T>) {
        return pathType<typename T::Value>();
    } else {
        return "";
    }
}

template <class P>
requires kIsPath<std::remove_cvref_t<P>>
struct Argument<RequestScope, P> {
    using Value = std::remove_cvref_t<P>;
    using Traits = PathTraits<Value>;
    static void describe(SignatureFacts& facts) {
        facts.path_uses.push_back({Traits::kText, pathType<typename Traits::Type>()});
    }
    explicit Argument(RequestScope& scope) {
        const std::uint32_t position = scope.nextPath();
        path.value = fromText<typename Traits::Type>(
            Traits::kText, view(scope.request->path_params[position].value), scope.violations);
    }
    Value& get() { return path; }
    Value path;
};

template <class P, template <class> class Template>
inline constexpr bool kIsA = false;
template <class T, template <class> class Template>
inline constexpr bool kIsA<Template<T>, Template> = true;

template <class P>
using TakenValue = decltype(std::remove_cvref_t<P>::value);

/// The names of the parameters writeQueryParameters() documents.
template <class T>
void collectQueryNames(std::vector<std::string_view>& names) {
    if constexpr (requires { typename T::Parameters; }) {
        collectQueryNames<typename T::Parameters>(names);
    } else {
        schemaOf<T>().forEach([&](const auto& field) { names.push_back(field.name); });
    }
}

template <class P>
requires kIsA<std::remove_cvref_t<P>, Query>
struct Argument<RequestScope, P> {
    static void describe(SignatureFacts& facts) {
        SignatureFacts::QueryUse use;
        collectQueryNames<TakenValue<P>>(use.names);
        JsonWriter writer(use.json);
        writer.beginArray();
        writeQueryParameters<TakenValue<P>>(writer, *facts.schemas);
        writer.endArray();
        facts.query_uses.push_back(std::move(use));
    }
    explicit Argument(RequestScope& scope) {
        query.value = fromPairs<TakenValue<P>>(
            Pairs{scope.request->query_params, scope.request->query_param_count}, scope.violations);
    }
    auto& get() { return query; }
    std::remove_cvref_t<P> query;
};

template <class P>
requires kIsA<std::remove_cvref_t<P>, Body>
struct Argument<RequestScope, P> {
    static void describe(SignatureFacts& facts) { facts.takeBody<TakenValue<P>>(); }
    explicit Argument(RequestScope& scope) {
        body.value =
            fromJson<TakenValue<P>>(JsonValue::root(scope.request->json), scope.violations);
    }
    auto& get() { return body; }
    std::remove_cvref_t<P> body;
};

/// Whether the schema refuses fields it does not name.
template <class T>
bool isClosedForm() {
    if constexpr (Described<T>) {
        return schemaOf<T>().forbidsUnknown();
    } else {
        return false;
    }
}

template <class P>
requires kIsA<std::remove_cvref_t<P>, Form>
struct Argument<RequestScope, P> {
    static void describe(SignatureFacts& facts) {
        facts.takeBody<TakenValue<P>>();
        facts.takes_form = true;
        facts.form_is_closed = isClosedForm<TakenValue<P>>();
    }
    explicit Argument(RequestScope& scope) {
        using T = TakenValue<P>;
        const Request request(*scope.request);
        if (request.json() != nullptr) {
            form.value = fromJson<T>(JsonValue::root(request.json()), scope.violations);
        } else if (isMultipartType(request.header("content-type").value_or(""))) {
            form.value = fromPairs<T>(formOf(scope).fields(), scope.violations);
        } else {
            const FormFields fields(request.body());
            form.value = fromPairs<T>(fields.pairs(), scope.violations);
        }
    }
    auto& get() { return form; }
    std::remove_cvref_t<P> form;
};

/// Input of an operation: any struct with a schema, or Body<T>.
template <class P>
requires Described<std::remove_cvref_t<P>> || kIsA<std::remove_cvref_t<P>, Body>
struct Argument<OperationScope, P> {
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
