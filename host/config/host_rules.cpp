#include "config/host_rules.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>

#include "config/config.hpp"
#include "config/host_schema.hpp"

namespace mortise::config {

namespace {

// Shorter ones can be guessed.
constexpr std::size_t kSecretSizeMin = 32;
constexpr std::int64_t kTokenLifetimeAdvised = 900;

bool holdsAny(const Config& config, std::string_view key) {
    const std::vector<std::string> items = config.list(key);
    return std::find(items.begin(), items.end(), "*") != items.end();
}

void checkSecret(const Config& config, Findings& findings) {
    if (!config.isProduction() || !config.has("secret_key")) {
        return;
    }
    const std::string& key = config.text("secret_key");
    if (key.find(kSecretPlaceholder) != std::string::npos) {
        findings.problems.push_back("secret_key still holds the placeholder of .env.example");
    } else if (key.size() < kSecretSizeMin) {
        findings.problems.push_back("secret_key is shorter than " + std::to_string(kSecretSizeMin) +
                                    " characters");
    }
}

void checkDatabase(const Config& config, Findings& findings) {
    if (!config.has("database.url") || config.text("database.url").empty()) {
        findings.problems.emplace_back(
            "database.url is required outside development: set APP_DATABASE_URL or "
            "APP_DATABASE_URL_FILE");
    } else if (config.isProduction() && config.text("database.url").starts_with("embedded:")) {
        findings.problems.emplace_back(
            "database.url: the embedded PostgreSQL is refused in production");
    }
}

void checkWildcards(const Config& config, Findings& findings) {
    if (holdsAny(config, "cors.origins") && config.boolean("cors.credentials")) {
        findings.problems.emplace_back(
            "cors.origins=* and cors.credentials=true exclude each other");
    }
    if (!config.isProduction()) {
        return;
    }
    for (const char* key : {"cors.origins", "trusted.hosts", "trusted.proxies"}) {
        if (holdsAny(config, key)) {
            findings.problems.push_back(std::string(key) +
                                        ": * is refused in production, name what is meant");
        }
    }
}

void checkRun(const Config& config, Findings& findings) {
    if (config.integer("run.plugin_concurrency_max") > config.integer("run.executor_threads")) {
        findings.problems.emplace_back(
            "run.plugin_concurrency_max is larger than run.executor_threads");
    }
}

void checkTrace(const Config& config, Findings& findings) {
    const std::string& url = config.text("trace.otlp_url");
    if (url.empty()) {
        return;
    }
    try {
        const Poco::URI uri(url);
        if (uri.getScheme() == "http" && !uri.getHost().empty()) {
            return;
        }
    } catch (const Poco::Exception&) {
        // Said below like everything else that is none.
    }
    findings.problems.push_back(
        "trace.otlp_url: \"" + url +
        "\" is no http:// URL; for https send to a collector beside the host");
}

void adviseAgainst(const Config& config, Findings& findings) {
    if (config.integer("identity.token_lifetime_s") > kTokenLifetimeAdvised) {
        findings.warnings.emplace_back(
            "identity.token_lifetime_s is above 900: a stolen token works for that long");
    }
    if (config.isProduction() && config.boolean("debug")) {
        findings.warnings.emplace_back("debug=true in production writes a lot of log");
    }
}

}  // namespace

void addHostRules(Schema& schema) {
    schema.addRule(checkSecret);
    schema.addRule(checkDatabase);
    schema.addRule(checkWildcards);
    schema.addRule(checkRun);
    schema.addRule(checkTrace);
    schema.addRule(adviseAgainst);
}

}  // namespace mortise::config
