// handler_request: what a handler takes from the path, the query and the body.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/handler_facts.hpp"
#include "mortise/handler_files.hpp"
#include "mortise/handler_form.hpp"
#include "mortise/handler_scope.hpp"

namespace mortise::detail {

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

/// Whether the schema refuses fields it does not name.
template <class T>
bool isClosed() {
    if constexpr (Described<T>) {
        return schemaOf<T>().forbidsUnknown();
    } else {
        return false;
    }
}

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
        use.is_closed = isClosed<TakenValue<P>>();
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

template <class P>
requires kIsA<std::remove_cvref_t<P>, Form>
struct Argument<RequestScope, P> {
    static void describe(SignatureFacts& facts) {
        facts.takeBody<TakenValue<P>>();
        facts.takes_form = true;
        facts.form_is_closed = isClosed<TakenValue<P>>();
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

}  // namespace mortise::detail
