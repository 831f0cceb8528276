// Signed cursors of lists.
#include "mortise/cursor.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/sign.hpp"

using namespace mortise;
using test::signWith;
using Fields = std::vector<std::string>;

TEST_CASE("a cursor leads back to its fields, empty ones too") {
    const std::string cursor = writeCursor({"", "42", ""}, signWith(1));
    CHECK(readCursor(cursor, 3, signWith(1)) == Fields{"", "42", ""});
    CHECK(readCursor(writeCursor({"only"}, signWith(1)), 1, signWith(1)) == Fields{"only"});
}

TEST_CASE("the last field of a cursor may hold anything") {
    const std::string wild("a\x1F\0b\xFF", 5);
    const std::string cursor = writeCursor({"name", wild}, signWith(1));
    CHECK(readCursor(cursor, 2, signWith(1)) == Fields{"name", wild});
}

TEST_CASE("a cursor is made of characters that need no escape in a query") {
    const std::string cursor = writeCursor({std::string(200, '\xFE')}, signWith(1));
    CHECK(cursor.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
}

TEST_CASE("what is no cursor of ours is refused") {
    const std::string cursor = writeCursor({"name", "42"}, signWith(1));
    CHECK_FALSE(readCursor(cursor, 2, signWith(2)));
    CHECK_FALSE(readCursor(cursor, 3, signWith(1)));
    CHECK_FALSE(readCursor("", 2, signWith(1)));
    CHECK_FALSE(readCursor("AAAA", 2, signWith(1)));
    CHECK_FALSE(readCursor("no cursor!", 2, signWith(1)));
}

TEST_CASE("a cursor with any character changed is refused") {
    const std::string cursor = writeCursor({"name", "42"}, signWith(1));
    for (std::size_t at = 0; at < cursor.size(); ++at) {
        std::string changed = cursor;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        INFO(at);
        CHECK_FALSE(readCursor(changed, 2, signWith(1)));
    }
}
