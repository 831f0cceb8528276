// DTOs the schema tests share: one of every kind of member, and what the requirements name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mortise/schema.hpp"
#include "tests/support/json_tokens.hpp"

namespace dto {

enum class Color { Red, DeepBlue };
constexpr auto describe(Color) {
    return mortise::enumeration<Color>("Color",
                                       {{Color::Red, "red"}, {Color::DeepBlue, "deep-blue"}});
}

struct UserCreate {
    std::string email;
    std::string full_name;
    mortise::Secret<> password;

    static auto schema() {
        using namespace mortise;
        return object<UserCreate>("UserCreate")
            .description("A new account")
            .field("email", &UserCreate::email, mortise::email(), example("ada@example.com"))
            .field("full_name", &UserCreate::full_name, minLength(1), maxLength(255),
                   description("Name for people"))
            .field("password", &UserCreate::password, minLength(8), maxLength(128));
    }
};

struct UserUpdate {
    mortise::Patch<std::string> email;
    mortise::Patch<std::string> nickname;

    static auto schema() {
        using namespace mortise;
        return object<UserUpdate>("UserUpdate")
            .field("email", &UserUpdate::email, mortise::email(), notNull())
            .field("nickname", &UserUpdate::nickname, maxLength(5));
    }
};

struct Item {
    std::string name;
    int qty = 0;

    static constexpr auto schema() {
        using namespace mortise;
        return object<Item>("Item")
            .field("name", &Item::name, minLength(1))
            .field("qty", &Item::qty, ge(1), le(100));
    }
    friend bool operator==(const Item&, const Item&) = default;
};

struct Order {
    std::vector<Item> items;
    std::optional<Item> gift;
    std::map<std::string, Item> extras;

    static constexpr auto schema() {
        using namespace mortise;
        return object<Order>("Order")
            .field("items", &Order::items, minItems(1), maxItems(3))
            .field("gift", &Order::gift)
            .field("extras", &Order::extras, notRequired());
    }
    friend bool operator==(const Order&, const Order&) = default;
};

struct DateRange {
    mortise::Timestamp start;
    mortise::Timestamp end;

    static constexpr auto schema() {
        return mortise::object<DateRange>("DateRange")
            .field("start", &DateRange::start)
            .field("end", &DateRange::end);
    }
    static void validate(const DateRange& range, mortise::Violations& violations) {
        if (range.start >= range.end) {
            violations.add("start", "start must be before end");
        }
    }
};

/// One member of every kind.
struct Everything {
    bool flag = false;
    std::int32_t small = 0;
    std::int64_t large = 0;
    std::uint64_t natural = 0;
    double real = 0;
    std::string text;
    std::optional<std::string> maybe;
    mortise::Patch<std::int64_t> patch;
    std::vector<std::string> list;
    std::vector<bool> flags;
    std::map<std::string, double> map;
    Item item;
    std::vector<Item> items;
    Color color = Color::Red;
    mortise::Uuid id;
    mortise::Timestamp at;
    mortise::Json raw;

    static constexpr auto schema() {
        using E = Everything;
        return mortise::object<E>("Everything")
            .field("flag", &E::flag)
            .field("small", &E::small)
            .field("large", &E::large)
            .field("natural", &E::natural)
            .field("real", &E::real)
            .field("text", &E::text)
            .field("maybe", &E::maybe)
            .field("patch", &E::patch)
            .field("list", &E::list)
            .field("flags", &E::flags)
            .field("map", &E::map)
            .field("item", &E::item)
            .field("items", &E::items)
            .field("color", &E::color)
            .field("id", &E::id)
            .field("at", &E::at)
            .field("raw", &E::raw);
    }
    friend bool operator==(const Everything&, const Everything&) = default;
};

/// Reads a T from JSON text and collects what is wrong.
template <class Type>
Type read(std::string_view json, mortise::Violations& violations) {
    const mortise::test::JsonTokens tokens(json);
    return mortise::fromJson<Type>(mortise::JsonValue::root(&tokens.document()), violations);
}

/// Reads a T that is expected to be right; throws ValidationError otherwise.
template <class Type>
Type read(std::string_view json) {
    const mortise::test::JsonTokens tokens(json);
    return mortise::fromJson<Type>(mortise::JsonValue::root(&tokens.document()));
}

/// The `errors` JSON of reading a T.
template <class Type>
std::string errorsOf(std::string_view json) {
    mortise::Violations violations;
    read<Type>(json, violations);
    return violations.toJson();
}

}  // namespace dto
