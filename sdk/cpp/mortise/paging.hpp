// Lists in pages: what a client may ask for (PageQuery) and what an answer carries (Page, CursorPage, Listing).
//
//   offset style   page, per_page (page_size means the same; skip may stand in for page, then limit for per_page)
//   cursor style   limit, and cursor from the second request on
//
// `limit` without `cursor` and `skip` starts a cursor listing; nothing at all is page 1 of the offset style. Mixing the styles
// is a violation. Offsets end at kOffsetMax, because a database counts past every skipped row; the message points to the
// cursor. What a cursor holds is the plugin's business: it is an opaque text here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/binding.hpp"
#include "mortise/schema_text.hpp"

namespace mortise {

inline constexpr std::int64_t kPageSizeDefault = 20;
inline constexpr std::int64_t kPageSizeMax = 100;
inline constexpr std::int64_t kOffsetMax = 10'000;

/// The query parameters of a list, as the client writes them.
struct PageParameters {
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> per_page;
    std::optional<std::int64_t> page_size;
    std::optional<std::int64_t> skip;
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;

    static constexpr std::string_view kTooDeep =
        "Must not lead beyond the first 10000 items. Use cursor and limit to read on.";

    static constexpr auto schema() {
        return object<PageParameters>("PageParameters")
            .field("page", &PageParameters::page, ge(1), description("Number of the page, from 1"),
                   example(1))
            .field("per_page", &PageParameters::per_page, ge(1), le(kPageSizeMax),
                   description("Items on a page, 20 unless given"), example(kPageSizeDefault))
            .field("page_size", &PageParameters::page_size, ge(1), le(kPageSizeMax),
                   description("Another name of per_page"))
            .field("skip", &PageParameters::skip, ge(0), le(kOffsetMax, kTooDeep),
                   description("Items to leave out, instead of page"))
            .field("limit", &PageParameters::limit, ge(1), le(kPageSizeMax),
                   description("Items of a cursor listing; with skip, another name of per_page"))
            .field("cursor", &PageParameters::cursor, minLength(1), maxLength(1024),
                   description("next_cursor of the answer before"));
    }
};

/// Which part of a list a client wants.
struct PageQuery {
    /// The OpenAPI document shows these.
    using Parameters = PageParameters;

    /// True for the cursor style; then `page` and `offset` mean nothing.
    bool by_cursor = false;
    std::int64_t page = 1;
    /// Items wanted, in both styles.
    std::int64_t per_page = kPageSizeDefault;
    /// Items before the wanted ones.
    std::int64_t offset = 0;
    /// Where to go on; empty at the start of a cursor listing.
    std::string cursor;

    static PageQuery readPairs(Pairs pairs, Violations& violations) {
        const std::size_t found_before = violations.count();
        const auto given = fromPairs<PageParameters>(pairs, violations);
        checkStyle(given, violations);
        if (violations.count() != found_before) {
            return {};
        }
        PageQuery query;
        query.by_cursor = given.cursor || (given.limit && !given.skip);
        query.cursor = given.cursor.value_or("");
        query.per_page = firstOf(given.per_page, given.page_size, given.limit);
        query.offset = given.skip.value_or((given.page.value_or(1) - 1) * query.per_page);
        query.page = query.offset / query.per_page + 1;
        return query;
    }

private:
    static std::int64_t firstOf(const std::optional<std::int64_t>& per_page,
                                const std::optional<std::int64_t>& page_size,
                                const std::optional<std::int64_t>& limit) {
        return per_page ? *per_page : page_size ? *page_size : limit.value_or(kPageSizeDefault);
    }

    static void checkStyle(const PageParameters& given, Violations& violations) {
        constexpr std::string_view kMixed =
            "Use either page and per_page, or cursor and limit, not both";
        const bool sized = given.per_page || given.page_size;
        if (given.cursor && (given.page || given.skip || sized)) {
            violations.add("cursor", kMixed);
        } else if (given.limit && (given.page || sized)) {
            violations.add("limit", kMixed);
        }
        if (given.per_page && given.page_size) {
            violations.add("page_size", "Use either per_page or page_size, not both");
        }
        if (given.page && given.skip) {
            violations.add("skip", "Use either page or skip, not both");
        }
        const std::int64_t per_page = firstOf(given.per_page, given.page_size, {});
        if (given.page && per_page > 0 && *given.page - 1 > kOffsetMax / per_page) {
            violations.add("page", PageParameters::kTooDeep);
        }
    }
};

namespace detail {
template <class Item>
void trimTo(std::vector<Item>& items, std::int64_t count) {
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(count), items.end());
}
}  // namespace detail

/// One page of the offset style: `data.items`, and `meta` with page, per_page, total and has_next.
template <class Item>
struct Page {
    using ListedItem = Item;

    std::vector<Item> items;
    std::int64_t page = 1;
    std::int64_t per_page = kPageSizeDefault;
    /// Items of the whole list; nothing where counting is switched off.
    std::optional<std::int64_t> total;
    /// Whether another page follows, when it is known better than from `total`.
    std::optional<bool> more;

    /// The answer to `query` out of `total` items.
    static Page of(const PageQuery& query, std::vector<Item> items, std::int64_t total) {
        const bool more = query.offset + static_cast<std::int64_t>(items.size()) < total;
        return {std::move(items), query.page, query.per_page, total, more};
    }
    /// The same without a count: `items` are one more than asked for when there is a next page.
    static Page withoutTotal(const PageQuery& query, std::vector<Item> items) {
        const bool more = static_cast<std::int64_t>(items.size()) > query.per_page;
        if (more) {
            detail::trimTo(items, query.per_page);
        }
        return {std::move(items), query.page, query.per_page, std::nullopt, more};
    }

    bool hasNext() const { return more.value_or(total && page * per_page < *total); }

    std::string metaJson() const {
        std::string json;
        JsonWriter writer(json);
        writer.beginObject();
        writer.member("page", page);
        writer.member("per_page", per_page);
        if (total) {
            writer.member("total", *total);
        }
        writer.member("has_next", hasNext());
        writer.endObject();
        return json;
    }
};

/// One part of a cursor listing: `data.items`, and `meta` with next_cursor, null at the end.
template <class Item>
struct CursorPage {
    using ListedItem = Item;

    std::vector<Item> items;
    std::optional<std::string> next_cursor;

    /// The answer to `query`: `items` are one more than asked for when the list goes on. `cursor_of(item)` makes the cursor
    /// that leads behind an item.
    template <class CursorOf>
    static CursorPage of(const PageQuery& query, std::vector<Item> items, CursorOf&& cursor_of) {
        CursorPage part;
        if (static_cast<std::int64_t>(items.size()) > query.per_page) {
            detail::trimTo(items, query.per_page);
            part.next_cursor = cursor_of(std::as_const(items.back()));
        }
        part.items = std::move(items);
        return part;
    }

    std::string metaJson() const {
        std::string json;
        JsonWriter writer(json);
        writer.beginObject();
        writer.key("next_cursor");
        Codec<std::optional<std::string>>::write<Audience::Client>(writer, next_cursor);
        writer.endObject();
        return json;
    }
};

/// Either of the two, for a route that serves both styles.
template <class Item>
struct Listing {
    using ListedItem = Item;

    std::vector<Item> items;
    std::string meta;

    Listing(Page<Item> page) : meta(page.metaJson()) { items = std::move(page.items); }
    Listing(CursorPage<Item> part) : meta(part.metaJson()) { items = std::move(part.items); }

    std::string metaJson() const { return meta; }
};

/// Page, CursorPage or Listing: `items` and metaJson().
template <class Type>
concept Listed = requires(const Type& list) {
    typename Type::ListedItem;
    list.items;
    list.metaJson();
};

template <Listed List>
struct Codec<List> {
    static constexpr bool kReadsText = false;

    template <Audience kAudience>
    static void write(JsonWriter& writer, const List& list) {
        writer.beginObject();
        writer.key("items");
        Codec<std::vector<typename List::ListedItem>>::template write<kAudience>(writer,
                                                                                 list.items);
        writer.endObject();
    }
};

template <Listed List>
struct SchemaText<List> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules,
                              SchemaCollector& collector) {
        writer.member("type", "object");
        writer.key("properties");
        writer.beginObject();
        writer.key("items");
        detail::writeInner<std::vector<typename List::ListedItem>>(writer, rules, collector);
        writer.endObject();
        writer.key("required");
        writer.beginArray();
        writer.value("items");
        writer.endArray();
    }
};

}  // namespace mortise
