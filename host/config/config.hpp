// Config: the settled values, each with where it came from. Immutable; a reload makes a new one.
//
//   Schema schema = hostSchema();  Layers layers;  layers.addFile(...); ...
//   Config config = Config::resolve(schema, layers, Unknown::PluginsLater);
//   config.integer("port");
//
// Keys given to the getters are ours: asking for one that is not declared, or with the wrong type,
// is a bug and asserts.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/schema.hpp"

namespace mortise::config {

class Layers;

/// Code of the Error that resolve() throws; the command line ends with exit code 78 (EX_CONFIG) on
/// it.
inline constexpr std::string_view kConfigInvalid = "CONFIG_INVALID";

enum class Unknown : std::uint8_t {
    /// Names outside the areas of the schema may belong to plugins that are not read yet.
    PluginsLater,
    /// All plugins are known: what nobody declares is an error when it looks like a typing error,
    /// else a warning.
    Report,
};

struct Resolved {
    std::string text;    ///< Canonical.
    std::string origin;  ///< "default" or that of the assignment.
};

class Config final {
public:
    static Config resolve(const Schema& schema, const Layers& layers, Unknown unknown);

    /// Whether the setting has a value.
    bool has(std::string_view key) const;
    /// Canonical text; empty when the setting has no value.
    const std::string& text(std::string_view key) const;
    std::int64_t integer(std::string_view key) const;
    double number(std::string_view key) const;
    bool boolean(std::string_view key) const;
    std::chrono::milliseconds duration(std::string_view key) const;
    std::vector<std::string> list(std::string_view key) const;

    bool isProduction() const { return text("environment") == "production"; }
    bool isDevelopment() const { return text("environment") == "development"; }

    /// The values of one plugin, key without prefix -> canonical text.
    std::map<std::string, std::string, std::less<>> plugin(std::string_view name) const;

    /// What is odd but no reason to refuse the start.
    const std::vector<std::string>& warnings() const noexcept { return warnings_; }

    /// `port = 8000 (environment APP_PORT)`, secrets as ***. Throws mortise::Error for an unknown
    /// key, with a suggestion.
    std::string explain(std::string_view key) const;
    /// One such line per setting that has a value.
    std::string show() const;

private:
    class Resolver;  // config/resolver.hpp
    Config() = default;
    const Resolved* value(std::string_view key, std::initializer_list<Type> types) const;

    struct Entry {
        Type type = Type::String;
        bool secret = false;
        std::optional<Resolved> value;
    };
    std::map<std::string, Entry, std::less<>> entries_;
    std::vector<std::string> order_;
    std::vector<std::string> warnings_;
};

}  // namespace mortise::config
