// Codecs of what holds other values: std::optional, Patch, std::vector, and maps with text keys.
//
// The rules of a field pass through to the innermost value; only the item count, uniqueness and keys belong to the container. A
// list element is named by its index in the path of a violation, "items.0.qty", a map element by its key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mortise/codec_values.hpp"

namespace mortise {

template <class Type>
struct Codec<std::optional<Type>> {
    static constexpr bool kReadsText = Codec<Type>::kReadsText;

    static void read(JsonValue value, std::optional<Type>& out, const RulesView& rules,
                     Violations& violations) {
        out.reset();
        if (!value.isNull()) {
            Codec<Type>::read(value, out.emplace(), rules, violations);
        } else if (!rules.field.null_allowed) {
            detail::addNotNull(violations);
        }
    }
    static void readText(std::string_view text, std::optional<Type>& out, const RulesView& rules,
                         Violations& violations) {
        Codec<Type>::readText(text, out.emplace(), rules, violations);
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const std::optional<Type>& value) {
        if (value) {
            Codec<Type>::template write<kAudience>(writer, *value);
        } else {
            writer.null();
        }
    }
};

template <class Type>
struct Codec<Patch<Type>> {
    static constexpr bool kReadsText = Codec<Type>::kReadsText;

    static void read(JsonValue value, Patch<Type>& out, const RulesView& rules,
                     Violations& violations) {
        if (!value.isNull()) {
            Type content{};
            Codec<Type>::read(value, content, rules, violations);
            out = Patch<Type>(std::move(content));
        } else if (rules.field.null_allowed) {
            out = Patch<Type>::null();
        } else {
            detail::addNotNull(violations);
        }
    }
    static void readText(std::string_view text, Patch<Type>& out, const RulesView& rules,
                         Violations& violations) {
        Type content{};
        Codec<Type>::readText(text, content, rules, violations);
        out = Patch<Type>(std::move(content));
    }
    /// An absent one is left out by the object around it; here it can only be null.
    template <Audience kAudience>
    static void write(JsonWriter& writer, const Patch<Type>& value) {
        Codec<std::optional<Type>>::template write<kAudience>(writer, value.asOptional());
    }
};

namespace detail {

/// Adds what is wrong with the count; false when the content is not worth reading: over the bound it would cost memory and
/// messages nobody needs.
inline bool acceptsCount(JsonValue container, const FieldRules& field, Violations& violations) {
    checkItemCount(container.count(), field, violations);
    const std::int64_t limit = field.item_count_max.limit;
    return limit < 0 || container.count() <= static_cast<std::uint64_t>(limit);
}

/// What of an item is compared by uniqueItems().
template <class Item>
auto uniqueKey(const Item& item) {
    if constexpr (std::is_same_v<Item, std::string>) {
        return std::string_view(item);
    } else if constexpr (kIsStrongId<Item> || kIsConstrained<Item>) {
        return uniqueKey(item.value());
    } else {
        return item;
    }
}

template <class Item>
void checkUniqueItems(const std::vector<Item>& items, const FieldRules& field,
                      Violations& violations) {
    if constexpr (UniqueItem<Item>::kFits) {
        if (!field.unique.message.empty()) {
            std::vector<decltype(uniqueKey(items.front()))> all;
            all.reserve(items.size());
            for (const Item& item : items) {
                all.push_back(uniqueKey(item));
            }
            checkUnique(std::move(all), field, violations);
        }
    }
}

}  // namespace detail

template <class Type>
struct Codec<std::vector<Type>> {
    static constexpr bool kReadsText = false;

    static void read(JsonValue value, std::vector<Type>& out, const RulesView& rules,
                     Violations& violations) {
        if (!value.isArray()) {
            violations.add(value.isNull() ? "Must not be null" : "Must be a list");
            return;
        }
        if (!detail::acceptsCount(value, rules.field, violations)) {
            return;
        }
        out.clear();
        out.reserve(value.count());
        value.forEachItem([&](std::size_t index, JsonValue item) {
            const Violations::Scope scope(violations, index);
            Type content{};
            Codec<Type>::read(item, content, rules, violations);
            out.push_back(std::move(content));
        });
        detail::checkUniqueItems(out, rules.field, violations);
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const std::vector<Type>& items) {
        writer.beginArray();
        for (const auto& item : items) {
            Codec<Type>::template write<kAudience>(writer, item);
        }
        writer.endArray();
    }
};

namespace detail {

template <class Map>
struct MapCodec {
    using Type = typename Map::mapped_type;
    static constexpr bool kReadsText = false;

    static void read(JsonValue value, Map& out, const RulesView& rules, Violations& violations) {
        if (!value.isObject()) {
            violations.add(value.isNull() ? "Must not be null" : "Must be an object");
            return;
        }
        if (!acceptsCount(value, rules.field, violations)) {
            return;
        }
        out.clear();
        value.forEachMember([&](std::string_view key, JsonValue member) {
            const Violations::Scope scope(violations, key);
            checkKey(key, rules.field.key, violations);
            Codec<Type>::read(member, out[std::string(key)], rules, violations);
        });
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const Map& entries) {
        writer.beginObject();
        for (const auto& [key, content] : entries) {
            writer.key(key);
            Codec<Type>::template write<kAudience>(writer, content);
        }
        writer.endObject();
    }
};

}  // namespace detail

template <class Type>
struct Codec<std::map<std::string, Type>> : detail::MapCodec<std::map<std::string, Type>> {};
template <class Type>
struct Codec<std::unordered_map<std::string, Type>>
    : detail::MapCodec<std::unordered_map<std::string, Type>> {};

}  // namespace mortise
