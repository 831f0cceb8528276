#include "config/resolver.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "limits.hpp"

namespace mortise::config {

namespace {

constexpr std::string_view kPrefix = "APP_";
constexpr std::string_view kFileSuffix = "_FILE";

// `APP_LOG_LEVEL` lies in area `log`; so does the key `log.level`.
bool isInArea(const Assignment& assignment, std::string_view area) {
    if (!assignment.by_environment_name) {
        return assignment.name.starts_with(std::string(area) + ".");
    }
    return assignment.name.starts_with(environmentNameOf(area) + "_");
}

// The word that should be an area; empty for a name that has no second word and so can belong to no
// plugin.
std::string areaWordOf(const Assignment& assignment) {
    const bool environment = assignment.by_environment_name;
    const std::string name = lowered(
        environment ? std::string_view(assignment.name).substr(kPrefix.size()) : assignment.name);
    const std::size_t end = name.find(environment ? '_' : '.');
    return end == std::string::npos ? std::string() : name.substr(0, end);
}

// An empty variable is how container tools say "not set"; only a plain text can mean it.
bool isUnset(const Setting& setting, const Assignment& assignment) {
    const bool may_be_empty = setting.type == Type::String && !setting.secret;
    return assignment.by_environment_name && assignment.value.empty() && !may_be_empty;
}

}  // namespace

Findings Config::Resolver::run(Config& config) {
    findings_.problems = layers_.problems();
    for (const Assignment& assignment : layers_.assignments()) {
        take(assignment);
    }
    for (const Setting& setting : schema_.settings()) {
        settle(setting, config);
    }
    for (const Setting& setting : schema_.settings()) {
        if (setting.required_in_production && config.isProduction() && !config.has(setting.key)) {
            findings_.problems.push_back(
                setting.key + " is required in production: set " + environmentNameOf(setting.key) +
                (setting.secret ? " or " + environmentNameOf(setting.key) + "_FILE" : ""));
        }
    }
    for (const Rule& rule : schema_.rules()) {
        rule(config, findings_);
    }
    return findings_;
}

void Config::Resolver::take(const Assignment& assignment) {
    if (!assignment.by_environment_name) {
        if (const Setting* setting = schema_.find(assignment.name)) {
            assign(*setting, assignment.value, assignment.origin);
        } else {
            reportUnknown(assignment);
        }
        return;
    }
    if (const Setting* setting = schema_.findByEnvironment(assignment.name)) {
        if (!isUnset(*setting, assignment)) {
            assign(*setting, assignment.value, assignment.origin);
        }
        return;
    }
    const std::string_view name = assignment.name;
    if (name.ends_with(kFileSuffix)) {
        const std::string_view base = name.substr(0, name.size() - kFileSuffix.size());
        if (const Setting* setting = schema_.findByEnvironment(base)) {
            takeFile(*setting, assignment);
            return;
        }
    }
    reportUnknown(assignment);
}

void Config::Resolver::takeFile(const Setting& setting, const Assignment& assignment) {
    if (!setting.secret) {
        findings_.problems.push_back(assignment.name + ": only secrets are read from files (" +
                                     assignment.origin + ")");
        return;
    }
    if (assignment.value.empty()) {
        return;
    }
    try {
        const std::string content = readFile(assignment.value, limits::kConfigSecretFileSizeMax);
        // Editors and `echo` end files with a line end that is no part of the secret.
        assign(setting, trimmed(content), assignment.origin + ", file " + assignment.value);
    } catch (const Error& reason) {
        findings_.problems.push_back(setting.key + ": " + reason.what() + " (" + assignment.origin +
                                     ")");
    }
}

void Config::Resolver::assign(const Setting& setting, std::string_view text,
                              const std::string& origin) {
    std::string problem;
    const std::optional<std::string> value = canonical(setting, text, problem);
    if (value) {
        given_.insert_or_assign(setting.key, Resolved{*value, origin});
        return;
    }
    const std::string shown = setting.secret ? "" : ", not \"" + std::string(text) + "\"";
    findings_.problems.push_back(setting.key + " " + problem + shown + " (" + origin + ")");
}

void Config::Resolver::reportUnknown(const Assignment& assignment) {
    const std::vector<std::string> areas = schema_.areas();
    const bool in_known_area =
        std::any_of(areas.begin(), areas.end(),
                    [&](const std::string& area) { return isInArea(assignment, area); });
    const std::string area_word = areaWordOf(assignment);
    const bool may_be_plugin = !in_known_area && !area_word.empty();
    if (may_be_plugin && unknown_ == Unknown::PluginsLater) {
        return;
    }
    const std::string text = "unknown setting \"" + assignment.name + "\" (" + assignment.origin +
                             ")" + suggestion(assignment);
    // A whole area that nobody knows may belong to a plugin that is not installed here.
    if (may_be_plugin && nearest(area_word, areas).empty()) {
        findings_.warnings.push_back(text);
    } else {
        findings_.problems.push_back(text);
    }
}

std::string Config::Resolver::suggestion(const Assignment& assignment) const {
    std::vector<std::string> candidates;
    for (const Setting& setting : schema_.settings()) {
        candidates.push_back(assignment.by_environment_name ? environmentNameOf(setting.key)
                                                            : setting.key);
    }
    const std::string meant = nearest(assignment.name, candidates);
    return meant.empty() ? "" : ", did you mean \"" + meant + "\"?";
}

void Config::Resolver::settle(const Setting& setting, Config& config) {
    Entry entry{setting.type, setting.secret, std::nullopt};
    if (const auto given = given_.find(setting.key); given != given_.end()) {
        entry.value = given->second;
    } else if (setting.derived) {
        if (std::optional<std::string> derived = setting.derived(config)) {
            entry.value = Resolved{std::move(*derived), "default"};
        }
    } else if (setting.standard) {
        entry.value = Resolved{*setting.standard, "default"};
    }
    config.entries_.emplace(setting.key, std::move(entry));
    config.order_.push_back(setting.key);
}

}  // namespace mortise::config
