// log: structured events. `log.info("note.created", field("note_id", id), field("size", 3))`.
//
// An event is a constant dotted name with fields, never a sentence put together: the host adds time, request id and user,
// redacts secrets and formats elsewhere. Values are copied inside the call.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "mortise/host.hpp"
#include "mortise/log.h"
#include "mortise/secret.hpp"

namespace mortise {

/// One field of an event; made by field(). Text given as a view must outlive the call it is made for.
class LogField {
public:
    LogField(std::string_view key, std::string_view text) : raw_(make(key, MORTISE_FIELD_TEXT)) {
        raw_.text = detail::str(text);
    }
    LogField(std::string_view key, std::string&& text)
        : owned_(std::move(text)), raw_(make(key, MORTISE_FIELD_TEXT)) {}
    LogField(std::string_view key, bool value) : raw_(make(key, MORTISE_FIELD_BOOLEAN)) {
        raw_.integer = value ? 1 : 0;
    }
    LogField(std::string_view key, std::int64_t value) : raw_(make(key, MORTISE_FIELD_INTEGER)) {
        raw_.integer = value;
    }
    LogField(std::string_view key, double value) : raw_(make(key, MORTISE_FIELD_NUMBER)) {
        raw_.number = value;
    }

    mortise_field raw() const noexcept {
        mortise_field result = raw_;
        if (!owned_.empty()) {
            result.text = detail::str(owned_);
        }
        return result;
    }

private:
    static mortise_field make(std::string_view key, std::uint32_t kind) noexcept {
        mortise_field result{};
        result.key = detail::str(key);
        result.kind = kind;
        return result;
    }

    std::string owned_;
    mortise_field raw_;
};

/// Text, numbers and booleans as they are; durations in milliseconds; anything with toString() by its text.
template <class T>
LogField field(std::string_view key, const T& value) {
    static_assert(!std::same_as<T, Secret<std::string>>, "a Secret is never logged");
    if constexpr (std::same_as<T, bool>) {
        return LogField(key, value);
    } else if constexpr (std::integral<T>) {
        return LogField(key, static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<T>) {
        return LogField(key, static_cast<double>(value));
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        return LogField(key, std::string_view(value));
    } else if constexpr (requires {
                             { value.toString() } -> std::convertible_to<std::string>;
                         }) {
        return LogField(key, std::string(value.toString()));
    } else {
        return LogField(key,
                        static_cast<std::int64_t>(
                            std::chrono::duration_cast<std::chrono::milliseconds>(value).count()));
    }
}

/// Writes events. A value; copy it freely. Any thread, never blocks.
class Log {
public:
    explicit Log(const Host& host, mortise_context* context = nullptr)
        : host_(&host), context_(context) {}
    explicit Log(const Unit& unit) : Log(*unit.host, unit.context) {}

    template <class... Fields>
    void debug(std::string_view event, const Fields&... fields) const {
        write(MORTISE_LOG_DEBUG, event, fields...);
    }
    template <class... Fields>
    void info(std::string_view event, const Fields&... fields) const {
        write(MORTISE_LOG_INFO, event, fields...);
    }
    template <class... Fields>
    void warning(std::string_view event, const Fields&... fields) const {
        write(MORTISE_LOG_WARNING, event, fields...);
    }
    template <class... Fields>
    void error(std::string_view event, const Fields&... fields) const {
        write(MORTISE_LOG_ERROR, event, fields...);
    }
    template <class... Fields>
    void critical(std::string_view event, const Fields&... fields) const {
        write(MORTISE_LOG_CRITICAL, event, fields...);
    }

    /// The same log without the unit of work: for what runs after it ended, such as a task after the response. Using the
    /// log of a unit that is over is an error nobody catches.
    Log detached() const { return Log(*host_); }

    /// Whether an event of this level (MORTISE_LOG_*) would be written, to save the work of making it.
    bool isEnabled(std::uint32_t level) const noexcept {
        const mortise_log* table = host_->tables().log;
        return table != nullptr && table->enabled(host_->raw(), level) != 0;
    }

private:
    template <class... Fields>
    void write(std::uint32_t level, std::string_view event, const Fields&... fields) const {
        const mortise_log* table = host_->tables().log;
        if (table == nullptr) {
            return;
        }
        const std::array<mortise_field, sizeof...(Fields)> raw{fields.raw()...};
        table->write(host_->raw(), context_, level, detail::str(event), raw.data(),
                     static_cast<std::uint32_t>(raw.size()));
    }

    const Host* host_;
    mortise_context* context_;
};

/// The log a handler takes: Log is bound to its request already (id, user, path stand in every record); the name says so.
using RequestLog = Log;

inline Log Host::log() const {
    return Log(*this);
}

}  // namespace mortise
