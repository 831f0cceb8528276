// The database layer of the SDK: texts of parameters and cells, row types, statement flags, errors.
#include "mortise/db.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using test::FakeHost;
using Cell = std::optional<std::string>;

namespace {

enum class State { Open, Done };
constexpr auto describe(State) {
    return enumeration<State>("State", {{State::Open, "open"}, {State::Done, "done"}});
}

struct ByOrder {
    std::int64_t id = 0;
    std::optional<std::string> text;
    static auto columns() { return std::make_tuple(&ByOrder::id, &ByOrder::text); }
};

struct ByName {
    std::string text;
    State state = State::Open;
    static constexpr auto schema() {
        return object<ByName>("ByName").field("text", &ByName::text).field("state", &ByName::state);
    }
};

struct Fixture {
    FakeHost fake;
    Host host{&fake};
    Unit unit{&host, fake.context(), false, false};
    Db db{unit};

    void answer(std::vector<std::string> columns, std::vector<std::vector<Cell>> rows,
                std::uint64_t affected = 0) {
        fake.answers.push_back({std::move(columns), std::move(rows), affected, MORTISE_OK, {}, {}});
    }
    void refuse(mortise_status status, std::string code, std::string message) {
        fake.answers.push_back({{}, {}, 0, status, std::move(code), std::move(message)});
    }
    /// The text of one parameter as the host gets it.
    template <class T>
    Cell sent(const T& value) {
        db.execute("SELECT $1", value);
        return fake.statements.back().params.at(0);
    }
    /// A cell as the plugin gets it.
    template <class T>
    T received(Cell cell) {
        answer({"c"}, {{std::move(cell)}});
        return db.scalar<T>("SELECT c");
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "parameters are sent in PostgreSQL's text format") {
    CHECK(sent(-7) == "-7");
    CHECK(sent(std::uint64_t{18446744073709551615U}) == "18446744073709551615");
    CHECK(sent(true) == "t");
    CHECK(sent(0.1) == "0.1");
    CHECK(sent("text") == "text");
    CHECK(sent(std::string()) == "");
    CHECK(sent(std::string_view("a'b")) == "a'b");
    CHECK(sent(std::optional<int>()) == std::nullopt);
    CHECK(sent(std::optional<std::string>("x")) == "x");
    CHECK(sent(nullptr) == std::nullopt);
    CHECK(sent(std::nullopt) == std::nullopt);
    CHECK(sent(Json{"{}"}) == "{}");
    CHECK(sent(State::Done) == "done");
    CHECK(sent(Timestamp::fromSeconds(0)) == "1970-01-01T00:00:00.000000Z");
    CHECK(sent(*Uuid::parse("0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f")) ==
          "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f");
    CHECK(sent(std::vector<std::uint8_t>{0, 255}) == "\\x00ff");
    CHECK(sent(std::chrono::milliseconds(1500)) == "1500000 microseconds");
}

TEST_CASE_METHOD(Fixture, "array elements are quoted, so that no text can leave its place") {
    CHECK(sent(std::vector<int>{1, 2}) == R"({"1","2"})");
    CHECK(sent(std::vector<std::string>{}) == "{}");
    CHECK(sent(std::vector<std::string>{"a,b", "NULL", "\"\\{}"}) == R"({"a,b","NULL","\"\\{}"})");
    CHECK(sent(std::vector<std::optional<int>>{1, std::nullopt}) == R"({"1",NULL})");
}

TEST_CASE_METHOD(Fixture, "many parameters keep their order and their own memory") {
    const std::string borrowed = "borrowed";
    db.execute("x", 1, borrowed, 22, std::optional<int>(), true, std::string(100, 'a'), 333);
    CHECK(fake.statements.at(0).params == std::vector<Cell>{"1", "borrowed", "22", std::nullopt,
                                                            "t", std::string(100, 'a'), "333"});
}

TEST_CASE_METHOD(Fixture, "cells are read by the type that is asked for") {
    CHECK(received<std::int64_t>("-9") == -9);
    CHECK(received<bool>("f") == false);
    CHECK(received<double>("2.5") == 2.5);
    CHECK(received<std::string>("") == "");
    CHECK(received<std::optional<int>>(std::nullopt) == std::nullopt);
    CHECK(received<std::optional<int>>("3") == 3);
    CHECK(received<State>("done") == State::Done);
    CHECK(received<Json>("[1]") == Json{"[1]"});
    CHECK(received<Timestamp>("1970-01-01 01:00:01+01") == Timestamp::fromSeconds(1));
    CHECK(received<std::vector<std::uint8_t>>("\\x00ff") == std::vector<std::uint8_t>{0, 255});
    CHECK(received<std::vector<int>>("{}").empty());
    CHECK(received<std::vector<int>>("{1,2}") == std::vector<int>{1, 2});
    CHECK(received<std::vector<std::string>>(R"({a,"b,c","\"\\","NULL",""})") ==
          std::vector<std::string>{"a", "b,c", "\"\\", "NULL", ""});
    CHECK(received<std::vector<std::optional<int>>>("{1,NULL}") ==
          std::vector<std::optional<int>>{1, std::nullopt});
}

TEST_CASE_METHOD(Fixture, "a cell that does not fit its type is a bug and names the column") {
    CHECK_THROWS_WITH(received<int>("x"), "column \"c\" does not hold an integer in range");
    CHECK_THROWS_WITH(received<std::int8_t>("300"),
                      "column \"c\" does not hold an integer in range");
    CHECK_THROWS_AS(received<bool>("true"), std::logic_error);
    CHECK_THROWS_AS(received<int>(std::nullopt), std::logic_error);
    CHECK_THROWS_AS(received<std::vector<int>>("{NULL}"), std::logic_error);
    CHECK_THROWS_AS(received<std::vector<int>>("1,2"), std::logic_error);
    CHECK_THROWS_AS(received<State>("lost"), std::logic_error);
    CHECK(fake.results_lent == 0);
}

TEST_CASE_METHOD(Fixture, "a row is a tuple, members in order, or fields by name") {
    answer({"a", "b"}, {{"1", "x"}, {"2", "y"}});
    CHECK(db.all<std::tuple<int, std::string>>("q") ==
          std::vector<std::tuple<int, std::string>>{{1, "x"}, {2, "y"}});
    answer({"whatever", "else"}, {{"5", std::nullopt}});
    const auto ordered = db.one<ByOrder>("q");
    CHECK(ordered.id == 5);
    CHECK(ordered.text == std::nullopt);
    answer({"state", "ignored", "text"}, {{"done", "1", "t"}});
    const auto named = db.one<ByName>("q");
    CHECK(named.text == "t");
    CHECK(named.state == State::Done);
    CHECK(fake.results_lent == 0);
}

TEST_CASE_METHOD(Fixture, "a row type that does not fit the statement is refused") {
    answer({"a", "b"}, {{"1", "2"}});
    CHECK_THROWS_WITH((db.one<std::tuple<int>>("q")),
                      "the statement yields 2 columns, the row type has 1");
    answer({"text"}, {{"t"}});
    CHECK_THROWS_WITH(db.one<ByName>("q"), "the statement yields no column \"state\"");
}

TEST_CASE_METHOD(Fixture, "one() wants exactly one row, optional() at most one") {
    answer({"a"}, {});
    CHECK(db.optional<int>("q") == std::nullopt);
    answer({"a"}, {});
    CHECK_THROWS_AS(db.one<int>("q"), std::logic_error);
    answer({"a"}, {{"1"}, {"2"}});
    CHECK_THROWS_AS(db.optional<int>("q"), std::logic_error);
    answer({}, {}, 3);
    CHECK(db.execute("q") == 3);
}

TEST_CASE_METHOD(Fixture, "constraints are exceptions with the name of the constraint") {
    refuse(MORTISE_CONFLICT, "UNIQUE_VIOLATION", "accounts_email_key");
    try {
        db.execute("q");
        FAIL("no exception");
    } catch (const UniqueViolation& error) {
        CHECK(error.constraint() == "accounts_email_key");
    }
    refuse(MORTISE_CONFLICT, "FOREIGN_KEY_VIOLATION", "x");
    CHECK_THROWS_AS(db.execute("q"), ForeignKeyViolation);
    refuse(MORTISE_CONFLICT, "CHECK_VIOLATION", "x");
    CHECK_THROWS_AS(db.execute("q"), CheckViolation);
    refuse(MORTISE_CONFLICT, "NOT_NULL_VIOLATION", "x");
    CHECK_THROWS_AS(db.execute("q"), NotNullViolation);
    refuse(MORTISE_RETRY, "SERIALIZATION_FAILURE", "x");
    CHECK_THROWS_AS(db.execute("q"), SerializationFailure);
}

TEST_CASE_METHOD(Fixture,
                 "an absent database is 503 with Retry-After, other failures keep their code") {
    refuse(MORTISE_UNAVAILABLE, "DATABASE_UNAVAILABLE", "x");
    try {
        db.execute("q");
        FAIL("no exception");
    } catch (const UnavailableError& error) {
        CHECK(error.httpStatus() == 503);
        CHECK(error.headers().at(0).first == "Retry-After");
    }
    refuse(MORTISE_DEADLINE_EXCEEDED, "STATEMENT_TIMEOUT", "x");
    try {
        db.execute("q");
        FAIL("no exception");
    } catch (const HostError& error) {
        CHECK(error.status() == MORTISE_DEADLINE_EXCEEDED);
        CHECK(error.code() == "STATEMENT_TIMEOUT");
    }
}

TEST_CASE("only a statement that surely changes nothing is marked as a read") {
    using detail::isPlainRead;
    CHECK(isPlainRead("SELECT 1"));
    CHECK(isPlainRead("\n  select id FROM notes"));
    CHECK(isPlainRead("(SELECT 1) UNION (SELECT 2)"));
    CHECK_FALSE(isPlainRead("INSERT INTO notes DEFAULT VALUES RETURNING id"));
    CHECK_FALSE(isPlainRead("WITH gone AS (DELETE FROM notes RETURNING 1) SELECT 1"));
    CHECK_FALSE(isPlainRead("SELECT id FROM notes FOR UPDATE"));
    CHECK_FALSE(isPlainRead("SELECT nextval('s')"));
    CHECK_FALSE(isPlainRead("SELECT 1 INTO copies"));
    CHECK_FALSE(isPlainRead("selected"));
    CHECK_FALSE(isPlainRead(""));
}

TEST_CASE_METHOD(Fixture,
                 "reading requests run single statements until they ask for the transaction") {
    unit.reads_only = true;
    Db reading(unit);
    reading.optional<int>({"note_find", "SELECT 1"});
    reading.execute("SELECT a_function_that_writes()");
    reading.inTransaction().optional<int>("SELECT 1");
    CHECK(fake.statements.at(0).flags == (MORTISE_STATEMENT_SINGLE | MORTISE_STATEMENT_READ_ONLY));
    CHECK(fake.statements.at(0).name == "note_find");
    CHECK(fake.statements.at(1).flags == MORTISE_STATEMENT_SINGLE);
    CHECK(fake.statements.at(2).flags == 0);
}

TEST_CASE_METHOD(Fixture, "waiting on a reactor is refused before anything is sent") {
    unit.on_reactor = true;
    CHECK_THROWS_AS(Db(unit).execute("q"), std::logic_error);
    CHECK(fake.statements.empty());
}

TEST_CASE_METHOD(Fixture, "awaited statements copy their parameters and can run side by side") {
    unit.on_reactor = true;
    const AsyncDb async(unit);
    auto load = [](AsyncDb source) -> Task<std::string> {
        auto first = source.one<std::string>("SELECT a", std::string(50, 'p'));
        auto second = source.scalar<std::int64_t>("SELECT b", 2);
        auto [text, number] = co_await whenAll(std::move(first), std::move(second));
        co_return text + std::to_string(number);
    };
    struct End {
        void operator()() const {}
    };
    std::string outcome;
    auto run = [](Task<std::string> task, std::string& result) -> detail::Detached<End> {
        result = co_await std::move(task);
        const End end;
        co_return end;
    };
    answer({"a"}, {{"x"}});
    answer({"b"}, {{"9"}});
    run(load(async), outcome);
    CHECK(fake.statements.size() == 2);
    CHECK(fake.statements.at(0).params.at(0) == std::string(50, 'p'));
    CHECK(fake.results_lent == 0);
    fake.runPending();
    CHECK(outcome == "x9");
    CHECK(fake.results_lent == 0);
}
