// Order, search text and cursors of the listing.
#include "plugins/users/cursor.hpp"
#include "plugins/users/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sign.hpp"

using namespace users;
using mortise::test::signWith;

TEST_CASE("sort_by takes the columns of the list in both directions and nothing else") {
    REQUIRE(parseOrder("email"));
    CHECK(parseOrder("email")->column == AccountOrder::Column::Email);
    CHECK_FALSE(parseOrder("email")->is_descending);
    REQUIRE(parseOrder("-created_at"));
    CHECK(parseOrder("-created_at")->column == AccountOrder::Column::CreatedAt);
    CHECK(parseOrder("-created_at")->is_descending);
    CHECK_FALSE(parseOrder("hashed_password"));
    CHECK_FALSE(parseOrder("--id"));
    CHECK_FALSE(parseOrder(""));
    CHECK_FALSE(parseOrder("id; DROP TABLE users.accounts"));
}

TEST_CASE("search text is taken literally") {
    CHECK(containsPattern("ada") == "%ada%");
    CHECK(containsPattern("50%_\\") == "%50\\%\\_\\\\%");
}

TEST_CASE("a cursor leads back to its position") {
    const AccountPosition position{"ada@example.com", 42};
    const std::string cursor = writeCursor("email", position, signWith('k'));
    const auto read = readCursor(cursor, "email", signWith('k'));
    REQUIRE(read);
    CHECK(read->id == 42);
    CHECK(read->key == "ada@example.com");
}

TEST_CASE("a cursor of another order, another key or another hand is refused") {
    const std::string cursor = writeCursor("email", {"ada@example.com", 42}, signWith('k'));
    CHECK_FALSE(readCursor(cursor, "-email", signWith('k')));
    CHECK_FALSE(readCursor(cursor, "ema", signWith('k')));
    CHECK_FALSE(readCursor(cursor, "email", signWith('x')));
    CHECK_FALSE(readCursor("", "email", signWith('k')));
    CHECK_FALSE(readCursor("AAAA", "email", signWith('k')));
    CHECK_FALSE(readCursor("not a cursor!", "email", signWith('k')));
    std::string changed = cursor;
    changed.back() = changed.back() == 'A' ? 'B' : 'A';
    CHECK_FALSE(readCursor(changed, "email", signWith('k')));
}
