// TestApp: a whole host inside a test program, without sockets: the composition of app::Host with a database of its own.
//
// What differs from a host in service, and nothing else: settings come from the test alone, log lines are kept in memory, principals
// may be given instead of tokens, operations may be answered by the test, and where no plugin owns the job queue a small stand-in
// keeps what is enqueued. Plugins come up as at a start of the host (no probe child: nothing serves yet that a crash could harm).
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/configuration.hpp"
#include "app/host.hpp"
#include "app/parts.hpp"
#include "db/result.hpp"
#include "http/authenticator.hpp"
#include "http/standard_pipeline.hpp"
#include "identity/principal.hpp"
#include "log/sink.hpp"
#include "testing/database_server.hpp"
#include "testing/memory_exchange.hpp"
#include "testing/operations.hpp"
#include "testing/outgoing_http.hpp"
#include "testing/test_clock.hpp"

namespace mortise::testing {

struct AppOptions {
    std::vector<std::filesystem::path> plugins;
    std::vector<std::pair<std::string, std::string>> settings;
};

/// Principals of requests that are under way, each behind a token of one use; other tokens are for the host's verifier.
class GivenPrincipals final : public http::Authenticator {
public:
    explicit GivenPrincipals(http::Authenticator& verifier) : verifier_(verifier) {}

    std::string add(identity::Principal principal);
    void remove(const std::string& token);
    http::AuthResult authenticate(std::string_view token) noexcept override;

private:
    http::Authenticator& verifier_;
    std::mutex mutex_;  // Guards both.
    std::map<std::string, std::shared_ptr<const identity::Principal>, std::less<>> principals_;
    std::uint64_t last_number_ = 0;
};

class TestApp {
public:
    /// Makes the database; nothing of a plugin runs yet. Throws mortise::Error.
    explicit TestApp(const AppOptions& options);
    ~TestApp();
    TestApp(const TestApp&) = delete;
    TestApp& operator=(const TestApp&) = delete;

    /// Throws mortise::Error with every plugin that did not come up and why; then too stop() comes next.
    void start();
    /// Stops the plugins; what did not stop well, empty when all did. Once.
    std::string stop();
    /// Threads are still inside a plugin: this object must not be destroyed.
    bool isOccupied() const noexcept { return host_->isOccupied(); }

    /// `principal` nullptr leaves it to the headers. Throws mortise::Error.
    AnswerText request(RequestText text, const identity::Principal* principal);
    Operations& operations() noexcept { return operations_; }
    OutgoingHttp& outgoing() noexcept { return outgoing_; }
    TestClock& clock() noexcept { return clock_; }
    using Visit =
        std::function<void(std::span<const db::Result::Column>, std::span<const db::Value>)>;
    /// Throws db::Failure.
    void sql(std::string_view statement, std::span<const db::Value> params, const Visit& visit);
    bridge::Publication& publication() { return host_->parts().publication; }
    std::vector<std::string> logLines();
    /// Empty when nothing runs any more, otherwise the plugin that was busy at the deadline.
    std::string settle(std::chrono::steady_clock::time_point deadline);

private:
    std::string busyPlugin();
    void requireAllServing();

    // In the order of dependence: the host goes first, its database last.
    log::MemorySink lines_;
    Operations operations_;
    OutgoingHttp outgoing_;
    TestClock clock_;
    std::unique_ptr<AppDatabase> database_;
    std::unique_ptr<app::Configuration> configuration_;
    std::unique_ptr<app::Host> host_;
    std::unique_ptr<GivenPrincipals> principals_;
    std::unique_ptr<http::StandardPipeline> pipeline_;
    std::atomic<unsigned> next_reactor_{0};  // Relaxed: only spreads the requests.
};

}  // namespace mortise::testing
