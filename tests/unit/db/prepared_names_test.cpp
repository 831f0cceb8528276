#include "db/engine/prepared_names.hpp"

#include "tests/support/catch.hpp"

using mortise::db::PreparedNames;

TEST_CASE("a statement keeps its name and is prepared after its confirmation") {
    PreparedNames names(8);
    const auto first = names.find("a", "SELECT 1");
    CHECK_FALSE(first.is_prepared);
    CHECK_FALSE(names.find("a", "SELECT 1").is_prepared);
    names.confirm("a", "SELECT 1");
    const auto again = names.find("a", "SELECT 1");
    CHECK(again.is_prepared);
    CHECK(again.name == first.name);
}

TEST_CASE("the same text of two plugins is two statements") {
    PreparedNames names(8);
    CHECK(names.find("a", "SELECT 1").name != names.find("b", "SELECT 1").name);
    CHECK(names.count() == 2);
}

TEST_CASE("a forgotten statement gets a new name") {
    PreparedNames names(8);
    const auto first = names.find("a", "SELECT 1");
    names.confirm("a", "SELECT 1");
    names.forget("a", "SELECT 1");
    const auto again = names.find("a", "SELECT 1");
    CHECK_FALSE(again.is_prepared);
    CHECK(again.name != first.name);
}

TEST_CASE("the least recently used statement makes room") {
    PreparedNames names(2);
    const auto first = names.find("a", "1");
    names.confirm("a", "1");
    const auto second = names.find("a", "2");
    names.confirm("a", "2");
    names.find("a", "1");
    CHECK(names.find("a", "3").evicted == second.name);
    CHECK(names.find("a", "1").name == first.name);
    CHECK(names.count() == 2);
}

TEST_CASE("a statement that was never prepared needs no deallocation") {
    PreparedNames names(1);
    names.find("a", "1");
    CHECK(names.find("a", "2").evicted.empty());
}
