#include "db/async_connections.hpp"

#include <atomic>
#include <future>

#include "run/reactor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"

using namespace mortise;
using namespace mortise::test;
using db::Access;
using db::AsyncConnections;
using db::FailureKind;
using db::Statement;
using db::Value;

namespace {

/// A completion a test can wait for. The outcome is read after wait().
class Outcome final : public db::Completion {
public:
    void onResult(db::Result result) noexcept override {
        on_reactor = run::Reactor::current() != nullptr;
        inside_call = calling;
        value = result.rowCount() == 0 || result.cell(0, 0).isNull()
                    ? ""
                    : std::string(result.cell(0, 0).text());
        ++calls;
        done.set_value();
    }
    void onFailure(const db::Failure& why) noexcept override {
        inside_call = calling;
        failure = why;
        ++calls;
        done.set_value();
    }
    bool wait() { return done.get_future().wait_for(20s) == std::future_status::ready; }
    std::string code() const { return failure ? std::string(failure->code()) : ""; }

    std::promise<void> done;
    std::string value;
    std::optional<db::Failure> failure;
    int calls = 0;
    bool on_reactor = false;
    bool calling = false;
    bool inside_call = false;
};

struct Fixture {
    TestLog log;
    TestDatabase database;
    run::Reactor reactor{0};
    std::unique_ptr<AsyncConnections> connections;

    Fixture() {
        database.run("CREATE SCHEMA notes; CREATE TABLE notes.notes (title text UNIQUE)");
        reactor.start();
        make({});
    }
    ~Fixture() {
        onReactor([this] { stop(); });
        reactor.stop();
    }
    void make(db::AsyncSettings settings) {
        settings.connection = database.connection();
        onReactor([&] {
            stop();
            connections = std::make_unique<AsyncConnections>(reactor, settings, "notes", log.get());
        });
    }
    void stop() {
        if (connections != nullptr) {
            connections->stop();
            connections.reset();
        }
    }
    /// Runs `function` on the reactor and waits for its end.
    void onReactor(const std::function<void()>& function) {
        std::promise<void> done;
        reactor.post(run::makeWork([&] {
            function();
            done.set_value();
        }));
        done.get_future().get();
    }
    AsyncConnections::Admission start(Outcome& outcome, const Statement& statement,
                                      std::chrono::milliseconds time = 20s) {
        AsyncConnections::Admission admission{};
        onReactor([&] {
            outcome.calling = true;
            admission = connections->execute(statement, in(time), outcome);
            outcome.calling = false;
        });
        return admission;
    }
    AsyncConnections::Stats stats() {
        AsyncConnections::Stats stats;
        onReactor([&] { stats = connections->stats(); });
        return stats;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an asynchronous statement answers on the reactor, once, later") {
    Outcome outcome;
    const Value params[] = {Value::of("20")};
    CHECK(start(outcome, {.sql = "SELECT $1::int + 1", .params = params}) ==
          AsyncConnections::Admission::Accepted);
    REQUIRE(outcome.wait());
    CHECK(outcome.value == "21");
    CHECK(outcome.on_reactor);
    CHECK_FALSE(outcome.inside_call);
    CHECK(outcome.calls == 1);
}

TEST_CASE_METHOD(Fixture, "asynchronous statements see the plugin's schema and commit themselves") {
    Outcome write;
    start(write, {.sql = "INSERT INTO notes VALUES ('a')"});
    REQUIRE(write.wait());
    CHECK(database.value("SELECT title FROM notes.notes") == "a");
    Outcome again;
    start(again, {.sql = "INSERT INTO notes VALUES ('a')"});
    REQUIRE(again.wait());
    CHECK(again.code() == "UNIQUE_VIOLATION");
    CHECK(again.failure->message() == "notes_title_key");
    Outcome read;
    start(read, {.sql = "SELECT count(*) FROM notes"});
    REQUIRE(read.wait());
    CHECK(read.value == "1");
}

TEST_CASE_METHOD(Fixture, "many statements share few connections") {
    std::vector<Outcome> outcomes(300);
    onReactor([&] {
        for (std::size_t number = 0; number < outcomes.size(); ++number) {
            const std::string text = std::to_string(number);
            const Value params[] = {Value::of(text)};
            CHECK(connections->execute({.sql = "SELECT $1::text", .params = params}, in(20s),
                                       outcomes[number]) == AsyncConnections::Admission::Accepted);
        }
    });
    for (std::size_t number = 0; number < outcomes.size(); ++number) {
        REQUIRE(outcomes[number].wait());
        CHECK(outcomes[number].value == std::to_string(number));
    }
    CHECK(stats().open <= 2);
    CHECK(stats().queued == 0);
}

TEST_CASE_METHOD(Fixture, "large parameters and results pass the reactor") {
    const std::string text(3'000'000, 'y');
    const Value params[] = {Value::of(text)};
    Outcome outcome;
    start(outcome, {.sql = "SELECT $1::text || $1::text", .params = params});
    REQUIRE(outcome.wait());
    CHECK(outcome.value.size() == 6'000'000);
}

TEST_CASE_METHOD(Fixture, "a statement past its deadline fails and its late result is dropped") {
    db::AsyncSettings settings;
    settings.connection_count = 1;
    make(settings);
    Outcome slow;
    start(slow, {.sql = "SELECT pg_sleep(0.4)"}, 50ms);
    Outcome waits;
    start(waits, {.sql = "SELECT 'next'"}, 60ms);
    Outcome next;
    start(next, {.sql = "SELECT 'next'"});
    REQUIRE(slow.wait());
    CHECK(slow.code() == "STATEMENT_TIMEOUT");
    REQUIRE(waits.wait());
    CHECK(waits.code() == "STATEMENT_TIMEOUT");
    REQUIRE(next.wait());
    CHECK(next.value == "next");
    CHECK(slow.calls == 1);
    CHECK(stats().open == 1);
}

TEST_CASE_METHOD(Fixture, "the queue is bounded") {
    db::AsyncSettings settings;
    settings.connection_count = 1;
    settings.queue_max = 2;
    make(settings);
    Outcome outcomes[3];
    Outcome refused;
    onReactor([&] {
        for (Outcome& outcome : outcomes) {
            // The first ones wait for the connection to open.
            if (&outcome != &outcomes[2]) {
                CHECK(connections->execute({.sql = "SELECT 1"}, in(20s), outcome) ==
                      AsyncConnections::Admission::Accepted);
            }
        }
        CHECK(connections->execute({.sql = "SELECT 1"}, in(20s), refused) ==
              AsyncConnections::Admission::QueueFull);
    });
    REQUIRE(outcomes[0].wait());
    REQUIRE(outcomes[1].wait());
    CHECK(refused.calls == 0);
}

TEST_CASE_METHOD(Fixture, "a read whose connection dies is sent once more, a write is not") {
    database.run("CREATE SEQUENCE notes.attempts");
    Outcome read;
    start(read, {.sql = "SELECT CASE WHEN nextval('attempts') = 1 THEN"
                        " pg_terminate_backend(pg_backend_pid()) END, pg_sleep(0.05)",
                 .access = Access::ReadOnly});
    REQUIRE(read.wait());
    CHECK(read.code().empty());
    CHECK(database.value("SELECT last_value FROM notes.attempts") == "2");
    Outcome write;
    start(write, {.sql = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)"});
    REQUIRE(write.wait());
    CHECK(write.code() == "DATABASE_UNAVAILABLE");
}

TEST_CASE_METHOD(Fixture, "idle connections that die are replaced") {
    Outcome first;
    start(first, {.sql = "SELECT 1"});
    REQUIRE(first.wait());
    CHECK(database.killConnections() == 1);
    CHECK(eventually([&] { return stats().open == 0; }));
    Outcome second;
    start(second, {.sql = "INSERT INTO notes VALUES ('a')"});
    REQUIRE(second.wait());
    CHECK(second.code().empty());
}

TEST_CASE_METHOD(Fixture, "an outage fails asynchronous statements fast and then is over") {
    Outcome before;
    start(before, {.sql = "SELECT 1"});
    REQUIRE(before.wait());
    {
        Outage outage;
        for (int attempt = 0; attempt < 20; ++attempt) {
            Outcome outcome;
            start(outcome, {.sql = "SELECT 1"});
            REQUIRE(outcome.wait());
            CHECK(outcome.code() == "DATABASE_UNAVAILABLE");
            CHECK_FALSE(outcome.inside_call);
        }
    }
    CHECK(eventually([&] {
        Outcome outcome;
        start(outcome, {.sql = "SELECT 1"});
        return outcome.wait() && outcome.value == "1";
    }));
}

TEST_CASE_METHOD(Fixture, "a changed table does not break asynchronous statements") {
    const Statement statement{.sql = "SELECT * FROM notes", .access = Access::ReadOnly};
    Outcome before;
    start(before, statement);
    REQUIRE(before.wait());
    database.run("ALTER TABLE notes.notes ADD COLUMN extra text");
    Outcome after;
    start(after, statement);
    REQUIRE(after.wait());
    CHECK(after.code().empty());
}

TEST_CASE_METHOD(Fixture, "stop cancels what runs and what waits, and refuses what comes") {
    db::AsyncSettings settings;
    settings.connection_count = 1;
    make(settings);
    Outcome running;
    Outcome queued;
    Outcome late;
    start(running, {.sql = "SELECT pg_sleep(30)"});
    start(queued, {.sql = "SELECT 1"});
    REQUIRE(eventually([&] { return stats().running == 1; }));
    onReactor([&] {
        connections->stop();
        CHECK(running.calls == 1);
        CHECK(queued.calls == 1);
        CHECK(connections->execute({.sql = "SELECT 1"}, in(20s), late) ==
              AsyncConnections::Admission::Stopped);
    });
    CHECK(running.code() == "CANCELLED");
    CHECK(queued.code() == "CANCELLED");
    CHECK(late.calls == 0);
}

TEST_CASE_METHOD(Fixture, "a parameter with a zero byte fails later, not inside the call") {
    const Value params[] = {Value::of(std::string_view("a\0b", 3))};
    Outcome outcome;
    start(outcome, {.sql = "SELECT $1::text", .params = params});
    REQUIRE(outcome.wait());
    CHECK(outcome.failure->sqlstate() == "22021");
    CHECK_FALSE(outcome.inside_call);
}

TEST_CASE_METHOD(Fixture, "a completion may start the next statement") {
    struct Chain final : db::Completion {
        AsyncConnections& connections;
        std::promise<void> done;
        int left = 50;
        explicit Chain(AsyncConnections& chain_connections) : connections(chain_connections) {}
        void onResult(db::Result) noexcept override {
            if (--left == 0) {
                done.set_value();
            } else if (connections.execute({.sql = "SELECT 1"}, in(20s), *this) !=
                       AsyncConnections::Admission::Accepted) {
                done.set_value();
            }
        }
        void onFailure(const db::Failure&) noexcept override { done.set_value(); }
    };
    Chain chain(*connections);
    onReactor([&] {
        CHECK(connections->execute({.sql = "SELECT 1"}, in(20s), chain) ==
              AsyncConnections::Admission::Accepted);
    });
    REQUIRE(chain.done.get_future().wait_for(20s) == std::future_status::ready);
    CHECK(chain.left == 0);
}
