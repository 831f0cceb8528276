#include "app/readiness.hpp"

#include "base/json_text.hpp"
#include "db/pool.hpp"
#include "limits.hpp"
#include "plugin/registry.hpp"

namespace mortise::app {
namespace {

using Texts = std::map<std::string, std::string>;

void appendTexts(std::string& out, const Texts& texts) {
    out += '{';
    for (const auto& [name, text] : texts) {
        if (out.back() != '{') {
            out += ',';
        }
        appendJsonString(out, name);
        out += ':';
        appendJsonString(out, text);
    }
    out += '}';
}

/// Code of the finding with which preflight refuses a plugin whose schema does not fit (plugin/preflight.cpp).
constexpr std::string_view kSchemaFinding = "SCHEMA_MISMATCH";

/// A plugin whose check fails is degraded, which does not make the host useless.
void checkHealth(const std::string& plugin, const HealthSource& health, ReadinessReport& report) {
    using Health = bridge::Observed::Health;
    for (const auto& [check, outcome] : health(plugin)) {
        report.checks[plugin + "." + check] = outcome == Health::Ok        ? "ok"
                                              : outcome == Health::Failing ? "failing"
                                                                           : "unknown";
        if (outcome == Health::Failing) {
            report.plugins[plugin] = "degraded";
        }
    }
}

void checkPlugins(const plugin::Registry& registry, const HealthSource& health,
                  ReadinessReport& report) {
    bool is_behind = false;
    for (const plugin::PluginStatus& status : registry.snapshot()) {
        if (status.degraded) {
            report.plugins[status.name] = "degraded";
            is_behind =
                is_behind || status.degraded->reason.find(kSchemaFinding) != std::string::npos;
        } else if (status.serving) {
            report.plugins[status.name] = "active";
            checkHealth(status.name, health, report);
        }
    }
    report.checks["schema"] = is_behind ? "behind" : "ok";
    if (is_behind) {
        report.failures["schema"] = "The database schema is older than the application needs";
        report.code = "SCHEMA_BEHIND";
    }
}

}  // namespace

std::string ReadinessReport::dataJson() const {
    std::string json = R"({"checks":)";
    appendTexts(json, checks);
    json += R"(,"plugins":)";
    appendTexts(json, plugins);
    return json + '}';
}

std::string ReadinessReport::errorsJson() const {
    std::string json = "{";
    for (const auto& [name, text] : failures) {
        if (json.size() > 1) {
            json += ',';
        }
        appendJsonString(json, name);
        json += ":[";
        appendJsonString(json, text);
        json += ']';
    }
    return json + '}';
}

ReadinessReport checkReadiness(const lifecycle::Gate& gate, db::Pool* pool,
                               const plugin::Registry& registry, const HealthSource& health) {
    ReadinessReport report;
    checkPlugins(registry, health, report);
    const bool has_database = pool != nullptr && pool->ping(std::chrono::steady_clock::now() +
                                                            limits::kReadyCheckDeadline);
    report.checks["database"] = has_database ? "ok" : "unavailable";
    if (!has_database) {
        report.failures["database"] = "The database does not answer";
        report.code = "SERVICE_UNAVAILABLE";
    }
    if (!gate.isReady()) {
        report.code = gate.isDraining() ? "SHUTTING_DOWN" : "SERVICE_UNAVAILABLE";
        report.failures["host"] =
            gate.isDraining() ? "The server is shutting down" : "The server is starting";
    }
    report.is_ready = report.code.empty();
    return report;
}

}  // namespace mortise::app
