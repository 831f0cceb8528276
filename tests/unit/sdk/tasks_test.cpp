// Time and units of work of a plugin, on their way to the host.
#include "mortise/tasks.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using namespace std::chrono_literals;
using test::FakeHost;

namespace {

/// What the host was told.
struct Told {
    static inline std::vector<std::uint32_t> times;
    static inline std::vector<mortise_status> outcomes;
};

struct Fixture {
    Fixture() {
        Told::times.clear();
        Told::outcomes.clear();
        host.tasks_table.open = [](const mortise_host*, std::uint32_t deadline_ms,
                                   mortise_context** context, mortise_error*) {
            Told::times.push_back(deadline_ms);
            *context = FakeHost::current()->context();
            return static_cast<mortise_status>(MORTISE_OK);
        };
        host.tasks_table.close = [](mortise_context*, mortise_status outcome, mortise_error*) {
            Told::outcomes.push_back(outcome);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        FakeHost::current() = &host;
    }

    FakeHost host;
    Host plugin{&host};
};

class Preparing final : public Plugin {
public:
    static inline std::optional<std::chrono::milliseconds> remaining;
    void declare(Router&) override {}
    void prepare(Host&, Deadline deadline) override { remaining = deadline.remaining(); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a unit of work has the deadline it was opened with, or none") {
    const PluginTasks tasks = plugin.tasks();
    tasks.open(5s).commit();
    tasks.open(0ms).commit();
    tasks.open(-5ms).commit();
    tasks.open().commit();
    CHECK(Told::times == std::vector<std::uint32_t>{5000, 1, 1, 0});
}

TEST_CASE_METHOD(Fixture, "a time the host cannot be told is refused instead of cut") {
    CHECK_THROWS_AS(plugin.tasks().open(24h * 60), std::out_of_range);
    CHECK_THROWS_AS(plugin.tasks().after(24h * 60, [] {}), std::out_of_range);
    CHECK(Told::times.empty());
}

TEST_CASE_METHOD(Fixture, "a unit of work that was committed is over") {
    WorkUnit work = plugin.tasks().open(5s);
    work.commit();
    CHECK_THROWS_AS(work.commit(), std::logic_error);
    CHECK_THROWS_AS(work.db(), std::logic_error);
    CHECK_THROWS_AS(work.operations(), std::logic_error);
    CHECK_THROWS_AS(work.jobs(), std::logic_error);
    CHECK_THROWS_AS(work.identity(), std::logic_error);
    CHECK_THROWS_AS(work.isInterrupted(), std::logic_error);
    CHECK(Told::outcomes == std::vector<mortise_status>{MORTISE_OK});
}

TEST_CASE("prepare() is told how long it has") {
    FakeHost host;
    test::OpenPlugin<Preparing> open(host);
    REQUIRE(open.table().prepare(open.self(), 60'000, open.error.out()) == MORTISE_OK);
    REQUIRE(Preparing::remaining);
    CHECK(*Preparing::remaining > 0ms);
    CHECK(*Preparing::remaining <= 60s);
}
