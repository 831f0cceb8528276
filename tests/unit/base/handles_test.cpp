#include "base/handles.hpp"

#include <set>

#include "tests/support/catch.hpp"

using mortise::HandleTable;

TEST_CASE("a handle finds what it was given for") {
    HandleTable<std::string> table(4);
    const auto first = table.insert("first");
    const auto second = table.insert("second");
    CHECK(table.find(first) == "first");
    CHECK(table.find(second) == "second");
    CHECK(table.count() == 2);
}

TEST_CASE("a handle stays dead when its slot lives again") {
    HandleTable<int> table(1);
    const auto old = table.insert(1);
    CHECK(table.take(old) == 1);
    const auto fresh = table.insert(2);
    REQUIRE(fresh != 0);
    CHECK(fresh != old);
    CHECK_FALSE(table.find(old));
    CHECK_FALSE(table.take(old));
    CHECK(table.find(fresh) == 2);
}

TEST_CASE("zero and made-up handles find nothing") {
    HandleTable<int> table(2);
    CHECK_FALSE(table.find(0));
    const auto handle = table.insert(7);
    CHECK_FALSE(table.find(0));
    CHECK_FALSE(table.find(handle + 1));
    CHECK_FALSE(table.find(handle + (1ULL << 32U)));
}

TEST_CASE("a full table gives no handle and has room again after a removal") {
    HandleTable<int> table(2);
    const auto handle = table.insert(1);
    CHECK(table.insert(2) != 0);
    CHECK(table.insert(3) == 0);
    CHECK(table.take(handle));
    CHECK(table.insert(4) != 0);
}
