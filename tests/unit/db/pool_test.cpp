#include "db/pool.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "db/engine/connection.hpp"
#include "db/failure.hpp"
#include "db/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"

using namespace mortise;
using namespace mortise::test;
using db::FailureKind;
using db::Lease;
using db::Pool;
using std::chrono::steady_clock;

namespace {

struct Fixture {
    TestLog log;
    TestDatabase database;

    db::PoolSettings settings(unsigned size, unsigned overflow = 0) {
        db::PoolSettings settings;
        settings.connection = database.connection();
        settings.size = size;
        settings.overflow = overflow;
        settings.plugin_share_percent = 100;
        return settings;
    }
};

FailureKind failureOf(Pool& pool, std::string_view plugin = "notes",
                      db::Deadline deadline = in(20s)) {
    try {
        pool.acquire(plugin, deadline);
    } catch (const db::Failure& failure) {
        return failure.kind();
    }
    FAIL("a lease was granted");
    return FailureKind::SqlError;
}

void use(Lease& lease) {
    lease.connection().query("SELECT 1", in(20s));
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a pool opens connections only when they are needed") {
    Pool pool(settings(5), log.get());
    CHECK(pool.stats().open == 0);
    pool.acquire("notes", in(20s));
    pool.acquire("notes", in(20s));
    CHECK(pool.stats().open == 1);
    CHECK(pool.stats().leased == 0);
}

TEST_CASE_METHOD(Fixture, "a lease request waits no longer than its deadline") {
    Pool pool(settings(1), log.get());
    const Lease held = pool.acquire("notes", in(20s));
    const auto start = steady_clock::now();
    CHECK(failureOf(pool, "notes", in(100ms)) == FailureKind::PoolTimeout);
    CHECK(steady_clock::now() - start >= 100ms);
    CHECK(steady_clock::now() - start < 5s);
    CHECK(failureOf(pool, "notes", steady_clock::now()) == FailureKind::PoolTimeout);
    CHECK(pool.stats().waiting == 0);
}

TEST_CASE_METHOD(Fixture, "a lease request waits no longer than the pool's timeout") {
    auto limited = settings(1);
    limited.timeout = 50ms;
    Pool pool(limited, log.get());
    const Lease held = pool.acquire("notes", in(20s));
    const auto start = steady_clock::now();
    CHECK(failureOf(pool) == FailureKind::PoolTimeout);
    CHECK(steady_clock::now() - start < 10s);
}

TEST_CASE_METHOD(Fixture, "overflow connections close when nobody waits for them") {
    Pool pool(settings(1, 2), log.get());
    {
        const Lease first = pool.acquire("notes", in(20s));
        const Lease second = pool.acquire("notes", in(20s));
        const Lease third = pool.acquire("notes", in(20s));
        CHECK(pool.stats().open == 3);
        CHECK(failureOf(pool, "notes", in(20ms)) == FailureKind::PoolTimeout);
    }
    CHECK(pool.stats().open == 1);
}

TEST_CASE_METHOD(Fixture, "a returned connection goes to the one who waits longest") {
    Pool pool(settings(1), log.get());
    Lease held = pool.acquire("notes", in(20s));
    std::vector<int> order;  // Written by one holder of the only lease at a time.
    std::vector<std::thread> threads;
    for (int number = 0; number < 3; ++number) {
        threads.emplace_back([&, number] {
            Lease lease = pool.acquire("notes", in(20s));
            order.push_back(number);
        });
        REQUIRE(
            eventually([&] { return pool.stats().waiting == static_cast<unsigned>(number) + 1; }));
    }
    held.release();
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(order == std::vector<int>{0, 1, 2});
}

TEST_CASE_METHOD(Fixture, "a plugin at its share leaves the rest to the others") {
    auto shared = settings(4);
    shared.plugin_share_percent = 50;
    Pool pool(shared, log.get());
    const Lease first = pool.acquire("greedy", in(20s));
    Lease second = pool.acquire("greedy", in(20s));
    std::atomic<bool> got{false};
    std::thread waiter([&] {
        const Lease third = pool.acquire("greedy", in(20s));
        got = true;
    });
    REQUIRE(eventually([&] { return pool.stats().waiting == 1; }));
    {
        const Lease other = pool.acquire("modest", in(20s));
        CHECK(pool.stats().open == 3);
    }
    CHECK_FALSE(got);
    second.release();
    waiter.join();
    CHECK(got);
}

TEST_CASE_METHOD(Fixture, "a plugin gets the connection it used last") {
    Pool pool(settings(2), log.get());
    {
        db::Session a(pool, "a", in(20s));
        a.execute({.sql = "SELECT 1"});
        db::Session b(pool, "b", in(20s));
        b.execute({.sql = "SELECT 1"});
    }
    CHECK(pool.acquire("a", in(20s)).connection().plugin() == "a");
    CHECK(pool.acquire("b", in(20s)).connection().plugin() == "b");
}

TEST_CASE_METHOD(Fixture, "a connection left inside a transaction is not lent again") {
    Pool pool(settings(1), log.get());
    {
        Lease lease = pool.acquire("notes", in(20s));
        lease.connection().query("BEGIN", in(20s));
    }
    CHECK(pool.stats().open == 0);
    Lease lease = pool.acquire("notes", in(20s));
    CHECK_FALSE(lease.connection().isInTransaction());
}

TEST_CASE_METHOD(Fixture, "terminated connections are replaced before they are lent") {
    Pool pool(settings(3), log.get());
    {
        const Lease first = pool.acquire("notes", in(20s));
        const Lease second = pool.acquire("notes", in(20s));
        const Lease third = pool.acquire("notes", in(20s));
    }
    CHECK(database.killConnections() == 3);
    Lease lease = pool.acquire("notes", in(20s));
    CHECK_NOTHROW(use(lease));
    CHECK(pool.stats().open == 1);
}

TEST_CASE_METHOD(Fixture, "a connection that idled long is asked before it is lent") {
    auto asking = settings(1);
    asking.ping_after_idle = 0ms;
    Pool pool(asking, log.get());
    { Lease lease = pool.acquire("notes", in(20s)); }
    Lease lease = pool.acquire("notes", in(20s));
    CHECK_NOTHROW(use(lease));
    CHECK(pool.stats().open == 1);
}

TEST_CASE_METHOD(Fixture, "an outage fails fast and is over soon after PostgreSQL is back") {
    Pool pool(settings(3), log.get());
    CHECK(pool.ping(in(20s)));
    Outage outage;
    CHECK(failureOf(pool) == FailureKind::DatabaseUnavailable);
    CHECK_FALSE(pool.stats().available);
    CHECK(log.has("database.unavailable"));
    const auto start = steady_clock::now();
    for (int attempt = 0; attempt < 200; ++attempt) {
        CHECK(failureOf(pool) == FailureKind::DatabaseUnavailable);
    }
    CHECK(steady_clock::now() - start < 5s);
    CHECK_FALSE(pool.ping(in(20s)));
    CHECK(pool.stats().leased == 0);
    CHECK(pool.stats().open == 0);
    outage.end();
    const auto back = steady_clock::now();
    CHECK(eventually([&] { return pool.ping(in(20s)); }));
    CHECK(steady_clock::now() - back < 2s);
    CHECK(pool.stats().available);
    CHECK(log.has("database.recovered"));
}

TEST_CASE_METHOD(Fixture, "threads that use the pool through an outage leak nothing") {
    Pool pool(settings(2, 2), log.get());
    std::atomic<bool> stop{false};
    std::atomic<int> successes{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 6; ++number) {
        threads.emplace_back([&, plugin = number % 2 == 0 ? "even" : "odd"] {
            while (!stop) {
                try {
                    db::Session session(pool, plugin, in(2s));
                    session.execute({.sql = "SELECT 1"});
                    session.commit();
                    ++successes;
                } catch (const db::Failure&) {
                    std::this_thread::yield();
                }
            }
        });
    }
    CHECK(eventually([&] { return successes > 20; }));
    { Outage outage; }
    successes = 0;
    CHECK(eventually([&] { return successes > 20; }));
    stop = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(pool.stats().leased == 0);
    CHECK(pool.stats().waiting == 0);
    CHECK(pool.stats().open <= 2);
}

TEST_CASE("a server that refuses further connections makes callers wait for the ones there are") {
    TestLog log;
    TestDatabase database;
    database.run("CREATE ROLE few LOGIN CONNECTION LIMIT 1");
    db::PoolSettings settings;
    settings.connection.url = database.url() + "&user=few";
    settings.size = 3;
    settings.plugin_share_percent = 100;
    Pool pool(settings, log.get());
    Lease held = pool.acquire("notes", in(20s));
    std::atomic<bool> got{false};
    std::thread waiter([&] {
        const Lease lease = pool.acquire("notes", in(20s));
        got = true;
    });
    CHECK(eventually([&] { return !pool.stats().available; }));
    CHECK_FALSE(got);
    held.release();
    waiter.join();
    CHECK(got);
    pool.close(in(20s));
    database.run("DROP ROLE few");
}

TEST_CASE("a server that does not answer delays nobody beyond the deadline") {
    TestLog log;
    db::PoolSettings settings;
    // A socket that accepts into its backlog and never answers.
    TestDirectory directory;
    const std::string path = directory.path() / ".s.PGSQL.5432";
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd, 8) == 0);
    settings.connection.url = "postgresql://nobody@/none?host=" + directory.path().string();
    Pool pool(settings, log.get());
    const auto start = steady_clock::now();
    CHECK(failureOf(pool, "notes", in(200ms)) == FailureKind::PoolTimeout);
    CHECK_FALSE(pool.ping(in(200ms)));
    CHECK(steady_clock::now() - start < 5s);
    ::close(fd);
}

TEST_CASE_METHOD(Fixture, "a closed pool turns everybody away and waits for its leases") {
    Pool pool(settings(1), log.get());
    Lease held = pool.acquire("notes", in(20s));
    FailureKind turned_away{};
    std::thread waiter([&] { turned_away = failureOf(pool); });
    REQUIRE(eventually([&] { return pool.stats().waiting == 1; }));
    CHECK_FALSE(pool.close(in(10ms)));
    waiter.join();
    CHECK(turned_away == FailureKind::DatabaseUnavailable);
    CHECK(failureOf(pool) == FailureKind::DatabaseUnavailable);
    held.release();
    CHECK(pool.close(in(20s)));
    CHECK(pool.stats().open == 0);
}

TEST_CASE_METHOD(Fixture, "a pool that is fully lent still answers a ping from its recent use") {
    Pool pool(settings(1), log.get());
    { Lease lease = pool.acquire("notes", in(20s)); }
    const Lease held = pool.acquire("notes", in(20s));
    CHECK(pool.ping(in(20ms)));
}
