// A family of DTOs that together use every constraint and every kind of member: each is asked whether its JSON Schema and its
// validator accept the same values. A new constraint or kind of member gets its place here.
#pragma once

#include "schema_dtos.hpp"

namespace agreement {

using namespace mortise;

struct Integers {
    std::int8_t tiny = 0;
    std::uint8_t byte = 0;
    std::int16_t small = 0;
    std::uint16_t port = 0;
    std::int32_t number = 0;
    std::uint32_t count = 0;
    std::int64_t large = 0;
    std::uint64_t natural = 0;

    static constexpr auto schema() {
        return object<Integers>("Integers")
            .field("tiny", &Integers::tiny)
            .field("byte", &Integers::byte, notRequired())
            .field("small", &Integers::small, notRequired())
            .field("port", &Integers::port, ge(-5), notRequired())
            .field("number", &Integers::number, notRequired())
            .field("count", &Integers::count, le(5'000'000'000), notRequired())
            .field("large", &Integers::large, notRequired())
            .field("natural", &Integers::natural, notRequired());
    }
};

struct Bounds {
    int closed = 0;
    int open = 0;
    int fives = 0;
    int half = 0;
    double ratio = 0;
    double above = 0;
    double threes = 0;
    double free = 0;

    static constexpr auto schema() {
        return object<Bounds>("Bounds")
            .field("closed", &Bounds::closed, ge(1), le(100))
            .field("open", &Bounds::open, gt(-3), lt(12))
            .field("fives", &Bounds::fives, multipleOf(5), defaultValue(5))
            .field("half", &Bounds::half, ge(0.5), lt(9.5))
            .field("ratio", &Bounds::ratio, gt(0), le(1))
            .field("above", &Bounds::above, ge(0.5), lt(99.99), notRequired())
            .field("threes", &Bounds::threes, multipleOf(3), notRequired())
            .field("free", &Bounds::free, notRequired());
    }
};

struct Money {
    Decimal amount;
    Decimal rate;
    Decimal any;
    std::vector<Decimal> parts;

    static constexpr auto schema() {
        using namespace mortise::literals;
        return object<Money>("Money")
            .field("amount", &Money::amount, gt(0), le(100'000), maxDecimals(2))
            .field("rate", &Money::rate, ge(0.01_dec), lt(99.99_dec), multipleOf(0.05_dec))
            .field("any", &Money::any, notRequired())
            .field("parts", &Money::parts, uniqueItems(), maxItems(4), notRequired());
    }
};

struct Texts {
    std::string free;
    std::string bounded;
    std::string choice;
    std::string code;
    std::string anywhere;
    std::string kebab;
    std::string snake;
    std::string dotted;
    std::string filled;
    Secret<> password;

    static constexpr auto schema() {
        return object<Texts>("Texts")
            .field("free", &Texts::free)
            .field("bounded", &Texts::bounded, minLength(2), maxLength(5))
            .field("choice", &Texts::choice, oneOf("a", "b", "Z"), maxLength(3))
            .field("code", &Texts::code, pattern<"^[A-Z]{2,3}-\\d+(x|y)?$">())
            .field("anywhere", &Texts::anywhere, pattern<"b.?7">(), notRequired())
            .field("kebab", &Texts::kebab, kebabCase(), notRequired())
            .field("snake", &Texts::snake, snakeCase(), notRequired())
            .field("dotted", &Texts::dotted, dottedName(), notRequired())
            .field("filled", &Texts::filled, notBlank(), notRequired())
            .field("password", &Texts::password, minLength(8), maxLength(128), writeOnly());
    }
    static std::vector<std::string> texts() {
        return {"AB-1", "ABC-77x", "A-1",   "ABCD-1", "AB-1z", "b7", "abb.7", "a-b-c",
                "a--b", "a_b",     "a.b_c", "a",      "",      " ",  "aB",    "longerthan8"};
    }
};

struct Formats {
    std::string mail;
    std::string id;
    std::string link;
    std::string day;
    std::string moment;
    std::string four;
    std::string six;
    std::string host;

    static constexpr auto schema() {
        return object<Formats>("Formats")
            .field("mail", &Formats::mail, email())
            .field("id", &Formats::id, uuid(), notRequired())
            .field("link", &Formats::link, uri(), notRequired())
            .field("day", &Formats::day, date(), notRequired())
            .field("moment", &Formats::moment, dateTime(), notRequired())
            .field("four", &Formats::four, ipv4(), notRequired())
            .field("six", &Formats::six, ipv6(), notRequired())
            .field("host", &Formats::host, hostName(), notRequired());
    }
};

using OrderId = StrongId<struct OrderTag>;
using DeviceId = StrongId<struct DeviceTag, Uuid>;

struct Values {
    bool flag = false;
    Uuid id;
    Timestamp at;
    dto::Color color = dto::Color::Red;
    Json raw;
    OrderId order;
    DeviceId device;
    PositiveInt quantity;
    NonEmptyStr name;
    EmailStr mail;

    static constexpr auto schema() {
        return object<Values>("Values")
            .field("flag", &Values::flag)
            .field("id", &Values::id)
            .field("at", &Values::at)
            .field("color", &Values::color, defaultValue("red"))
            .field("raw", &Values::raw, notRequired())
            .field("order", &Values::order, ge(1))
            .field("device", &Values::device, notRequired())
            .field("quantity", &Values::quantity, defaultValue(1))
            .field("name", &Values::name, notRequired())
            .field("mail", &Values::mail, notRequired());
    }
};

struct Containers {
    std::vector<int> numbers;
    std::vector<std::string> tags;
    std::vector<OrderId> orders;
    std::vector<dto::Color> colors;
    std::vector<std::vector<int>> grid;
    std::vector<std::optional<int>> gaps;
    std::map<std::string, std::string> labels;
    std::unordered_map<std::string, NonNegativeInt> stock;
    std::map<std::string, std::vector<dto::Item>> groups;

    static constexpr auto schema() {
        using C = Containers;
        return object<C>("Containers")
            .field("numbers", &C::numbers, minItems(1), maxItems(3), ge(0), le(99))
            .field("tags", &C::tags, uniqueItems(), maxItems(5), maxLength(4))
            .field("orders", &C::orders, uniqueItems(), notRequired())
            .field("colors", &C::colors, uniqueItems(), notRequired())
            .field("grid", &C::grid, maxItems(3), notRequired())
            .field("gaps", &C::gaps, notRequired())
            .field("labels", &C::labels, keys(minLength(1), maxLength(3), pattern<"^[a-zé]+$">()),
                   minItems(1), maxItems(3), maxLength(4), notRequired())
            .field("stock", &C::stock, maxItems(2), notRequired())
            .field("groups", &C::groups, notRequired());
    }
    static std::vector<std::string> texts() { return {"a", "ab", "é", "abcd", "A", "aé", ""}; }
};

struct Presence {
    std::optional<int> maybe;
    std::optional<int> never_null;
    Patch<std::string> name;
    Patch<std::string> nickname;
    Patch<std::vector<int>> list;
    std::optional<dto::Item> item;
    int given_by_host = 0;
    std::int64_t doubled() const { return 2; }

    static constexpr auto schema() {
        using P = Presence;
        return object<P>("Presence")
            .field("maybe", &P::maybe, ge(1))
            .field("never_null", &P::never_null, notNull(), le(9))
            .field("name", &P::name, notNull(), minLength(1))
            .field("nickname", &P::nickname, maxLength(3))
            .field("list", &P::list, maxItems(2))
            .field("item", &P::item)
            .field("given_by_host", &P::given_by_host, readOnly(), ge(0))
            .computed("doubled", &P::doubled)
            .forbidUnknown();
    }
};

/// What a form can hold: its fields reach the same members by the same rules as the body in JSON.
struct Profile {
    std::string name;
    std::string role = "user";
    std::optional<int> age;
    std::vector<std::string> tags;
    std::vector<int> given_by_host;
    bool flag = false;
    int doubled() const { return 2; }
    dto::Item item() const { return {}; }

    static constexpr auto schema() {
        using P = Profile;
        return object<P>("Profile")
            .field("name", &P::name, minLength(2), maxLength(5))
            .field("role", &P::role, readOnly(), oneOf("user", "admin"))
            .field("age", &P::age, ge(1), le(99), notNull())
            .field("tags", &P::tags, notRequired(), maxItems(2), maxLength(3))
            .field("given_by_host", &P::given_by_host, readOnly(), maxItems(2), ge(0))
            .field("flag", &P::flag, defaultValue(true))
            .computed("doubled", &P::doubled)
            .computed("item", &P::item)
            .forbidUnknown();
    }
    static std::vector<std::string> texts() { return {"admin", "user", "abc", "abcdef", "a", ""}; }
};

struct Card {
    std::string number;
    static constexpr auto schema() {
        return object<Card>("Card").tag<"kind", "card">().field("number", &Card::number,
                                                                pattern<"^\\d{4}$">());
    }
    static std::vector<std::string> texts() { return {"1234", "123", "12345", "card", "wire"}; }
};
struct Wire {
    std::string iban;
    std::optional<Decimal> fee;
    static constexpr auto schema() {
        return object<Wire>("Wire")
            .tag<"kind", "wire">()
            .field("iban", &Wire::iban, minLength(2), maxLength(34))
            .field("fee", &Wire::fee)
            .forbidUnknown();
    }
};
struct Checkout {
    std::variant<Card, Wire> payment;
    std::vector<std::variant<Card, Wire>> others;
    std::optional<std::variant<Wire, Card>> refund;
    std::vector<Checkout> parts;
    static auto schema() {
        return object<Checkout>("Checkout")
            .field("payment", &Checkout::payment)
            .field("others", &Checkout::others, maxItems(3), notRequired())
            .field("refund", &Checkout::refund)
            .field("parts", &Checkout::parts, maxItems(2), notRequired());
    }
    static std::vector<std::string> texts() { return Card::texts(); }
};

}  // namespace agreement
