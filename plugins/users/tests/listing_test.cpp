// Order, search text and cursors of the listing.
#include "plugins/users/cursor.hpp"
#include "plugins/users/store.hpp"
#include "tests/support/catch.hpp"

using namespace users;

namespace {

/// No HMAC, but every bit of the text reaches every byte of the digest, which is what the tests rely on.
Sign signWith(std::uint64_t key) {
    return [key](std::string_view text) {
        mortise::Digest digest{};
        std::uint64_t mixed = 0xcbf29ce484222325u ^ key;
        for (const char character : text) {
            mixed = (mixed ^ static_cast<unsigned char>(character)) * 0x100000001b3u;
        }
        for (std::uint8_t& byte : digest) {
            mixed = (mixed ^ (mixed >> 29u)) * 0x100000001b3u;
            byte = static_cast<std::uint8_t>(mixed >> 32u);
        }
        return digest;
    };
}

}  // namespace

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
