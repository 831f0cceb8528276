// Statements of a unit of work through the table, on a real database.
#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "mortise/db.h"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"
#include "tests/unit/bridge/instance_fixture.hpp"

using namespace mortise;
using namespace mortise::bridge::test;

namespace {

struct Fixture {
    Fixture() {
        database.run(
            "CREATE SCHEMA mortise; CREATE SCHEMA notes; CREATE TABLE notes.notes (title text)");
    }
    static db::PoolSettings settings(const test::TestDatabase& database) {
        db::PoolSettings settings;
        settings.connection = database.connection();
        return settings;
    }
    mortise_status execute(std::string_view sql) {
        mortise_statement statement{};
        statement.struct_size = sizeof statement;
        statement.sql = bridge::strOf(sql);
        const mortise_result* result = nullptr;
        error = bridge::blankError();
        const mortise_status status = bridge::dbTable().execute(&unit, &statement, &result, &error);
        if (result != nullptr) {
            bridge::dbTable().release(host.instance->host(), result);
        }
        return status;
    }
    mortise_status commitNow() {
        error = bridge::blankError();
        return bridge::dbTable().commit_now(&unit, &error);
    }
    std::string count() { return database.value("SELECT count(*) FROM notes.notes"); }

    test::TestDatabase database;
    InstanceFixture host{settings(database)};
    bridge::Context unit{*host.instance};
    mortise_error error{};
};

constexpr std::string_view kInsert = "INSERT INTO notes VALUES ('a')";

}  // namespace

TEST_CASE("commit_now makes what was written permanent, and has nothing to do before a statement") {
    Fixture given;
    CHECK(given.commitNow() == MORTISE_OK);
    REQUIRE(given.execute(kInsert) == MORTISE_OK);
    CHECK(given.commitNow() == MORTISE_OK);
    CHECK(given.count() == "1");
    CHECK(given.commitNow() == MORTISE_OK);
}

TEST_CASE("commit_now does not answer OK for a transaction whose connection was lost") {
    Fixture given;
    REQUIRE(given.execute(kInsert) == MORTISE_OK);
    CHECK(given.execute("SELECT pg_terminate_backend(pg_backend_pid())") == MORTISE_UNAVAILABLE);
    CHECK(given.commitNow() == MORTISE_UNAVAILABLE);
    CHECK(std::string_view(given.error.code) == "DATABASE_UNAVAILABLE");
    CHECK(given.count() == "0");
}
