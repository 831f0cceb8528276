// handler_facts: what a signature says about its route, operation or job type, found out once, at registration.
//
// Every Argument<Scope, P> has a static describe(facts) beside its constructor, so registration and call cannot disagree: one
// specialisation says which path parameters it names, whether it waits, whether it needs a user, and reads them later.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "mortise/handler_scope.hpp"
#include "mortise/schema.hpp"

namespace mortise {

/// A type that says itself how it is made: a handler takes it as `const T&`.
template <class T>
concept SelfProviding = std::is_class_v<T> && requires {
    &T::provide;
};

namespace detail {

/// Name of a type as people write it, for messages at load.
template <class T>
constexpr std::string_view typeName() noexcept {
    // g++ and clang both write "... [with T = notes::Note; ...]" or "... [T = notes::Note]".
    const std::string_view text = __PRETTY_FUNCTION__;
    const std::size_t start = text.find("T = ") + 4;
    return text.substr(start, text.find_first_of(";]", start) - start);
}

class Provider;

/// What a signature says about what it handles.
struct SignatureFacts {
    struct PathUse {
        std::string_view name;
        /// "int", "uuid" or empty.
        std::string_view type;
    };
    struct QueryUse {
        std::vector<std::string_view> names;
        /// OpenAPI Parameter Objects as one JSON array.
        std::string json;
        /// The schema refuses parameters it does not name.
        bool is_closed = false;
    };
    /// A header field or a cookie.
    struct NamedUse {
        /// "header" or "cookie", as OpenAPI says.
        std::string_view place;
        std::string_view name;
        /// OpenAPI Parameter Object.
        std::string json;
    };
    struct FileUse {
        std::string_view name;
        bool is_required = true;
        bool is_list = false;
    };

    struct ProvidedUse {
        const std::type_info* type;
        std::string_view name;
        /// Makes the provider of a type that provides itself; nullptr for others.
        std::unique_ptr<Provider> (*make)(SchemaCollector&);
    };
    struct ServiceUse {
        const std::type_info* type;
        std::string_view name;
    };

    explicit SignatureFacts(SchemaCollector& collector) : schemas(&collector) {}

    SchemaCollector* schemas;
    std::vector<PathUse> path_uses;
    std::vector<QueryUse> query_uses;
    std::vector<NamedUse> named_uses;
    std::vector<FileUse> file_uses;
    std::vector<ProvidedUse> provided_uses;
    std::vector<ServiceUse> service_uses;
    /// Sets of roles; the user needs one of each set.
    std::vector<std::vector<std::string>> role_sets;
    /// JSON Schema of the body, the input or the arguments; empty when there is none.
    std::string body_schema;
    bool takes_body = false;
    bool takes_form = false;
    /// The schema of the form refuses fields it does not name.
    bool form_is_closed = false;
    bool needs_user = false;
    /// Takes something that waits, so it can run neither inline nor as a coroutine.
    bool waits = false;

    template <class T>
    void takeBody() {
        takes_body = true;
        body_schema = schemaUse<T>(*schemas);
    }

    /// Adds a header field or a cookie of type T.
    template <class T>
    void takeNamed(std::string_view place, std::string_view name) {
        named_uses.push_back({place, name, parameterObject<T>(place, name)});
    }

    /// Adds one parameter of the query of type T.
    template <class T>
    void takeQueryParam(std::string_view name) {
        query_uses.push_back({{name}, "[" + parameterObject<T>("query", name) + "]"});
    }

private:
    template <class T>
    std::string parameterObject(std::string_view place, std::string_view name) {
        std::string json;
        JsonWriter writer(json);
        writer.beginObject();
        writer.member("name", name);
        writer.member("in", place);
        writer.member("required", !kIsNullable<T> && !kIsVector<T>);
        writer.key("schema");
        writer.raw(schemaUse<PresentOf<T>>(*schemas));
        writer.endObject();
        return json;
    }
};

template <class>
inline constexpr bool kUnknownParameter = false;

/// The parameter types of no specialisation.
template <class Scope, class P>
struct Argument {
    using Unknown = P;
    static void describe(SignatureFacts&) {
        static_assert(
            kUnknownParameter<P>,
            "this parameter type cannot be resolved. Requests: Path<\"name\", T>, Query<T>, "
            "QueryParam<\"name\", T>, "
            "Header<\"x-name\", T>, Cookie<\"name\", T>, Body<T>, Form<T>, File<\"name\">, "
            "Files<\"name\">, "
            "Request&. "
            "Operations: const In& with a schema, const Caller&. "
            "Jobs: Args<T>, JobRun&. Everywhere: const Principal*, const Principal& and "
            "RoleUser<\"role\"> (not in jobs), Provided<T>, const T& where T has a static "
            "provide(), Db&, AsyncDb&, Operations&, Jobs&, Tasks&, "
            "Identity&, HttpClient&, AsyncHttpClient&, Cache&, Trace&, Clock&, Log&, Deadline, "
            "Service<T>");
    }
    explicit Argument(Scope&);
    std::remove_cvref_t<P>& get();
};

/// Whether handlers of this scope can take the parameter.
template <class Scope, class P>
concept Resolvable = !requires {
    typename Argument<Scope, P>::Unknown;
};

}  // namespace detail

}  // namespace mortise
