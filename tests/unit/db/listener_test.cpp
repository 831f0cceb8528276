#include "db/listener.hpp"

#include <atomic>
#include <mutex>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"

using namespace mortise;
using namespace mortise::test;
using db::Listener;

namespace {

/// Collects "channel:payload".
class Mailbox {
public:
    Listener::Callback callback() {
        return [this](std::string_view channel, std::string_view payload) {
            const std::lock_guard lock(mutex_);
            texts_.push_back(std::string(channel) + ":" + std::string(payload));
        };
    }
    bool has(const std::string& text) {
        return eventually([&] { return count(text) > 0; });
    }
    std::size_t count(const std::string& text) {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(std::count(texts_.begin(), texts_.end(), text));
    }

private:
    std::mutex mutex_;  // Guards texts_.
    std::vector<std::string> texts_;
};

struct Fixture {
    TestLog log;
    TestDatabase database;
    Mailbox mailbox;
    Listener listener;

    Fixture() : listener(settings(database), log.get()) { listener.start(); }
    ~Fixture() { listener.stop(); }

    static db::ListenerSettings settings(const TestDatabase& database) {
        db::ListenerSettings settings;
        settings.connection = database.connection();
        settings.ping_interval = 100ms;
        return settings;
    }
    void listen() { REQUIRE(listener.waitUntilListening(in(20s))); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a notification reaches the subscribers of its channel only") {
    Mailbox other;
    listener.subscribe("jobs", mailbox.callback());
    listener.subscribe("Other \"channel\"", other.callback());
    listen();
    database.run("SELECT pg_notify('jobs', 'one')");
    database.run("SELECT pg_notify('Other \"channel\"', 'two')");
    CHECK(mailbox.has("jobs:one"));
    CHECK(other.has("Other \"channel\":two"));
    CHECK(mailbox.count("jobs:one") == 1);
    CHECK(other.count("jobs:one") == 0);
}

TEST_CASE_METHOD(Fixture, "a subscription may come while the listener waits") {
    listener.subscribe("first", mailbox.callback());
    listen();
    listener.subscribe("second", mailbox.callback());
    listen();
    database.run("NOTIFY second, 'x'");
    CHECK(mailbox.has("second:x"));
}

TEST_CASE_METHOD(Fixture, "an ended subscription is not called any more") {
    const auto ended = listener.subscribe("jobs", mailbox.callback());
    Mailbox stays;
    listener.subscribe("jobs", stays.callback());
    listen();
    REQUIRE(ended);
    CHECK(listener.unsubscribe(*ended));
    CHECK_FALSE(listener.unsubscribe(*ended));
    database.run("NOTIFY jobs, 'x'");
    CHECK(stays.has("jobs:x"));
    CHECK(mailbox.count("jobs:x") == 0);
}

TEST_CASE_METHOD(Fixture, "unsubscribe waits for a callback that runs") {
    std::atomic<bool> entered{false};
    std::atomic<bool> release{false};
    std::atomic<bool> left{false};
    const auto id = listener.subscribe("jobs", [&](std::string_view, std::string_view) {
        entered = true;
        eventually([&] { return release.load(); });
        left = true;
    });
    listen();
    database.run("NOTIFY jobs");
    REQUIRE(eventually([&] { return entered.load(); }));
    std::thread releaser([&] { release = true; });
    listener.unsubscribe(*id);
    CHECK(left);
    releaser.join();
}

TEST_CASE_METHOD(Fixture, "a callback that throws, whatever it throws, harms nobody") {
    listener.subscribe("jobs", [](std::string_view, std::string_view) { throw 1; });
    listener.subscribe("jobs", [](std::string_view, std::string_view) {
        throw std::runtime_error("the callback's own");
    });
    listener.subscribe("jobs", mailbox.callback());
    listen();
    database.run("NOTIFY jobs, 'a'");
    CHECK(mailbox.has("jobs:a"));
    CHECK(log.has("database.notification_failed"));
    database.run("NOTIFY jobs, 'b'");
    CHECK(mailbox.has("jobs:b"));
}

TEST_CASE_METHOD(Fixture, "a callback may end its own subscription") {
    std::atomic<Listener::Id> id{0};
    std::atomic<int> calls{0};
    id = *listener.subscribe("jobs", [&](std::string_view, std::string_view) {
        ++calls;
        listener.unsubscribe(id);
    });
    listener.subscribe("jobs", mailbox.callback());
    listen();
    database.run("NOTIFY jobs, 'a'");
    database.run("NOTIFY jobs, 'b'");
    CHECK(mailbox.has("jobs:b"));
    CHECK(calls == 1);
}

TEST_CASE_METHOD(Fixture, "subscribers hear of a gap when the connection was lost") {
    listener.subscribe("jobs", mailbox.callback());
    listen();
    CHECK(mailbox.count(":") == 0);
    CHECK(database.killConnections() == 1);
    CHECK(mailbox.has(":"));
    listen();
    database.run("NOTIFY jobs, 'after'");
    CHECK(mailbox.has("jobs:after"));
}

TEST_CASE_METHOD(Fixture, "the listener survives an outage") {
    listener.subscribe("jobs", mailbox.callback());
    listen();
    {
        Outage outage;
        CHECK(eventually([&] { return !listener.waitUntilListening(in(0ms)); }));
        listener.subscribe("later", mailbox.callback());
    }
    CHECK(mailbox.has(":"));
    listen();
    database.run("NOTIFY later, 'x'");
    CHECK(mailbox.has("later:x"));
    CHECK(log.has("database.listener_recovered"));
}

TEST_CASE_METHOD(Fixture, "channel names that PostgreSQL would change are refused") {
    CHECK_THROWS_AS(listener.subscribe("", mailbox.callback()), Error);
    CHECK_THROWS_AS(listener.subscribe(std::string(64, 'x'), mailbox.callback()), Error);
    CHECK_THROWS_AS(listener.subscribe(std::string_view("a\0b", 3), mailbox.callback()), Error);
    CHECK(listener.subscribe(std::string(63, 'x'), mailbox.callback()));
}

TEST_CASE("the number of subscriptions is bounded") {
    TestLog log;
    Listener listener({}, log.get());
    for (std::size_t number = 0; number < limits::kSubscriptionCountMax; ++number) {
        REQUIRE(listener.subscribe("x", [](std::string_view, std::string_view) {}));
    }
    CHECK_FALSE(listener.subscribe("x", [](std::string_view, std::string_view) {}));
}
