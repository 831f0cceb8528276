// Level, Field and Context: what a log record is made of. Borrowed views; Log copies everything
// before it returns.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

#include "base/trace_ids.hpp"

namespace mortise::log {

/// The numbers are those of sdk/include/mortise/log.h.
enum class Level : std::uint8_t { Debug = 1, Info, Warning, Error, Critical, Off };

/// Lower-case name as it stands in records and settings.
std::string_view nameOf(Level level) noexcept;
/// Empty when the text names no level.
std::optional<Level> levelOf(std::string_view name) noexcept;

/// The numbers are those of sdk/include/mortise/log.h.
enum class FieldKind : std::uint8_t { Text = 0, Integer, Number, Boolean };

/// A key with one value: `{"port", 8000}`, `{"reason", error.what()}`, `{"duration_ms", 1.25}`.
struct Field {
    std::string_view key;
    FieldKind kind = FieldKind::Text;
    std::string_view text;
    std::int64_t integer = 0;
    double number = 0;

    constexpr Field(std::string_view field_key, std::string_view value) noexcept
        : key(field_key), text(value) {}
    constexpr Field(std::string_view field_key, const char* value) noexcept
        : key(field_key), text(value == nullptr ? std::string_view() : std::string_view(value)) {}
    template <typename T>
    requires std::convertible_to<const T&, std::string_view> && std::is_class_v<T>
    constexpr Field(std::string_view field_key, const T& value) noexcept
        : key(field_key), text(static_cast<std::string_view>(value)) {}
    template <std::same_as<bool> T>
    constexpr Field(std::string_view field_key, T value) noexcept
        : key(field_key), kind(FieldKind::Boolean), integer(value ? 1 : 0) {}
    template <std::integral T>
    requires(!std::same_as<T, bool>) constexpr Field(std::string_view field_key, T value) noexcept
        : key(field_key), kind(FieldKind::Integer), integer(saturated(value)) {}
    template <std::floating_point T>
    constexpr Field(std::string_view field_key, T value) noexcept
        : key(field_key), kind(FieldKind::Number), number(static_cast<double>(value)) {}

private:
    template <std::integral T>
    static constexpr std::int64_t saturated(T value) noexcept {
        if constexpr (std::unsigned_integral<T> && sizeof(T) == sizeof(std::int64_t)) {
            constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
            return value > static_cast<T>(kMax) ? kMax : static_cast<std::int64_t>(value);
        } else {
            return static_cast<std::int64_t>(value);
        }
    }
};

/// What every record of a unit of work carries. Borrowed: the owner of the unit keeps the texts.
/// Empty ones are left out.
struct Context {
    std::string_view request_id{};
    std::string_view user_id{};
    std::string_view method{};
    std::string_view path{};
    std::string_view plugin{};
    TraceIds trace{};
};

/// Makes `context` that of the calling thread until the end of the scope; `context` must live as
/// long. May nest. Whoever runs work of a request on another thread (executor, job, coroutine
/// resumption) opens a scope there again.
class ScopedContext {
public:
    explicit ScopedContext(const Context& context) noexcept;
    ~ScopedContext();
    ScopedContext(const ScopedContext&) = delete;
    ScopedContext& operator=(const ScopedContext&) = delete;

private:
    const Context* before_;
};

/// Context of the calling thread; nullptr outside any scope.
const Context* currentContext() noexcept;

}  // namespace mortise::log
