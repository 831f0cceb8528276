#include "config/schema.hpp"

#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/strings.hpp"
#include "limits.hpp"

namespace mortise::config {

namespace {

constexpr std::string_view kEnvironmentPrefix = "APP_";
constexpr std::string_view kFileSuffix = "_FILE";
constexpr std::array<std::string_view, 6> kTypeNames = {"string",  "integer",     "number",
                                                        "boolean", "duration_ms", "list"};

bool isWord(std::string_view word) {
    return !word.empty() && word.front() >= 'a' && word.front() <= 'z' &&
           std::all_of(word.begin(), word.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

bool isKey(std::string_view key) {
    const std::size_t dot = key.find('.');
    return isWord(key.substr(0, dot)) &&
           (dot == std::string_view::npos || isWord(key.substr(dot + 1)));
}

Error invalid(const std::string& reason) {
    return Error(500, "SCHEMA_INVALID", reason);
}

std::string rangeText(const Setting& setting) {
    if (setting.minimum && setting.maximum) {
        return "from " + numberText(*setting.minimum) + " to " + numberText(*setting.maximum);
    }
    return setting.minimum ? "at least " + numberText(*setting.minimum)
                           : "at most " + numberText(*setting.maximum);
}

bool isInRange(const Setting& setting, double value) {
    return (!setting.minimum || value >= *setting.minimum) &&
           (!setting.maximum || value <= *setting.maximum);
}

std::string listText(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items) {
        out += out.size() > 1 ? "," : "";
        appendJsonString(out, item);
    }
    return out + "]";
}

std::optional<std::string> canonicalText(const Setting& setting, std::string_view text,
                                         std::string& problem) {
    if (!setting.choices.empty() &&
        std::find(setting.choices.begin(), setting.choices.end(), text) == setting.choices.end()) {
        problem = "must be one of " + joined(setting.choices, ", ");
        return std::nullopt;
    }
    return std::string(text);
}

std::optional<std::string> canonicalInteger(const Setting& setting, std::string_view text,
                                            std::string& problem) {
    const std::optional<std::int64_t> value = parseInteger(text);
    if (!value) {
        problem = "must be an integer";
    } else if (!isInRange(setting, static_cast<double>(*value))) {
        problem = "must be " + rangeText(setting);
    } else {
        return std::to_string(*value);
    }
    return std::nullopt;
}

std::optional<std::string> canonicalNumber(const Setting& setting, std::string_view text,
                                           std::string& problem) {
    const std::optional<double> value = parseNumber(text);
    if (!value) {
        problem = "must be a number";
    } else if (!isInRange(setting, *value)) {
        problem = "must be " + rangeText(setting);
    } else {
        return numberText(*value);
    }
    return std::nullopt;
}

}  // namespace

std::string_view nameOf(Type type) noexcept {
    return kTypeNames[static_cast<std::size_t>(type)];
}

std::optional<Type> typeOf(std::string_view name) noexcept {
    const auto* found = std::find(kTypeNames.begin(), kTypeNames.end(), name);
    if (found == kTypeNames.end()) {
        return std::nullopt;
    }
    return static_cast<Type>(found - kTypeNames.begin());
}

std::string environmentNameOf(std::string_view key) {
    std::string name = std::string(kEnvironmentPrefix) + uppered(key);
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

std::optional<std::vector<std::string>> parseList(std::string_view text) {
    text = trimmed(text);
    std::vector<std::string> items;
    if (!text.starts_with('[')) {
        for (const std::string_view item : splitList(text, ',')) {
            items.emplace_back(item);
        }
        return items;
    }
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(2);
        const auto array = parser.parse(std::string(text)).extract<Poco::JSON::Array::Ptr>();
        for (const auto& item : *array) {
            if (!item.isString()) {
                return std::nullopt;
            }
            items.push_back(item.convert<std::string>());
        }
    } catch (const Poco::Exception&) {
        return std::nullopt;  // The caller says what a list looks like.
    }
    return items;
}

std::optional<std::string> canonical(const Setting& setting, std::string_view text,
                                     std::string& problem) {
    switch (setting.type) {
        case Type::Integer:
        case Type::DurationMs:
            return canonicalInteger(setting, trimmed(text), problem);
        case Type::Number:
            return canonicalNumber(setting, trimmed(text), problem);
        case Type::Boolean: {
            const std::optional<bool> value = parseBoolean(trimmed(text));
            if (!value) {
                problem = "must be true or false";
                return std::nullopt;
            }
            return std::string(*value ? "true" : "false");
        }
        case Type::List: {
            const auto items = parseList(text);
            if (!items) {
                problem = "must be a comma list or a JSON array of texts";
                return std::nullopt;
            }
            return listText(*items);
        }
        case Type::String:
            break;
    }
    return canonicalText(setting, text, problem);
}

void Schema::add(Setting setting) {
    if (!isKey(setting.key)) {
        throw invalid("setting \"" + setting.key + "\" is no key: area.noun in snake_case");
    }
    const std::string name = environmentNameOf(setting.key);
    for (const Setting& other : settings_) {
        const std::string other_name = environmentNameOf(other.key);
        // The file variable of a secret counts as taken, too.
        if (other_name == name || (other.secret && other_name + std::string(kFileSuffix) == name) ||
            (setting.secret && name + std::string(kFileSuffix) == other_name)) {
            throw invalid("settings \"" + setting.key + "\" and \"" + other.key +
                          "\" share an environment variable");
        }
    }
    if (setting.standard) {
        std::string problem;
        const auto value = canonical(setting, *setting.standard, problem);
        if (!value) {
            throw invalid("default of \"" + setting.key + "\" " + problem);
        }
        setting.standard = value;
    }
    settings_.push_back(std::move(setting));
}

void Schema::addRule(Rule rule) {
    rules_.push_back(std::move(rule));
}

void Schema::removePlugin(std::string_view plugin) {
    const std::string prefix = std::string(plugin) + ".";
    if (std::erase(plugins_, plugin) > 0) {
        std::erase_if(settings_, [&](const Setting& each) { return each.key.starts_with(prefix); });
    }
}

const Setting* Schema::find(std::string_view key) const noexcept {
    const auto found = std::find_if(settings_.begin(), settings_.end(),
                                    [&](const Setting& each) { return each.key == key; });
    return found == settings_.end() ? nullptr : &*found;
}

const Setting* Schema::findByEnvironment(std::string_view name) const {
    const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& each) {
        return environmentNameOf(each.key) == name;
    });
    return found == settings_.end() ? nullptr : &*found;
}

bool Schema::hasArea(std::string_view area) const noexcept {
    return std::find(plugins_.begin(), plugins_.end(), area) != plugins_.end() ||
           std::any_of(settings_.begin(), settings_.end(), [&](const Setting& each) {
               return each.key.size() > area.size() && each.key.starts_with(area) &&
                      each.key[area.size()] == '.';
           });
}

std::vector<std::string> Schema::areas() const {
    std::vector<std::string> areas = plugins_;
    for (const Setting& setting : settings_) {
        const std::size_t dot = setting.key.find('.');
        const std::string area = setting.key.substr(0, dot);
        if (dot != std::string::npos &&
            std::find(areas.begin(), areas.end(), area) == areas.end()) {
            areas.push_back(area);
        }
    }
    return areas;
}

}  // namespace mortise::config
