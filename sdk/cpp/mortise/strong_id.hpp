// StrongId: an identifier that cannot be taken for another one.
//
//     using UserId = mortise::StrongId<struct UserTag>;                  // a number, the usual key of a table
//     using DeviceId = mortise::StrongId<struct DeviceTag, mortise::Uuid>;
//
// It is its number or UUID everywhere outside of the code: in JSON, in a path or query, in SQL, in a log. Inside, mixing up two
// kinds of identifiers does not compile, and neither does arithmetic.
#pragma once

#include <charconv>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "mortise/uuid.hpp"

namespace mortise {

template <class Tag, class Value = std::int64_t>
class StrongId {
    static_assert(std::is_same_v<Value, Uuid> ||
                      (std::integral<Value> && !std::same_as<Value, bool>),
                  "a StrongId holds an integer or a Uuid");

public:
    using Representation = Value;

    /// 0 or the nil UUID.
    constexpr StrongId() = default;
    constexpr explicit StrongId(Value value) noexcept : value_(value) {}

    constexpr Value value() const noexcept { return value_; }

    /// Reads the text of the number or UUID.
    static std::optional<StrongId> parse(std::string_view text) noexcept {
        if constexpr (std::same_as<Value, Uuid>) {
            const auto uuid = Uuid::parse(text);
            return uuid ? std::optional(StrongId(*uuid)) : std::nullopt;
        } else {
            Value value = 0;
            const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
            return whole ? std::optional(StrongId(value)) : std::nullopt;
        }
    }

    std::string toString() const {
        if constexpr (std::same_as<Value, Uuid>) {
            return value_.toString();
        } else {
            return std::to_string(value_);
        }
    }

    friend constexpr bool operator==(StrongId, StrongId) = default;
    friend constexpr std::strong_ordering operator<=>(StrongId, StrongId) = default;

private:
    Value value_{};
};

template <class Type>
inline constexpr bool kIsStrongId = false;
template <class Tag, class Value>
inline constexpr bool kIsStrongId<StrongId<Tag, Value>> = true;

}  // namespace mortise

template <class Tag, class Value>
struct std::hash<mortise::StrongId<Tag, Value>> {
    std::size_t operator()(mortise::StrongId<Tag, Value> id) const noexcept {
        return std::hash<Value>()(id.value());
    }
};
