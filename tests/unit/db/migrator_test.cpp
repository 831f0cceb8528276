#include "db/migrator.hpp"

#include <thread>

#include "base/error.hpp"
#include "db/pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"

using namespace mortise;
using namespace mortise::test;
using db::MigrationLine;
using db::Migrator;

namespace {

MigrationLine notes() {
    return {"notes",
            {{"0002_add_title.down.sql", "ALTER TABLE notes DROP COLUMN title;"},
             {"0001_create_notes.up.sql", "CREATE TABLE notes (id int);"},
             {"0001_create_notes.down.sql", "DROP TABLE notes;"},
             {"0002_add_title.up.sql",
              "ALTER TABLE notes ADD COLUMN title text; INSERT INTO notes VALUES (1, 'x');"}}};
}

MigrationLine add(MigrationLine line, const std::string& stem, const std::string& up,
                  const std::string& down = "SELECT 1") {
    line.files.push_back({stem + ".up.sql", up});
    line.files.push_back({stem + ".down.sql", down});
    return line;
}

struct Fixture {
    TestLog log;
    TestDatabase database;
    Migrator migrator;

    Fixture() : migrator(settings(database), log.get()) {}

    static db::MigratorSettings settings(const TestDatabase& database) {
        db::MigratorSettings settings;
        settings.connection = database.connection();
        return settings;
    }
    std::vector<db::MigrationStep> up(const MigrationLine& line,
                                      std::optional<unsigned> to = std::nullopt) {
        return migrator.up({&line, 1}, to);
    }
    std::string errorOf(const MigrationLine& line) {
        try {
            up(line);
        } catch (const Error& error) {
            return error.code() + ": " + error.what();
        }
        return "";
    }
    std::string versions() {
        return database.value(
            "SELECT string_agg(plugin || version, ' ' ORDER BY plugin, version)"
            " FROM mortise.migrations");
    }
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "up applies what is missing, in order, once") {
    const auto first = up(notes());
    REQUIRE(first.size() == 2);
    CHECK(first[0].name == "create_notes");
    CHECK(first[1].version == 2);
    CHECK(database.value("SELECT title FROM notes.notes") == "x");
    CHECK(up(notes()).empty());
    CHECK(up(add(notes(), "0003_drop_rows", "DELETE FROM notes")).size() == 1);
    CHECK(versions() == "notes1 notes2 notes3");
}

TEST_CASE_METHOD(Fixture, "up stops at the version asked for and down takes the last steps back") {
    CHECK(up(notes(), 1).size() == 1);
    CHECK(up(notes()).size() == 1);
    const auto taken = migrator.down(notes(), 1);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].version == 2);
    CHECK(versions() == "notes1");
    CHECK(migrator.down(notes(), 5).size() == 1);
    CHECK(database.value("SELECT to_regclass('notes.notes')") == "NULL");
    CHECK(migrator.down(notes(), 1).empty());
}

TEST_CASE_METHOD(Fixture, "a failed migration leaves nothing of itself and everything before it") {
    const auto broken =
        add(notes(), "0003_break_things", "CREATE TABLE half (id int); SELECT * FROM nowhere;");
    const std::string error = errorOf(broken);
    CHECK(contains(error, "MIGRATION_FAILED"));
    CHECK(contains(error, "notes/0003_break_things.up.sql"));
    CHECK(contains(error, "nowhere"));
    CHECK(versions() == "notes1 notes2");
    CHECK(database.value("SELECT to_regclass('notes.half')") == "NULL");
}

TEST_CASE_METHOD(Fixture, "a migration must not end its own transaction") {
    CHECK(
        contains(errorOf(add(notes(), "0003_commit_early", "COMMIT; BEGIN;")), "MIGRATION_FAILED"));
    CHECK(versions() == "notes1 notes2");
}

TEST_CASE_METHOD(Fixture, "an edited migration is found") {
    up(notes());
    auto edited = notes();
    edited.files[1].body += " -- harmless";
    const std::string error = errorOf(edited);
    CHECK(contains(error, "MIGRATION_EDITED"));
    CHECK(contains(error, "notes/0001_create_notes.up.sql"));
    CHECK_THROWS_AS(migrator.down(edited, 1), Error);
    CHECK_THROWS_AS(migrator.status({&edited, 1}), Error);
}

TEST_CASE("lines that break the rules are refused with every reason") {
    MigrationLine line = notes();
    line.files.push_back({"0004_skip_one.up.sql", "SELECT 1"});
    line.files.push_back({"5_bad.sql", "SELECT 1"});
    line.files.push_back({"0002_other_name.up.sql", "SELECT 1"});
    const auto reasons = Migrator::check(line);
    std::string all;
    for (const std::string& reason : reasons) {
        all += reason + "\n";
    }
    CHECK(contains(all, "notes 3: there is no .up.sql"));
    CHECK(contains(all, "0004_skip_one.up.sql: there is no .down.sql"));
    CHECK(contains(all, "5_bad.sql"));
    CHECK(contains(all, "0002_other_name.up.sql"));
    CHECK(Migrator::check(notes()).empty());
    CHECK(Migrator::check({"Bad-Name", {}}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "required lines come first") {
    MigrationLine first{"accounts", {}, {{"zebra", 1}}};
    first = add(first, "0001_copy_zebra", "CREATE TABLE copy AS SELECT * FROM zebra.stripes");
    MigrationLine second{"zebra", {}};
    second = add(second, "0001_create_stripes", "CREATE TABLE stripes (id int)");
    const MigrationLine lines[] = {first, second};
    const auto steps = migrator.up(lines);
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].plugin == "zebra");
}

TEST_CASE_METHOD(Fixture, "a requirement that is not met is an error") {
    MigrationLine line = notes();
    line.requirements = {{"users", 3}};
    CHECK(contains(errorOf(line), "notes requires users >= 3, which is at 0"));
}

TEST_CASE_METHOD(Fixture, "requirements in a circle are refused") {
    MigrationLine a{"a", {}, {{"b", 1}}};
    MigrationLine b{"b", {}, {{"a", 1}}};
    const MigrationLine lines[] = {a, b};
    CHECK_THROWS_AS(migrator.up(lines), Error);
}

TEST_CASE_METHOD(Fixture, "a migration without a transaction may build an index concurrently") {
    up(notes());
    CHECK(up(add(notes(), "0003_index_title",
                 "-- no-transaction\nCREATE INDEX CONCURRENTLY notes_title ON notes (title)"))
              .size() == 1);
    CHECK(database.value("SELECT to_regclass('notes.notes_title')") == "notes.notes_title");
}

TEST_CASE_METHOD(Fixture, "two migrators at once apply every migration once") {
    MigrationLine line = notes();
    line = add(line, "0003_wait_a_bit", "SELECT pg_sleep(0.2)");
    std::size_t counts[2] = {0, 0};
    std::vector<std::thread> threads;
    for (std::size_t& count : counts) {
        threads.emplace_back([this, &count, &line] {
            Migrator mine(settings(database), log.get());
            count = mine.up({&line, 1}).size();
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(counts[0] + counts[1] == 3);
    CHECK(versions() == "notes1 notes2 notes3");
}

TEST_CASE_METHOD(Fixture, "a migrator waits for another one no longer than its timeout") {
    db::MigratorSettings impatient = settings(database);
    impatient.lock_timeout = 50ms;
    Migrator second(impatient, log.get());
    MigrationLine slow = add({"slow", {}}, "0001_wait_long", "SELECT pg_sleep(30)");
    bool has_failed = false;
    std::thread first([&] {
        try {
            migrator.up({&slow, 1});
        } catch (const Error&) {
            has_failed = true;
        }
    });
    REQUIRE(eventually([&] {
        return database.value(
                   "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                   " AND database = (SELECT oid FROM pg_database"
                   " WHERE datname = current_database())") == "1";
    }));
    const auto line = notes();
    try {
        second.up({&line, 1});
        FAIL("the lock was taken twice");
    } catch (const Error& error) {
        CHECK(error.code() == "MIGRATION_LOCKED");
    }
    database.killConnections();
    first.join();
    CHECK(has_failed);
}

TEST_CASE_METHOD(Fixture, "status tells what is applied and what is pending") {
    const auto line = notes();
    CHECK(migrator.status({&line, 1})[0].pending.size() == 2);
    CHECK(database.value("SELECT to_regclass('mortise.migrations')") == "NULL");
    up(notes(), 1);
    const auto status = migrator.status({&line, 1});
    REQUIRE(status.size() == 1);
    CHECK(status[0].applied == 1);
    CHECK(status[0].available == 2);
    REQUIRE(status[0].pending.size() == 1);
    CHECK(status[0].pending[0].name == "add_title");
    CHECK(migrator.status({})[0].available == 0);
}

TEST_CASE_METHOD(Fixture, "history and versions tell what was applied") {
    db::PoolSettings pool_settings;
    pool_settings.connection = database.connection();
    db::Pool pool(pool_settings, log.get());
    CHECK(Migrator::versions(pool, in(20s)).empty());
    CHECK(migrator.history().empty());
    up(notes());
    const auto history = migrator.history("notes");
    REQUIRE(history.size() == 2);
    CHECK(history[0].version == 1);
    CHECK(history[0].applied_at.size() == std::string("2026-01-01T00:00:00.000Z").size());
    CHECK(migrator.history("other").empty());
    CHECK(Migrator::versions(pool, in(20s)).at("notes") == 2);
}

TEST_CASE_METHOD(Fixture, "a plugin that lost files of an applied version cannot be taken back") {
    up(notes());
    MigrationLine older = notes();
    std::erase_if(older.files, [](const auto& file) { return file.name.starts_with("0002"); });
    CHECK(up(older).empty());
    CHECK_THROWS_AS(migrator.down(older, 1), Error);
}

TEST_CASE("a migrator without a database says that it is unavailable") {
    TestLog log;
    db::MigratorSettings settings;
    settings.connection.url = "postgresql://nobody@/none?host=/nonexistent";
    Migrator migrator(settings, log.get());
    try {
        migrator.history();
        FAIL("there is no database");
    } catch (const Error& error) {
        CHECK(error.httpStatus() == 503);
    }
}
