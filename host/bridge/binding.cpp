#include "bridge/binding.hpp"

#include <algorithm>

#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "db/migrator.hpp"
#include "plugin/generation.hpp"
#include "plugin/manifest.hpp"

namespace mortise::bridge {
namespace {

/// Grants that exist; anything else is a typing error that would silently be no grant.
bool isIdentityGrant(std::string_view word) noexcept {
    return word == "issue" || word == "revoke";
}

bool isJobsGrant(std::string_view word) noexcept {
    return word == "run";
}

}  // namespace

Binding::Binding(Services* services, PluginSource& source) : services_(services), source_(source) {}

std::unique_ptr<plugin::HostInstance> Binding::makeInstance(plugin::Generation& generation,
                                                            Purpose purpose) {
    Values values;
    // Problems were reported by settingProblems(); a plugin that comes here has none.
    static_cast<void>(
        source_.resolveSettings(generation.name(), generation.manifest().settings_json, values));
    return std::make_unique<HostInstance>(
        generation, purpose == Purpose::Serve ? services_ : nullptr, std::move(values));
}

std::optional<std::uint32_t> Binding::interfaceSize(std::string_view interface_id) const {
    for (const Interface& each : interfaces()) {
        if (each.id == interface_id) {
            return each.size;
        }
    }
    return std::nullopt;
}

std::vector<std::string> Binding::settingProblems(const plugin::Manifest& manifest) {
    Values values;
    return source_.resolveSettings(manifest.name, manifest.settings_json, values);
}

std::vector<std::string> Binding::schemaProblems(const plugin::Manifest& manifest) {
    std::vector<std::string> problems;
    const auto versions = source_.schemaVersions();
    if (!versions) {
        return problems;
    }
    auto applied = [&](const std::string& plugin) -> unsigned {
        const auto found = versions->find(plugin);
        return found == versions->end() ? 0 : found->second;
    };
    const unsigned own = applied(manifest.name);
    if (manifest.schema_max != 0 && (own < manifest.schema_min || own > manifest.schema_max)) {
        problems.push_back("schema \"" + manifest.name + "\" is at " + std::to_string(own) +
                           ", the plugin works with " + std::to_string(manifest.schema_min) +
                           " to " + std::to_string(manifest.schema_max));
    }
    for (const plugin::RequiredSchema& need : manifest.schema_needs) {
        if (applied(need.plugin) < need.min) {
            problems.push_back("schema \"" + need.plugin + "\" is at " +
                               std::to_string(applied(need.plugin)) + ", the plugin needs " +
                               std::to_string(need.min));
        }
    }
    return problems;
}

std::vector<std::string> Binding::migrationProblems(
    const plugin::Manifest& manifest, const std::vector<plugin::Migration>& migrations) {
    db::MigrationLine line;
    line.plugin = manifest.name;
    for (const plugin::Migration& migration : migrations) {
        line.files.push_back({migration.name, migration.body});
    }
    std::vector<std::string> problems = db::Migrator::check(line);
    const auto up_count = static_cast<std::uint32_t>(std::count_if(
        migrations.begin(), migrations.end(),
        [](const plugin::Migration& migration) { return migration.name.ends_with(".up.sql"); }));
    if (problems.empty() && up_count > manifest.schema_max) {
        problems.push_back("the file carries " + std::to_string(up_count) +
                           " migrations, but \"schema.max\" is " +
                           std::to_string(manifest.schema_max));
    }
    return problems;
}

std::vector<std::string> Binding::grantProblems(const plugin::Manifest& manifest) {
    std::vector<std::string> problems;
    for (const std::string& word : manifest.identity_grants) {
        if (!isIdentityGrant(word)) {
            problems.push_back("there is no grant \"identity." + word + "\"");
        }
    }
    for (const std::string& word : manifest.jobs_grants) {
        if (!isJobsGrant(word)) {
            problems.push_back("there is no grant \"jobs." + word + "\"");
        }
    }
    return problems;
}

}  // namespace mortise::bridge
