// Cursors of the job list.
#include "plugins/jobs/cursor.hpp"

#include "tests/support/catch.hpp"

using namespace jobs;

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

const JobPosition kPosition{*mortise::Timestamp::parse("2026-01-31T12:00:00.250001Z"),
                            *mortise::Uuid::parse("0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f")};

}  // namespace

TEST_CASE("a cursor of the job list leads back to its position") {
    const auto read = readCursor(writeCursor(kPosition, signWith(1)), signWith(1));
    REQUIRE(read);
    CHECK(read->created_at == kPosition.created_at);
    CHECK(read->id == kPosition.id);
}

TEST_CASE("a cursor of the job list that we did not write is refused") {
    std::string cursor = writeCursor(kPosition, signWith(1));
    CHECK_FALSE(readCursor(cursor, signWith(2)));
    CHECK_FALSE(readCursor("", signWith(1)));
    CHECK_FALSE(readCursor("AAAA", signWith(1)));
    CHECK_FALSE(readCursor("no cursor!", signWith(1)));
    cursor[30] = cursor[30] == 'A' ? 'B' : 'A';
    CHECK_FALSE(readCursor(cursor, signWith(1)));
}
