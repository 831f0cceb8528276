#include "db/session.hpp"

#include <signal.h>

#include "base/error.hpp"
#include "db/failure.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"

using namespace mortise;
using namespace mortise::test;
using db::Access;
using db::FailureKind;
using db::Mode;
using db::Session;
using db::Statement;
using db::Value;

namespace {

/// A pool on a fresh database with the schema of a plugin.
struct Fixture {
    TestLog log;
    TestDatabase database;
    db::Pool pool;

    Fixture() : pool(settings(database), log.get()) {
        database.run(
            "CREATE SCHEMA mortise; CREATE SCHEMA notes; CREATE TABLE notes.notes ("
            "  id bigserial PRIMARY KEY, title text NOT NULL CONSTRAINT notes_title_key UNIQUE,"
            "  stars int CONSTRAINT notes_stars_check CHECK (stars > 0),"
            "  parent bigint CONSTRAINT notes_parent_fkey REFERENCES notes.notes)");
    }
    static db::PoolSettings settings(const TestDatabase& database) {
        db::PoolSettings settings;
        settings.connection = database.connection();
        return settings;
    }
    Session session(Access access = Access::ReadWrite) {
        return Session(pool, "notes", in(20s), access);
    }
    std::string count() { return database.value("SELECT count(*) FROM notes.notes"); }
};

Statement single(std::string_view sql, Access access = Access::ReadOnly) {
    return {.sql = sql, .mode = Mode::Single, .access = access};
}

template <typename Function>
db::Failure failureOf(Function function) {
    try {
        function();
    } catch (const db::Failure& failure) {
        return failure;
    }
    FAIL("nothing was thrown");
    throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE_METHOD(Fixture, "what a session commits is there") {
    Session session(pool, "notes", in(20s));
    CHECK_FALSE(session.hasLease());
    const Value title[] = {Value::of("milk")};
    const db::Result result =
        session.execute({.sql = "INSERT INTO notes (title) VALUES ($1) RETURNING id, title, stars",
                         .params = title});
    CHECK(session.hasLease());
    REQUIRE(result.rowCount() == 1);
    CHECK(result.affectedCount() == 1);
    CHECK(result.columns()[1].text() == "title");
    CHECK(result.cell(0, 0).text() == "1");
    CHECK(result.cell(0, 1).text() == "milk");
    CHECK(result.cell(0, 2).isNull());
    CHECK(count() == "0");
    session.commit();
    CHECK_FALSE(session.hasLease());
    CHECK(pool.stats().leased == 0);
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture, "what a session does not commit is gone") {
    {
        Session session(pool, "notes", in(20s));
        session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"});
        session.rollback();
        CHECK_FALSE(session.hasLease());
        session.execute({.sql = "INSERT INTO notes (title) VALUES ('b')"});
    }
    CHECK(pool.stats().leased == 0);
    CHECK(count() == "0");
}

TEST_CASE_METHOD(Fixture, "commitNow survives a later rollback") {
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('kept')"});
    session.commitNow();
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('lost')"});
    session.rollback();
    CHECK(database.value("SELECT string_agg(title, ',') FROM notes.notes") == "kept");
}

TEST_CASE_METHOD(Fixture, "constraint violations carry the name of the constraint") {
    database.run("INSERT INTO notes.notes (title) VALUES ('a')");
    const auto fails = [this](std::string_view sql) {
        return failureOf([&] { Session(pool, "notes", in(20s)).execute({.sql = sql}); });
    };
    const auto unique = fails("INSERT INTO notes (title) VALUES ('a')");
    CHECK(unique.kind() == FailureKind::UniqueViolation);
    CHECK(unique.code() == "UNIQUE_VIOLATION");
    CHECK(unique.message() == "notes_title_key");
    CHECK(unique.sqlstate() == "23505");
    CHECK(unique.httpStatus() == 409);
    const auto foreign = fails("INSERT INTO notes (title, parent) VALUES ('b', 99)");
    CHECK(foreign.code() == "FOREIGN_KEY_VIOLATION");
    CHECK(foreign.message() == "notes_parent_fkey");
    const auto check = fails("INSERT INTO notes (title, stars) VALUES ('b', 0)");
    CHECK(check.code() == "CHECK_VIOLATION");
    CHECK(check.message() == "notes_stars_check");
    const auto not_null = fails("INSERT INTO notes (title) VALUES (NULL)");
    CHECK(not_null.code() == "NOT_NULL_VIOLATION");
    CHECK(not_null.message() == "title");
    const auto syntax = fails("SELEKT 1");
    CHECK(syntax.code() == "SQL_ERROR");
    CHECK(syntax.message() == "42601");
    CHECK(pool.stats().leased == 0);
}

TEST_CASE_METHOD(Fixture, "a transaction with a failed statement does not commit") {
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"});
    CHECK_THROWS_AS(session.execute({.sql = "SELECT 1/0"}), db::Failure);
    CHECK(failureOf([&] { session.commit(); }).sqlstate() == "25P02");
    CHECK_FALSE(session.hasLease());
    CHECK(count() == "0");
}

TEST_CASE_METHOD(Fixture, "a session runs again after a failure and a rollback") {
    Session session(pool, "notes", in(20s));
    CHECK_THROWS_AS(session.execute({.sql = "SELECT 1/0"}), db::Failure);
    CHECK(session.hasLease());
    session.rollback();
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"});
    session.commit();
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture, "a read-only session refuses writes") {
    Session session(pool, "notes", in(20s), Access::ReadOnly);
    const auto failure =
        failureOf([&] { session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"}); });
    CHECK(failure.sqlstate() == "25006");
}

TEST_CASE_METHOD(Fixture, "a single statement commits itself and keeps no lease") {
    Session session(pool, "notes", in(20s));
    session.execute(single("INSERT INTO notes (title) VALUES ('a')", Access::ReadWrite));
    CHECK_FALSE(session.hasLease());
    CHECK(pool.stats().leased == 0);
    CHECK(count() == "1");
    CHECK(session.execute(single("SELECT title FROM notes")).cell(0, 0).text() == "a");
}

TEST_CASE_METHOD(Fixture, "a single statement inside a transaction is refused") {
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "SELECT 1"});
    CHECK_THROWS_AS(session.execute(single("SELECT 1")), Error);
}

TEST_CASE_METHOD(Fixture, "plugins that share a connection see their own schema only") {
    database.run(
        "CREATE SCHEMA other; CREATE TABLE other.notes (title text);"
        "INSERT INTO other.notes VALUES ('of other')");
    for (int round = 0; round < 3; ++round) {
        Session notes(pool, "notes", in(20s));
        CHECK(notes.execute(single("SELECT title FROM notes")).rowCount() == 0);
        Session other(pool, "other", in(20s));
        CHECK(other.execute(single("SELECT title FROM notes")).rowCount() == 1);
        CHECK(other.execute({.sql = "SELECT title FROM notes"}).rowCount() == 1);
        other.commit();
        CHECK(notes.execute({.sql = "SELECT title FROM notes"}).rowCount() == 0);
        notes.commit();
    }
    CHECK(pool.stats().open == 1);
}

TEST_CASE_METHOD(Fixture, "parameters keep NULL, empty and quoted texts apart") {
    Session session(pool, "notes", in(20s));
    const Value params[] = {Value{}, Value::of(""), Value::of("O'Neil \"x\" \\ \xC3\xA9")};
    const db::Result result =
        session.execute({.sql = "SELECT $1::text, $2::text, $3::text", .params = params});
    CHECK(result.cell(0, 0).isNull());
    CHECK_FALSE(result.cell(0, 1).isNull());
    CHECK(result.cell(0, 1).text().empty());
    CHECK(result.cell(0, 2).text() == params[2].text());
}

TEST_CASE_METHOD(Fixture, "a parameter with a zero byte is refused instead of cut") {
    Session session(pool, "notes", in(20s));
    const Value params[] = {Value::of(std::string_view("a\0b", 3))};
    CHECK(failureOf([&] {
              session.execute({.sql = "SELECT $1::text", .params = params});
          }).sqlstate() == "22021");
}

TEST_CASE_METHOD(Fixture,
                 "PostgreSQL ends a statement at the deadline and the connection lives on") {
    Session transaction(pool, "notes", in(100ms));
    CHECK(failureOf([&] { transaction.execute({.sql = "SELECT pg_sleep(30)"}); }).code() ==
          "STATEMENT_TIMEOUT");
    transaction.rollback();
    Session statement(pool, "notes", in(100ms));
    CHECK(failureOf([&] { statement.execute(single("SELECT pg_sleep(30)")); }).code() ==
          "STATEMENT_TIMEOUT");
    CHECK(pool.stats().open == 1);
    CHECK(session().execute(single("SELECT 1")).rowCount() == 1);
}

TEST_CASE_METHOD(Fixture, "later statements of a transaction end at the same deadline") {
    Session session(pool, "notes", in(600ms));
    session.execute({.sql = "SELECT pg_sleep(0.4)"});
    const auto start = std::chrono::steady_clock::now();
    CHECK(failureOf([&] { session.execute({.sql = "SELECT pg_sleep(30)"}); }).kind() ==
          FailureKind::StatementTimeout);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE_METHOD(Fixture, "a server that hangs costs its connection, not the caller's thread") {
    Session session(pool, "notes", in(300ms));
    const auto result = session.execute({.sql = "SELECT pg_backend_pid()"});
    const int process_id = std::stoi(std::string(result.cell(0, 0).text()));
    REQUIRE(::kill(process_id, SIGSTOP) == 0);
    const auto start = std::chrono::steady_clock::now();
    const auto failure = failureOf([&] { session.execute({.sql = "SELECT 1"}); });
    const auto time = std::chrono::steady_clock::now() - start;
    ::kill(process_id, SIGCONT);
    CHECK(failure.code() == "STATEMENT_TIMEOUT");
    CHECK(time < 5s);
    CHECK_FALSE(session.hasLease());
    CHECK(pool.stats().open == 0);
}

TEST_CASE_METHOD(Fixture, "a write conflict asks for a repetition") {
    database.run("INSERT INTO notes.notes (title) VALUES ('a')");
    const auto update = [](Session& session) {
        session.execute({.sql = "UPDATE notes SET stars = coalesce(stars, 0) + 1"});
    };
    Session first(pool, "notes", in(20s));
    Session second(pool, "notes", in(20s));
    for (Session* session : {&first, &second}) {
        session->execute({.sql = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"});
        session->execute({.sql = "SELECT * FROM notes"});
    }
    update(first);
    first.commit();
    const auto failure = failureOf([&] { update(second); });
    CHECK(failure.code() == "SERIALIZATION_FAILURE");
}

TEST_CASE_METHOD(Fixture, "a terminated connection is not noticed by the next unit of work") {
    session().execute(single("SELECT 1"));
    CHECK(database.killConnections() == 1);
    CHECK(session().execute(single("SELECT 1")).rowCount() == 1);
    CHECK(database.killConnections() == 1);
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"});
    session.commit();
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture,
                 "a connection that dies inside a transaction fails it and is not leaked") {
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"});
    CHECK(database.killConnections() == 1);
    CHECK(failureOf([&] { session.execute({.sql = "SELECT 1"}); }).code() ==
          "DATABASE_UNAVAILABLE");
    CHECK_FALSE(session.hasLease());
    CHECK(pool.stats().leased == 0);
    CHECK(pool.stats().open == 0);
    session.rollback();
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('b')"});
    CHECK(database.killConnections() == 1);
    CHECK(failureOf([&] { session.commit(); }).code() == "DATABASE_UNAVAILABLE");
    CHECK(count() == "0");
}

TEST_CASE_METHOD(Fixture, "a transaction whose connection died stays failed until it is undone") {
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('lost')"});
    CHECK(database.killConnections() == 1);
    const auto insert = [&] { session.execute({.sql = "INSERT INTO notes (title) VALUES ('b')"}); };
    // A handler that does not look at the failure must not write half of its work, nor hear that
    // all of it was committed.
    CHECK(failureOf(insert).code() == "DATABASE_UNAVAILABLE");
    CHECK(failureOf(insert).code() == "DATABASE_UNAVAILABLE");
    CHECK(failureOf([&] { session.execute(single("SELECT 1")); }).code() == "DATABASE_UNAVAILABLE");
    CHECK(failureOf([&] { session.commit(); }).code() == "DATABASE_UNAVAILABLE");
    CHECK(count() == "0");
    insert();
    session.commit();
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture, "a rollback makes a session whose connection died usable again") {
    Session session(pool, "notes", in(20s));
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('lost')"});
    CHECK(database.killConnections() == 1);
    failureOf([&] { session.execute({.sql = "SELECT 1"}); });
    session.rollback();
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('b')"});
    session.commit();
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture, "a read that dies under way is sent once more") {
    Session reader(pool, "notes", in(20s));
    database.run("CREATE SEQUENCE notes.attempts");
    // Kills its own connection at the first attempt only.
    const auto result = reader.execute(single(
        "SELECT CASE WHEN nextval('attempts') = 1 THEN pg_terminate_backend(pg_backend_pid())"
        " END, pg_sleep(0.05), currval('attempts')"));
    CHECK(result.cell(0, 2).text() == "2");
    const auto write =
        single("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)", Access::ReadWrite);
    CHECK(failureOf([&] { reader.execute(write); }).code() == "DATABASE_UNAVAILABLE");
}

TEST_CASE_METHOD(Fixture,
                 "a single write of work that only reads is sent once, whatever becomes of it") {
    Session reader = session(Access::ReadOnly);
    database.run("CREATE SEQUENCE notes.writes");
    const auto write =
        single("SELECT nextval('writes'), pg_terminate_backend(pg_backend_pid()), pg_sleep(1)",
               Access::ReadWrite);
    CHECK(failureOf([&] { reader.execute(write); }).code() == "DATABASE_UNAVAILABLE");
    CHECK(database.value("SELECT last_value FROM notes.writes") == "1");
}

TEST_CASE_METHOD(Fixture,
                 "work without a deadline has the time of a transaction for each of them") {
    constexpr auto kLimit = 400ms;
    Session session(pool, "notes", kLimit);
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('a')"});
    session.commit();
    std::this_thread::sleep_for(kLimit + 1ms);  // the work goes on for longer than that
    session.execute({.sql = "INSERT INTO notes (title) VALUES ('b')"});
    session.commit();
    CHECK(session.execute(single("SELECT count(*) FROM notes")).cell(0, 0).text() == "2");
    const auto failure = failureOf([&] { session.execute({.sql = "SELECT pg_sleep(20)"}); });
    CHECK(failure.code() == "STATEMENT_TIMEOUT");
}

TEST_CASE_METHOD(Fixture, "a changed table does not break prepared statements") {
    const std::string_view sql = "SELECT * FROM notes";
    session().execute(single(sql));
    database.run("ALTER TABLE notes.notes ADD COLUMN extra text");
    CHECK(session().execute(single(sql)).columnCount() == 5);
    database.run("ALTER TABLE notes.notes ADD COLUMN more text");
    Session transaction(pool, "notes", in(20s));
    CHECK(transaction.execute({.sql = sql}).columnCount() == 6);
    transaction.commit();
}

TEST_CASE_METHOD(Fixture, "statements the server forgot are prepared again") {
    const std::string_view sql = "SELECT count(*) FROM notes";
    session().execute(single(sql));
    session().execute(single("DEALLOCATE ALL", Access::ReadWrite));
    CHECK(session().execute(single(sql)).cell(0, 0).text() == "0");
}

TEST_CASE("a connection keeps a bounded number of prepared statements") {
    TestLog log;
    TestDatabase database;
    db::PoolSettings settings;
    settings.connection = database.connection();
    settings.connection.prepared_count_max = 4;
    db::Pool pool(settings, log.get());
    Session session(pool, "notes", in(20s));
    for (int round = 0; round < 2; ++round) {
        for (int number = 0; number < 10; ++number) {
            const std::string sql = "SELECT " + std::to_string(number);
            CHECK(session.execute({.sql = sql}).cell(0, 0).text() == std::to_string(number));
        }
    }
    CHECK(
        session.execute({.sql = "SELECT count(*) FROM pg_prepared_statements"}).cell(0, 0).text() ==
        "4");
}

TEST_CASE("without prepared statements everything works the same") {
    TestLog log;
    TestDatabase database;
    db::PoolSettings settings;
    settings.connection = database.connection();
    settings.connection.prepared_statements = false;
    db::Pool pool(settings, log.get());
    Session session(pool, "notes", in(20s));
    const Value params[] = {Value::of("7")};
    CHECK(session.execute({.sql = "SELECT $1::int + 1", .params = params}).cell(0, 0).text() ==
          "8");
    CHECK(
        session.execute({.sql = "SELECT count(*) FROM pg_prepared_statements"}).cell(0, 0).text() ==
        "0");
}

TEST_CASE_METHOD(Fixture, "COPY is refused and leaves no lease behind") {
    Session session(pool, "notes", in(20s));
    CHECK_THROWS_AS(session.execute(single("COPY notes TO STDOUT")), db::Failure);
    CHECK_THROWS_AS(session.execute({.sql = "COPY notes FROM STDIN"}), db::Failure);
    session.rollback();
    CHECK(pool.stats().leased == 0);
    CHECK(session.execute(single("SELECT 1")).rowCount() == 1);
}

TEST_CASE_METHOD(Fixture, "large parameters and results pass") {
    const std::string text(3'000'000, 'x');
    const Value params[] = {Value::of(text)};
    Session session(pool, "notes", in(20s));
    const auto result = session.execute({.sql = "SELECT $1::text || $1::text", .params = params});
    CHECK(result.cell(0, 0).text().size() == 6'000'000);
}
