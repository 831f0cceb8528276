// What a change may still do when the host stops: nothing that anybody sees.
#include <future>
#include <thread>

#include "base/error.hpp"
#include "plugin/swap.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/plugin/swap_fixture.hpp"

using namespace mortise::plugin;
using namespace mortise::plugin::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

template <typename Body>
std::string codeOf(Body body) {
    try {
        body();
        return {};
    } catch (const mortise::Error& failure) {
        return failure.code();
    }
}

/// An apply of well_behaved_2 that stands still in its migration until it is told to go on.
class HeldApply {
public:
    explicit HeldApply(Host& host) {
        ApplyOptions options;
        options.migrate = [this](const std::filesystem::path&) {
            has_begun_.set_value();
            may_go_on_.get_future().wait();
        };
        thread_ = std::thread([this, &host, options] {
            report_ = host.swap->apply(rogue("well_behaved_2"), options);
        });
        has_begun_.get_future().wait();
    }
    ~HeldApply() {
        if (thread_.joinable()) {
            goOn();
        }
    }
    HeldApply(const HeldApply&) = delete;
    HeldApply& operator=(const HeldApply&) = delete;

    ChangeReport goOn() {
        may_go_on_.set_value();
        thread_.join();
        return report_;
    }

private:
    std::promise<void> has_begun_;
    std::promise<void> may_go_on_;
    ChangeReport report_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("no change begins after the shutdown") {
    Host host;
    host.swap->boot({rogue("prepare_waits"), rogue("other")});
    host.swap->shutdown(Clock::now() + 5s);
    const int publish_count = host.publisher.publish_count;
    CHECK(codeOf([&] { host.apply("well_behaved"); }) == "SHUTTING_DOWN");
    CHECK(codeOf([&] { host.swap->rollback("other"); }) == "SHUTTING_DOWN");
    CHECK(codeOf([&] { host.swap->remove("other"); }) == "SHUTTING_DOWN");
    CHECK(codeOf([&] { host.swap->boot({rogue("other")}); }) == "SHUTTING_DOWN");
    CHECK(host.swap->retryDegraded() == 0);
    CHECK(host.publisher.publish_count == publish_count);
    CHECK(host.mappedCount() == 0);
}

TEST_CASE("a change in progress when the host stops is given up, and everything is stopped") {
    Host host;
    host.apply("well_behaved");
    HeldApply apply(host);
    std::vector<ChangeReport> reports;
    std::thread control([&] { reports = host.swap->shutdown(Clock::now() + 20s); });
    while (codeOf([&] { host.swap->rollback("rogue"); }) != "SHUTTING_DOWN") {
        std::this_thread::yield();
    }
    const auto report = apply.goOn();
    control.join();
    CAPTURE(report.toJson());
    CHECK(report.code == "SHUTTING_DOWN");
    CHECK(host.swap->desired().plugins.at("rogue").version == "1.0.0");
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].version_before == "1.0.0");
    CHECK(reports[0].previous == "unmapped");
    CHECK(host.mappedCount() == 0);
}

TEST_CASE("a change that outlasts the shutdown publishes nothing, and the process may only exit") {
    Host host;
    host.apply("well_behaved");
    HeldApply apply(host);
    const int publish_count = host.publisher.publish_count;
    const auto reports = host.swap->shutdown(Clock::now() + 20ms);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].code == "CHANGE_IN_PROGRESS");
    CHECK(host.registry->occupiedCount() == 1);
    const auto report = apply.goOn();
    CHECK(report.code == "SHUTTING_DOWN");
    CHECK(host.publisher.publish_count == publish_count);
    CHECK(host.registry->serving("rogue")->version() == "1.0.0");
    CHECK(host.registry->snapshot()[0].leaving.empty());
    CHECK(host.registry->occupiedCount() == 1);
}
