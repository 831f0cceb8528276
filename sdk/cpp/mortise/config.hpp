// config: the plugin's own settings, declared in plugin.json and checked by the host before any code runs.
//
// `config.get<int>("token_ttl_s")` reads key `token_ttl_s` of the plugin, wherever the operator set it.
#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/config.h"
#include "mortise/host.hpp"
#include "mortise/host_json.hpp"

namespace mortise {

/// A setting is missing or cannot be read as the type asked for.
class ConfigError : public std::runtime_error {
public:
    ConfigError(std::string_view key, const std::string& reason)
        : std::runtime_error("setting \"" + std::string(key) + "\": " + reason) {}
};

/// Reads settings. A value; any thread.
class Config {
public:
    explicit Config(const Host& host) : host_(&host) {}

    /// T: integers, floating point, bool, std::string, std::vector<std::string> (type "list"), or a std::chrono duration. The
    /// end of the key says what a duration is written in: `_ms`, `_s`, `_seconds`, `_minutes`, `_hours`, `_days`, and without
    /// one of them milliseconds; it is converted, and one that T cannot hold is refused. Throws ConfigError.
    template <class T>
    T get(std::string_view key) const {
        auto value = find<T>(key);
        if (!value) {
            throw ConfigError(
                key, "plugin.json does not declare it, or it has neither value nor default");
        }
        return std::move(*value);
    }

    /// As get(), nothing when the setting has no value.
    template <class T>
    std::optional<T> find(std::string_view key) const {
        const std::optional<std::string_view> text = read(key);
        if (!text) {
            return std::nullopt;
        }
        return convert<T>(key, *text);
    }

    /// A public fact of the host: "environment", "name", "version", "debug", "host.version".
    std::string fact(std::string_view key) const {
        const auto& table = detail::need(host_->tables().config, MORTISE_CONFIG_INTERFACE);
        mortise_str value{};
        detail::Failure failure;
        detail::check(table.fact(host_->raw(), detail::str(key), &value, failure.out()), failure);
        return std::string(detail::view(value));
    }

private:
    std::optional<std::string_view> read(std::string_view key) const {
        const auto& table = detail::need(host_->tables().config, MORTISE_CONFIG_INTERFACE);
        mortise_str value{};
        detail::Failure failure;
        const mortise_status status =
            table.get(host_->raw(), detail::str(key), &value, failure.out());
        if (status == MORTISE_NOT_FOUND) {
            return std::nullopt;
        }
        detail::check(status, failure);
        return detail::view(value);
    }

    template <class T>
    T convert(std::string_view key, std::string_view text) const {
        if constexpr (std::same_as<T, std::string>) {
            return std::string(text);
        } else if constexpr (std::same_as<T, bool>) {
            if (text != "true" && text != "false") {
                throw ConfigError(key, "\"" + std::string(text) + "\" is not true or false");
            }
            return text == "true";
        } else if constexpr (std::same_as<T, std::vector<std::string>>) {
            return list(key, text);
        } else if constexpr (requires { typename T::period; }) {
            return duration<T>(key, text);
        } else {
            return number<T>(key, text);
        }
    }

    template <class T>
    static T number(std::string_view key, std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size()) {
            throw ConfigError(key, "\"" + std::string(text) + "\" is not a number in range");
        }
        return value;
    }

    /// Microseconds in one of what the key says.
    static std::int64_t unitOf(std::string_view key) {
        using std::chrono::microseconds;
        constexpr std::pair<std::string_view, microseconds> kUnits[] = {
            {"_us", microseconds(1)},
            {"_s", std::chrono::seconds(1)},
            {"_seconds", std::chrono::seconds(1)},
            {"_minutes", std::chrono::minutes(1)},
            {"_hours", std::chrono::hours(1)},
            {"_days", std::chrono::hours(24)},
        };
        for (const auto& [suffix, unit] : kUnits) {
            if (key.ends_with(suffix)) {
                return unit.count();
            }
        }
        return 1000;
    }

    template <class T>
    static T duration(std::string_view key, std::string_view text) {
        using std::chrono::microseconds;
        const auto count = number<std::int64_t>(key, text);
        const std::int64_t unit = unitOf(key);
        constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max() / 1000;
        if (count > kMax / unit || count < -kMax / unit) {
            throw ConfigError(key, "\"" + std::string(text) + "\" is too long");
        }
        const microseconds exact(count * unit);
        const T converted = std::chrono::duration_cast<T>(exact);
        if (!std::chrono::treat_as_floating_point_v<typename T::rep> &&
            std::chrono::duration_cast<microseconds>(converted) != exact) {
            throw ConfigError(key,
                              "\"" + std::string(text) +
                                  "\" is not a whole number of the unit the plugin reads it in");
        }
        return converted;
    }

    std::vector<std::string> list(std::string_view key, std::string_view text) const {
        const detail::LentDocument document(*host_, text);
        const mortise_json_document& json = *document;
        if (json.token_count == 0 || json.tokens[0].kind != MORTISE_JSON_ARRAY) {
            throw ConfigError(key, "is not a list");
        }
        std::vector<std::string> items;
        for (std::uint32_t i = 1; i < json.token_count; ++i) {
            if (json.tokens[i].kind != MORTISE_JSON_STRING) {
                throw ConfigError(key, "is not a list of strings");
            }
            items.emplace_back(json.text + json.tokens[i].offset, json.tokens[i].size);
        }
        return items;
    }

    const Host* host_;
};

inline Config Host::config() const {
    return Config(*this);
}

}  // namespace mortise
