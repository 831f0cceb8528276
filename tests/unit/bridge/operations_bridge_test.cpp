// Calls of a coroutine: whatever the provider does, the caller hears once and no later than its deadline.
#include <atomic>
#include <future>
#include <memory>
#include <optional>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/operation_stand_in.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/bridge/instance_fixture.hpp"

using namespace mortise;
using namespace mortise::bridge::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kOperation = "users.find";

/// Answers when it is let go.
class Provider final : public bridge::OperationStandIn {
public:
    ~Provider() override { letGo(); }
    bool answers(std::string_view operation) noexcept override { return operation == kOperation; }
    mortise_status call(std::string_view, std::string_view, std::string& output,
                        mortise_error&) noexcept override {
        release_.get_future().wait();
        output = R"({"late":true})";
        return MORTISE_OK;
    }
    void letGo() {
        if (!is_released_.exchange(true)) {
            release_.set_value();
        }
    }

private:
    std::promise<void> release_;
    std::atomic<bool> is_released_{false};
};

struct Fixture {
    Fixture() {
        auto origin = originOf("notes");
        origin.manifest.calls.push_back({std::string(kOperation), {}});
        generation.emplace(std::move(origin));
        host.services.stand_in = &provider;
        host.instance =
            std::make_unique<bridge::HostInstance>(*generation, &host.services, bridge::Values());
    }
    ~Fixture() {
        provider.letGo();
        host.executor.stop();
        host.reactors.stop();
        host.instance.reset();
    }

    /// Calls as a coroutine does, with a unit of work that ends in the completion.
    mortise_status call(std::chrono::milliseconds left) {
        std::promise<mortise_status> begun;
        host.reactors.at(0).post(run::makeWork([&] {
            unit = std::make_unique<bridge::Context>(*host.instance);
            unit->deadline = std::chrono::steady_clock::now() + left;
            begun.set_value(bridge::operationsTable().call_async(
                unit.get(), bridge::strOf(kOperation), bridge::strOf("{}"), &Fixture::done, this,
                nullptr));
        }));
        return begun.get_future().get();
    }
    static void done(void* raw, mortise_status status, mortise_str output,
                     const mortise_error* error) {
        auto& self = *static_cast<Fixture*>(raw);
        self.unit.reset();
        self.output = bridge::viewOf(output);
        self.code = error == nullptr ? "" : error->code;
        if (++self.count == 1) {
            self.ended.set_value(status);
        }
    }

    Provider provider;
    InstanceFixture host;
    std::optional<plugin::Generation> generation;
    std::unique_ptr<bridge::Context> unit;
    std::promise<mortise_status> ended;
    std::atomic<int> count{0};
    std::string output;
    std::string code;
};

}  // namespace

TEST_CASE("an asynchronous caller gets the outcome of an operation that ends in time") {
    Fixture given;
    REQUIRE(given.call(10min) == MORTISE_OK);
    given.provider.letGo();
    CHECK(given.ended.get_future().get() == MORTISE_OK);
    CHECK(given.output == R"({"late":true})");
}

TEST_CASE("an asynchronous caller hears at its deadline, and a late outcome reaches nobody") {
    Fixture given;
    REQUIRE(given.call(20ms) == MORTISE_OK);
    auto ended = given.ended.get_future();
    REQUIRE(ended.wait_for(20s) == std::future_status::ready);
    CHECK(ended.get() == MORTISE_DEADLINE_EXCEEDED);
    CHECK(given.code == "DEADLINE_EXCEEDED");
    given.provider.letGo();
    given.host.executor.stop();
    given.host.reactors.stop();
    CHECK(given.count == 1);
    CHECK(given.generation->isIdle());
}

TEST_CASE("an asynchronous caller hears when its plugin is cancelled") {
    Fixture given;
    REQUIRE(given.call(10min) == MORTISE_OK);
    given.host.instance->cancel();
    auto ended = given.ended.get_future();
    REQUIRE(ended.wait_for(20s) == std::future_status::ready);
    CHECK(ended.get() == MORTISE_CANCELLED);
}
