// Codecs of what holds other values: std::optional, Patch, std::vector, std::map with text keys.
//
// The rules of a field pass through to the innermost value; only the item count belongs to the container. A list element is
// named by its index in the path of a violation: "items.0.qty".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/codec.hpp"

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

template <class Type>
struct Codec<std::vector<Type>> {
    static constexpr bool kReadsText = false;

    static void read(JsonValue value, std::vector<Type>& out, const RulesView& rules,
                     Violations& violations) {
        if (!value.isArray()) {
            violations.add(value.isNull() ? "Must not be null" : "Must be a list");
            return;
        }
        detail::checkItemCount(value.count(), rules.field, violations);
        // A list over its bound is not read: its items would cost memory and messages nobody needs.
        const std::int64_t limit = rules.field.item_count_max.limit;
        if (limit >= 0 && value.count() > static_cast<std::uint64_t>(limit)) {
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

template <class Type>
struct Codec<std::map<std::string, Type>> {
    static constexpr bool kReadsText = false;

    static void read(JsonValue value, std::map<std::string, Type>& out, const RulesView& rules,
                     Violations& violations) {
        if (!value.isObject()) {
            violations.add(value.isNull() ? "Must not be null" : "Must be an object");
            return;
        }
        detail::checkItemCount(value.count(), rules.field, violations);
        out.clear();
        value.forEachMember([&](std::string_view key, JsonValue member) {
            const Violations::Scope scope(violations, key);
            Codec<Type>::read(member, out[std::string(key)], rules, violations);
        });
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const std::map<std::string, Type>& entries) {
        writer.beginObject();
        for (const auto& [key, content] : entries) {
            writer.key(key);
            Codec<Type>::template write<kAudience>(writer, content);
        }
        writer.endObject();
    }
};

}  // namespace mortise
