// PageQuery, Page, CursorPage and Listing.
#include "mortise/paging.hpp"

#include <initializer_list>
#include <utility>

#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using dto::Item;

namespace {

using Given = std::initializer_list<std::pair<std::string_view, std::string_view>>;

PageQuery queryOf(Given given, Violations& violations) {
    std::vector<mortise_pair> pairs;
    for (const auto& [name, value] : given) {
        pairs.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
    return fromPairs<PageQuery>(pairs, violations);
}

PageQuery queryOf(Given given) {
    Violations violations("query");
    PageQuery query = queryOf(given, violations);
    CHECK(violations.toJson() == "{}");
    return query;
}

std::string errorsOf(Given given) {
    Violations violations("query");
    queryOf(given, violations);
    return violations.toJson();
}

void checkOffset(const PageQuery& query, std::int64_t page, std::int64_t per_page,
                 std::int64_t offset) {
    CHECK_FALSE(query.by_cursor);
    CHECK(query.page == page);
    CHECK(query.per_page == per_page);
    CHECK(query.offset == offset);
}

std::vector<Item> items(int count) {
    std::vector<Item> list;
    for (int number = 1; number <= count; ++number) {
        list.push_back({"i" + std::to_string(number), number});
    }
    return list;
}

}  // namespace

TEST_CASE("nothing asks for page 1 of 20") {
    checkOffset(queryOf({}), 1, 20, 0);
}

TEST_CASE("the offset style has its aliases") {
    checkOffset(queryOf({{"page", "3"}, {"per_page", "10"}}), 3, 10, 20);
    checkOffset(queryOf({{"page", "2"}, {"page_size", "50"}}), 2, 50, 50);
    checkOffset(queryOf({{"skip", "40"}}), 3, 20, 40);
    checkOffset(queryOf({{"skip", "30"}, {"limit", "10"}}), 4, 10, 30);
    checkOffset(queryOf({{"page", "101"}, {"per_page", "100"}}), 101, 100, 10'000);
    checkOffset(queryOf({{"sort_by", "id"}}), 1, 20, 0);
}

TEST_CASE("a limit without a cursor starts a cursor listing") {
    const PageQuery start = queryOf({{"limit", "5"}});
    CHECK(start.by_cursor);
    CHECK(start.per_page == 5);
    CHECK(start.cursor.empty());
    const PageQuery next = queryOf({{"cursor", "abc"}});
    CHECK(next.by_cursor);
    CHECK(next.per_page == 20);
    CHECK(next.cursor == "abc");
}

TEST_CASE("page sizes and offsets beyond their bounds are refused") {
    CHECK(errorsOf({{"per_page", "101"}}) == R"({"per_page":["Must be at most 100"]})");
    CHECK(errorsOf({{"per_page", "0"}}) == R"({"per_page":["Must be at least 1"]})");
    CHECK(errorsOf({{"limit", "0"}}) == R"({"limit":["Must be at least 1"]})");
    CHECK(errorsOf({{"limit", "101"}}) == R"({"limit":["Must be at most 100"]})");
    CHECK(errorsOf({{"page", "0"}}) == R"({"page":["Must be at least 1"]})");
    CHECK(errorsOf({{"page", "x"}}) == R"({"page":["Must be an integer"]})");
    CHECK(errorsOf({{"skip", "-1"}}) == R"({"skip":["Must be at least 0"]})");
    CHECK(errorsOf({{"cursor", ""}}) == R"({"cursor":["Must be at least 1 character"]})");
}

TEST_CASE("an offset that is too deep points to the cursor") {
    constexpr std::string_view kAdvice =
        "Must not lead beyond the first 10000 items. Use cursor and limit to read on.";
    CHECK(errorsOf({{"skip", "10001"}}) == R"({"skip":[")" + std::string(kAdvice) + R"("]})");
    CHECK(errorsOf({{"page", "102"}, {"per_page", "100"}}) ==
          R"({"page":[")" + std::string(kAdvice) + R"("]})");
    CHECK(errorsOf({{"page", "9223372036854775807"}}) ==
          R"({"page":[")" + std::string(kAdvice) + R"("]})");
}

TEST_CASE("mixing the styles is refused") {
    constexpr std::string_view kMixed =
        R"(["Use either page and per_page, or cursor and limit, not both"]})";
    const std::string cursor = R"({"cursor":)" + std::string(kMixed);
    const std::string limit = R"({"limit":)" + std::string(kMixed);
    CHECK(errorsOf({{"cursor", "c"}, {"page", "1"}}) == cursor);
    CHECK(errorsOf({{"cursor", "c"}, {"per_page", "1"}}) == cursor);
    CHECK(errorsOf({{"cursor", "c"}, {"skip", "1"}, {"limit", "5"}}) == cursor);
    CHECK(errorsOf({{"limit", "5"}, {"page", "1"}}) == limit);
    CHECK(errorsOf({{"limit", "5"}, {"page_size", "5"}}) == limit);
    CHECK(errorsOf({{"per_page", "5"}, {"page_size", "5"}}) ==
          R"({"page_size":["Use either per_page or page_size, not both"]})");
    CHECK(errorsOf({{"page", "1"}, {"skip", "5"}}) ==
          R"({"skip":["Use either page or skip, not both"]})");
}

TEST_CASE("a page answers items and meta") {
    const PageQuery query = queryOf({{"page", "2"}, {"per_page", "2"}});
    const auto page = Page<Item>::of(query, items(2), 5);
    CHECK(toJson(page) == R"({"items":[{"name":"i1","qty":1},{"name":"i2","qty":2}]})");
    CHECK(page.metaJson() == R"({"page":2,"per_page":2,"total":5,"has_next":true})");
    CHECK(Page<Item>::of(query, items(2), 4).metaJson() ==
          R"({"page":2,"per_page":2,"total":4,"has_next":false})");
    CHECK(toJson(Page<Item>::of(query, {}, 0)) == R"({"items":[]})");
}

TEST_CASE("a page made by hand knows from the total whether another follows") {
    const Page<Item> page{items(1), 1, 1, 2, {}};
    CHECK(page.hasNext());
    CHECK_FALSE(Page<Item>{{}, 1, 20, {}, {}}.hasNext());
}

TEST_CASE("a page without a count looks one item ahead") {
    const PageQuery query = queryOf({{"per_page", "2"}});
    const auto page = Page<Item>::withoutTotal(query, items(3));
    CHECK(page.items.size() == 2);
    CHECK(page.metaJson() == R"({"page":1,"per_page":2,"has_next":true})");
    CHECK(Page<Item>::withoutTotal(query, items(2)).metaJson() ==
          R"({"page":1,"per_page":2,"has_next":false})");
}

TEST_CASE("a cursor page leads behind its last item and ends with null") {
    const PageQuery query = queryOf({{"limit", "2"}});
    const auto cursor_of = [](const Item& item) { return "after-" + item.name; };
    const auto part = CursorPage<Item>::of(query, items(3), cursor_of);
    CHECK(part.items.size() == 2);
    CHECK(part.metaJson() == R"({"next_cursor":"after-i2"})");
    CHECK(CursorPage<Item>::of(query, items(2), cursor_of).metaJson() == R"({"next_cursor":null})");
}

TEST_CASE("a listing serves both styles") {
    const Listing<Item> offset = Page<Item>::of(PageQuery(), items(1), 1);
    CHECK(offset.metaJson() == R"({"page":1,"per_page":20,"total":1,"has_next":false})");
    const Listing<Item> cursor = CursorPage<Item>{items(1), "c"};
    CHECK(cursor.metaJson() == R"({"next_cursor":"c"})");
    CHECK(toJson(cursor) == R"({"items":[{"name":"i1","qty":1}]})");
    assertResponseData<Page<Item>>();
    assertResponseData<CursorPage<Item>>();
    assertResponseData<Listing<Item>>();
    assertResponseData<Item>();
}
