// Cursors of the job list.
#include "plugins/jobs/cursor.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/sign.hpp"

using namespace jobs;
using mortise::test::signWith;

namespace {

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
