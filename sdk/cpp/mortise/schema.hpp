// Everything about DTOs in one include: declare them with object<T>(), read and write them with the functions below.
//
//     NoteCreate note = mortise::fromJson<NoteCreate>(JsonValue::root(request.json));   // throws a 422 with all fields
//     std::string data = mortise::toJson(NoteResponse{...});
//     NoteQuery query = mortise::fromPairs<NoteQuery>(pairs, violations);               // binding.hpp
//     std::string text = mortise::standaloneSchema<NoteCreate>();                       // schema_text.hpp
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mortise/binding.hpp"
#include "mortise/codec_object.hpp"
#include "mortise/errors.hpp"
#include "mortise/object_schema.hpp"
#include "mortise/schema_example.hpp"
#include "mortise/schema_text.hpp"

namespace mortise {

/// Reads a T. What is wrong goes to `violations`; use the result only when nothing was added. A missing document (no body) is
/// one violation of the whole.
template <class Type>
Type fromJson(JsonValue value, Violations& violations) {
    Type out{};
    if (!value) {
        violations.add("A JSON body is required");
        return out;
    }
    const FieldRules no_rules;
    Codec<Type>::read(value, out, {no_rules}, violations);
    return out;
}

/// As above; throws ValidationError (422) with the messages of all failing fields.
template <class Type>
Type fromJson(JsonValue value) {
    Violations violations;
    Type out = fromJson<Type>(value, violations);
    if (!violations.empty()) {
        throw ValidationError(violations);
    }
    return out;
}

/// Appends the JSON of a value. For Audience::Client secrets do not compile and writeOnly() fields are left out.
template <Audience kAudience = Audience::Client, class Type>
void appendJson(std::string& out, const Type& value) {
    JsonWriter writer(out);
    Codec<Type>::template write<kAudience>(writer, value);
}

/// The JSON of a value, for clients.
template <class Type>
std::string toJson(const Type& value) {
    std::string out;
    appendJson<Audience::Client>(out, value);
    return out;
}

/// The JSON of a value for another plugin of the same host: secrets and writeOnly() fields included.
template <class Type>
std::string toPluginJson(const Type& value) {
    std::string out;
    appendJson<Audience::Plugin>(out, value);
    return out;
}

namespace detail {
template <class Type>
inline constexpr bool kIsOptional = false;
template <class Type>
inline constexpr bool kIsOptional<std::optional<Type>> = true;
}  // namespace detail

/// Fails to compile unless T can be the `data` of a success envelope, which is always an object.
template <class Type>
constexpr void assertResponseData() {
    static_assert(!detail::kIsVector<Type>,
                  "the data of an answer is an object, never a raw array: return Page<T>, "
                  "CursorPage<T> or a DTO with `items`");
    static_assert(!detail::kIsOptional<Type>,
                  "the data of an answer is never null: throw NotFoundError instead of returning "
                  "an empty optional");
    static_assert(
        !std::is_arithmetic_v<Type> && !std::is_enum_v<Type> && !detail::kHasText<Type>,
        "the data of an answer is an object, never a scalar: wrap it in a DTO with a schema()");
    static_assert(
        detail::kIsVector<Type> || detail::kIsOptional<Type> || Described<Type> ||
            detail::kIsTextMap<Type> || detail::kIsVariant<Type> || std::is_same_v<Type, Json> ||
            requires { typename Type::ListedItem; },
        "the data of an answer needs a struct with `static auto schema()`");
}

}  // namespace mortise
