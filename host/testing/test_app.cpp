#include "testing/test_app.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "app/plugin_files.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/strings.hpp"
#include "db/session.hpp"
#include "http/message.hpp"
#include "limits.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/generation.hpp"
#include "plugin/manifest.hpp"
#include "testing/plugin_set.hpp"
#include "testing/queue_stand_in.hpp"

namespace mortise::testing {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

/// Begins every token of a given principal; no token of the host has an underscore in this place.
constexpr std::string_view kGivenToken = "given_principal_";

/// What a test wants other than service does: small, quick, everything in the log. A setting of the test comes later and wins.
std::vector<std::string> standardSettings(const AppDatabase& database) {
    return {"environment=development",
            "name=test",
            "database.url=" + database.url(),
            "plugins.state_directory=" + (database.directory() / "state").string(),
            "log.format=json",
            "log.level=debug",
            "docs.enabled=true",
            "run.reactors=2",
            "run.executor_threads=8",
            "run.plugin_concurrency_max=4",
            "run.cpu_threads=2",
            "database.pool_size=2",
            "database.max_overflow=8",
            "identity.password_passes=1",
            "identity.password_memory_kib=8192",
            "shutdown.deadline_ms=5000",
            "plugins.drain_deadline_ms=5000"};
}

std::unique_ptr<app::Configuration> configurationOf(const AppDatabase& database,
                                                    const AppOptions& options) {
    std::vector<std::string> settings = standardSettings(database);
    for (const auto& [key, value] : options.settings) {
        settings.push_back(key + '=' + value);
    }
    return std::make_unique<app::Configuration>(std::move(settings), app::Sources::ArgumentsOnly);
}

void checkRequest(const RequestText& text) {
    const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7F; };
    if (text.target.empty() || !std::all_of(text.target.begin(), text.target.end(), is_plain)) {
        throw Error(400, "INVALID_ARGUMENT",
                    "\"" + text.target +
                        "\" cannot be sent: a target has no spaces and no letters beyond ASCII; "
                        "percent-encode them");
    }
    if (text.method.empty() || !std::all_of(text.method.begin(), text.method.end(), [](char c) {
            return (c >= 'A' && c <= 'Z') || c == '-';
        })) {
        throw Error(400, "INVALID_ARGUMENT", "\"" + text.method + "\" is no method");
    }
}

bool hasHeader(const RequestText& text, std::string_view name) {
    return std::any_of(text.headers.begin(), text.headers.end(),
                       [&](const auto& header) { return header.first == name; });
}

std::string textOf(const plugin::ChangeReport& report) {
    const std::string step = report.steps.empty() ? std::string() : report.steps.back().name;
    std::string text = "plugin " + report.plugin + " failed in " + step + " (" + report.code +
                       "): " + report.reason;
    if (!report.remedy.empty()) {
        text += "; " + report.remedy;
    }
    return text;
}

}  // namespace

std::string GivenPrincipals::add(identity::Principal principal) {
    const std::lock_guard lock(mutex_);
    std::string token = std::string(kGivenToken) + std::to_string(++last_number_);
    if (principal.token_id.empty()) {
        principal.token_id = token;
    }
    principals_[token] = std::make_shared<const identity::Principal>(std::move(principal));
    return token;
}

void GivenPrincipals::remove(const std::string& token) {
    const std::lock_guard lock(mutex_);
    principals_.erase(token);
}

http::AuthResult GivenPrincipals::authenticate(std::string_view token) noexcept {
    if (!token.starts_with(kGivenToken)) {
        return verifier_.authenticate(token);
    }
    const std::lock_guard lock(mutex_);
    const auto found = principals_.find(token);
    return found == principals_.end()
               ? http::AuthResult{http::AuthResult::Status::Invalid, nullptr}
               : http::AuthResult{http::AuthResult::Status::Ok, found->second};
}

TestApp::TestApp(const AppOptions& options) : lines_(limits::kTestingLogLineCountMax) {
    const PluginSet set = readPlugins(options.plugins);
    const bool owns_queue = std::any_of(set.lines.begin(), set.lines.end(), [](const auto& line) {
        return line.plugin == kQueueSchema;
    });
    database_ = DatabaseServer::ofProcess()->create(set.lines, owns_queue ? "" : kQueueStandIn);
    fs::create_directories(database_->directory() / "state");
    fs::create_directories(database_->keys());
    fs::create_directory_symlink(database_->keys(), database_->directory() / "state" / "keys");
    configuration_ = configurationOf(*database_, options);
    app::HostOptions host_options;
    host_options.has_edges = false;
    host_options.log_sink = &lines_;
    host_options.plugin_files = options.plugins;
    host_options.stand_in = &operations_;
    host_options.outgoing_stand_in = &outgoing_;
    host_options.plugin_clock = &clock_;
    host_options.played_plugins = set.played;
    host_ = std::make_unique<app::Host>(*configuration_, std::move(host_options));
}

void TestApp::start() {
    host_->start();
    requireAllServing();
    app::Parts& parts = host_->parts();
    principals_ = std::make_unique<GivenPrincipals>(parts.authenticator);
    pipeline_ = std::make_unique<http::StandardPipeline>(
        http::PipelineParts{parts.publication, parts.executor, *parts.errors, parts.log, parts.gate,
                            principals_.get()},
        app::pipelineSettings(configuration_->host()));
}

TestApp::~TestApp() = default;

void TestApp::requireAllServing() {
    std::string reasons;
    for (const std::string& note : host_->bootReport().notes) {
        reasons += (reasons.empty() ? "" : "\n") + note;
    }
    for (const plugin::ChangeReport& report : host_->bootReport().plugins) {
        if (!report.ok()) {
            reasons += (reasons.empty() ? "" : "\n") + textOf(report);
        }
    }
    if (!reasons.empty()) {
        throw Error(500, "TESTING_PLUGIN", reasons);
    }
}

std::string TestApp::stop() {
    std::string reasons;
    for (const lifecycle::StageFailure& failure : host_->stop()) {
        reasons += (reasons.empty() ? "" : "\n") + failure.stage + ": " + failure.reason;
    }
    return reasons;
}

AnswerText TestApp::request(RequestText text, const identity::Principal* principal) {
    checkRequest(text);
    if (!hasHeader(text, "host")) {
        text.headers.emplace_back("host", "test");
    }
    if (!text.body.empty() && !hasHeader(text, "content-length")) {
        text.headers.emplace_back("content-length", std::to_string(text.body.size()));
    }
    std::string token;
    if (principal != nullptr) {
        token = principals_->add(*principal);
        text.headers.emplace_back("authorization", "Bearer " + token);
    }
    run::ReactorGroup& reactors = host_->parts().reactors;
    const unsigned number = next_reactor_.fetch_add(1, std::memory_order_relaxed);
    run::Reactor& reactor = reactors.at(number % reactors.size());
    const auto pending = startRequest(*pipeline_, reactor, std::move(text));
    try {
        AnswerText answer = pending->wait();
        principals_->remove(token);
        return answer;
    } catch (...) {
        principals_->remove(token);
        throw;
    }
}

void TestApp::sql(std::string_view statement, std::span<const db::Value> params,
                  const Visit& visit) {
    db::Session session(*host_->parts().pool, "testing",
                        steady_clock::now() + limits::kTestingStatementDeadline);
    const db::Result result = session.execute({statement, params});
    session.commit();
    const std::size_t width = result.columnCount();
    for (std::size_t row = 0; row < result.rowCount(); ++row) {
        visit(result.columns(), result.cells().subspan(row * width, width));
    }
}

std::vector<std::string> TestApp::logLines() {
    host_->parts().log.flush(limits::kLogFlushDeadline);
    return lines_.lines();
}

std::string TestApp::busyPlugin() {
    for (const auto& generation : host_->parts().registry.activeSet().serving) {
        if (!generation->isIdle()) {
            return generation->name();
        }
    }
    return {};
}

std::string TestApp::settle(steady_clock::time_point deadline) {
    while (true) {
        std::string busy = busyPlugin();
        if (busy.empty() || steady_clock::now() >= deadline) {
            return busy;
        }
        std::this_thread::sleep_for(limits::kTestingPollInterval);
    }
}

}  // namespace mortise::testing
