// Running jobs: progress on its way out, cancellation on its way in.
#include "plugins/jobs/runs.hpp"

#include <limits>
#include <memory>

#include "tests/support/catch.hpp"

using namespace jobs;

namespace {

mortise::Uuid idOf(std::uint8_t number) {
    std::array<std::uint8_t, mortise::Uuid::kSize> bytes{};
    bytes.back() = number;
    return mortise::Uuid(bytes);
}

}  // namespace

TEST_CASE("only the newest progress counts and is news once") {
    const std::atomic<bool> stopping{false};
    Run run(idOf(1), stopping);
    run.progress(0.25, "a quarter");
    run.progress(0.5, "half");
    bool is_news = false;
    const Heartbeat first = run.takeHeartbeat(&is_news);
    CHECK(is_news);
    CHECK(first.progress_fraction == 0.5);
    CHECK(first.progress_message == "half");
    CHECK(run.takeHeartbeat(&is_news).progress_message == "half");
    CHECK_FALSE(is_news);
}

TEST_CASE("progress outside of its range is brought back and a long text is cut at a character") {
    const std::atomic<bool> stopping{false};
    Run run(idOf(1), stopping);
    bool is_news = false;
    run.progress(7, std::string(254, 'x') + "\xC3\xA4");
    CHECK(run.takeHeartbeat(&is_news).progress_fraction == 1.0);
    CHECK(run.takeHeartbeat(&is_news).progress_message == std::string(254, 'x'));
    run.progress(std::numeric_limits<double>::quiet_NaN(), "");
    CHECK(run.takeHeartbeat(&is_news).progress_fraction == 1.0);
}

TEST_CASE("a stop asks every run to end without cancelling its job") {
    std::atomic<bool> stopping{false};
    Run run(idOf(1), stopping);
    CHECK_FALSE(run.isCancelled());
    stopping = true;
    CHECK(run.isCancelled());
    CHECK_FALSE(run.wasCancelled());
}

TEST_CASE("a cancellation reaches the run of that job only") {
    const std::atomic<bool> stopping{false};
    RunRegistry registry;
    Run one(idOf(1), stopping);
    Run other(idOf(2), stopping);
    const Registration first(registry, one);
    const Registration second(registry, other);
    registry.cancel(idOf(1));
    registry.cancel(idOf(3));
    CHECK(one.wasCancelled());
    CHECK_FALSE(other.wasCancelled());
}

TEST_CASE("a run is gone from the registry when its registration ends") {
    const std::atomic<bool> stopping{false};
    RunRegistry registry;
    Run run(idOf(1), stopping);
    bool any_news = false;
    {
        const Registration registration(registry, run);
        CHECK(registry.takeHeartbeats(&any_news).size() == 1);
    }
    CHECK(registry.takeHeartbeats(&any_news).empty());
}

TEST_CASE("the newer run of a job stays registered when the older one leaves") {
    const std::atomic<bool> stopping{false};
    RunRegistry registry;
    Run older(idOf(1), stopping);
    Run newer(idOf(1), stopping);
    auto leaving = std::make_unique<Registration>(registry, older);
    const Registration staying(registry, newer);
    leaving.reset();
    registry.cancel(idOf(1));
    CHECK(newer.wasCancelled());
    CHECK_FALSE(older.wasCancelled());
}

TEST_CASE("a job whose lease passed to somebody else is told to stop") {
    const std::atomic<bool> stopping{false};
    RunRegistry registry;
    Run kept(idOf(1), stopping);
    Run lost(idOf(2), stopping);
    Run unwanted(idOf(3), stopping);
    Run later(idOf(4), stopping);
    const Registration a(registry, kept);
    const Registration b(registry, lost);
    const Registration c(registry, unwanted);
    bool any_news = false;
    const std::vector<Heartbeat> asked = registry.takeHeartbeats(&any_news);
    const Registration d(registry, later);
    registry.apply(asked, {{idOf(1), false}, {idOf(3), true}});
    CHECK_FALSE(kept.wasCancelled());
    CHECK(lost.wasCancelled());
    CHECK(unwanted.wasCancelled());
    CHECK_FALSE(later.wasCancelled());
}
