#include "config/config.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "base/strings.hpp"
#include "config/resolver.hpp"

namespace mortise::config {

namespace {

const std::string kNothing;

std::string lineOf(std::string_view key, bool secret, const Resolved& value) {
    return std::string(key) + " = " + (secret ? "***" : value.text) + "  (" + value.origin + ")";
}

}  // namespace

Config Config::resolve(const Schema& schema, const Layers& layers, Unknown unknown) {
    Config config;
    Findings findings = Resolver(schema, layers, unknown).run(config);
    const std::vector<std::string>& problems = findings.problems;
    if (!problems.empty()) {
        const std::string count =
            problems.size() == 1 ? "1 problem" : std::to_string(problems.size()) + " problems";
        throw Error(500, std::string(kConfigInvalid),
                    count + " in the configuration:\n  - " + joined(problems, "\n  - "));
    }
    config.warnings_ = std::move(findings.warnings);
    return config;
}

const Resolved* Config::value(std::string_view key, std::initializer_list<Type> types) const {
    const auto found = entries_.find(key);
    MORTISE_ASSERT(found != entries_.end(), "a setting is read that nobody declared");
    const bool fits = types.size() == 0 ||
                      std::find(types.begin(), types.end(), found->second.type) != types.end();
    MORTISE_ASSERT(fits, "a setting is read as another type than it was declared");
    return found->second.value ? &*found->second.value : nullptr;
}

bool Config::has(std::string_view key) const {
    return value(key, {}) != nullptr;
}

const std::string& Config::text(std::string_view key) const {
    const Resolved* resolved = value(key, {});
    return resolved == nullptr ? kNothing : resolved->text;
}

std::int64_t Config::integer(std::string_view key) const {
    const Resolved* resolved = value(key, {Type::Integer, Type::DurationMs});
    return resolved == nullptr ? 0 : parseInteger(resolved->text).value_or(0);
}

double Config::number(std::string_view key) const {
    const Resolved* resolved = value(key, {Type::Number, Type::Integer});
    return resolved == nullptr ? 0 : parseNumber(resolved->text).value_or(0);
}

bool Config::boolean(std::string_view key) const {
    const Resolved* resolved = value(key, {Type::Boolean});
    return resolved != nullptr && resolved->text == "true";
}

std::chrono::milliseconds Config::duration(std::string_view key) const {
    const Resolved* resolved = value(key, {Type::DurationMs});
    return std::chrono::milliseconds(
        resolved == nullptr ? 0 : parseInteger(resolved->text).value_or(0));
}

std::vector<std::string> Config::list(std::string_view key) const {
    const Resolved* resolved = value(key, {Type::List});
    return resolved == nullptr ? std::vector<std::string>()
                               : parseList(resolved->text).value_or(std::vector<std::string>());
}

std::map<std::string, std::string, std::less<>> Config::plugin(std::string_view name) const {
    const std::string prefix = std::string(name) + ".";
    std::map<std::string, std::string, std::less<>> values;
    for (auto entry = entries_.lower_bound(prefix);
         entry != entries_.end() && entry->first.starts_with(prefix); ++entry) {
        if (entry->second.value) {
            values.emplace(entry->first.substr(prefix.size()), entry->second.value->text);
        }
    }
    return values;
}

std::string Config::explain(std::string_view key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        const std::string meant = nearest(key, order_);
        throw Error(404, "NOT_FOUND",
                    "no setting \"" + std::string(key) + "\"" +
                        (meant.empty() ? "" : ", did you mean \"" + meant + "\"?"));
    }
    const Entry& entry = found->second;
    return entry.value ? lineOf(key, entry.secret, *entry.value) : std::string(key) + " is not set";
}

std::string Config::show() const {
    std::string lines;
    for (const std::string& key : order_) {
        if (entries_.at(key).value) {
            lines += explain(key) + "\n";
        }
    }
    return lines;
}

}  // namespace mortise::config
