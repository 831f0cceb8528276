// Schema: every setting that exists, with its type, bounds and meaning.
//
// One declaration serves everything: reading and checking values, the name of the environment
// variable, `.env.example`, the commented properties file and the reference. What is not declared
// does not exist, so a misspelt key is an error and not a silently ignored wish. The unit of a time
// or size is part of its key (`_ms`, `_s`, `_bytes`, `_mb`).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::config {

class Config;

enum class Type : std::uint8_t {
    String,
    Integer,
    Number,
    Boolean,
    DurationMs,  ///< An integer; the key ends in `_ms`.
    List,        ///< Of texts: a JSON array or a comma list; canonical form is the JSON array.
};

/// `string`, `integer`, `number`, `boolean`, `duration_ms`, `list`: as in plugin.json.
std::string_view nameOf(Type type) noexcept;
std::optional<Type> typeOf(std::string_view name) noexcept;

struct Setting {
    std::string key;  ///< `area.noun[_unit]`, or one word for the host's own.
    Type type = Type::String;
    std::string description;
    /// Canonical text. Empty optional: the setting has no value unless one is given.
    std::optional<std::string> standard{};
    std::optional<double> minimum{};
    std::optional<double> maximum{};
    std::vector<std::string> choices{};
    bool secret = false;
    /// Starting without a value in production is an error.
    bool required_in_production = false;
    /// What `.env.example` shows instead of the default; for secrets and things to be changed.
    std::string placeholder{};
    /// Replaces `standard` when the default depends on other settings (of the schema before it).
    std::function<std::optional<std::string>(const Config&)> derived{};
    /// How the derived default reads in documents, for example "info, debug when debug=true".
    std::string derived_text{};
};

/// A sentence each, without its end.
struct Findings {
    std::vector<std::string> problems;  ///< Keep the host from starting.
    std::vector<std::string> warnings;  ///< Are told to the operator.
};

/// A rule over several settings.
using Rule = std::function<void(const Config&, Findings&)>;

class Schema {
public:
    /// Throws mortise::Error when the key breaks the grammar, exists already, or its environment
    /// name means another setting.
    void add(Setting setting);
    void addRule(Rule rule);

    /// Declares the settings of a plugin from the JSON array "settings" of its manifest; keys there
    /// are without prefix. Throws mortise::Error listing all that is wrong, and then nothing was
    /// added. Replaces an earlier version of the plugin.
    void addPlugin(std::string_view plugin, std::string_view settings_json);
    void removePlugin(std::string_view plugin);

    const Setting* find(std::string_view key) const noexcept;
    /// The setting an upper-case environment name (`APP_...`) stands for.
    const Setting* findByEnvironment(std::string_view name) const;
    /// In the order of declaration.
    const std::vector<Setting>& settings() const noexcept { return settings_; }
    const std::vector<Rule>& rules() const noexcept { return rules_; }
    /// Whether some setting or plugin lives under `<area>.`.
    bool hasArea(std::string_view area) const noexcept;
    std::vector<std::string> areas() const;

private:
    std::vector<Setting> settings_;
    std::vector<Rule> rules_;
    std::vector<std::string> plugins_;
};

/// `database.url` -> `APP_DATABASE_URL`.
std::string environmentNameOf(std::string_view key);

/// Checks `text` against the setting and returns its canonical form; otherwise empty, and `problem`
/// says why without quoting the value of a secret.
std::optional<std::string> canonical(const Setting& setting, std::string_view text,
                                     std::string& problem);

/// Items of a JSON array of texts or of a comma list.
std::optional<std::vector<std::string>> parseList(std::string_view text);

}  // namespace mortise::config
