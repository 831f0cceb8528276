// What the SDK refuses to compile, one case per number; extra.cmake checks the message each gives.
#include "mortise/log.hpp"
#include "mortise/paging.hpp"
#include "mortise/schema.hpp"

using namespace mortise;

struct Plain {
    int number;
};

struct WithPassword {
    Secret<> password;
    static auto schema() {
        return object<WithPassword>("WithPassword").field("password", &WithPassword::password);
    }
};

struct Item {
    int qty;
    static auto schema() {
#if MORTISE_CASE == 1
        return object<Item>("Item").field("qty", &Item::qty, minLength(1));
#elif MORTISE_CASE == 2
        return object<Item>("Item").field("qty", &Item::qty, notNull());
#else
        return object<Item>("Item").field("qty", &Item::qty);
#endif
    }
};

#if MORTISE_CASE == 9
struct Card {
    int number;
    static auto schema() {
        return object<Card>("Card").tag<"kind", "card">().field("number", &Card::number);
    }
};
using Content = std::variant<Card, Item>;
#elif MORTISE_CASE == 10
using Content = std::vector<Secret<>>;
#elif MORTISE_CASE == 11
using Content = PositiveInt;
#elif MORTISE_CASE == 12 || MORTISE_CASE == 13
using Content = Decimal;
#elif MORTISE_CASE == 14
using Content = std::vector<Item>;
#elif MORTISE_CASE == 15
using Content = Constrained<int, Item>;
#elif MORTISE_CASE == 16 || MORTISE_CASE == 17 || MORTISE_CASE == 18 || MORTISE_CASE == 23 || \
    MORTISE_CASE == 24
using Content = std::string;
#else
using Content = int;
#endif

/// A member whose type is what the case is about.
struct Holder {
    Content content;
    Secret<> key() const { return Secret<>("x"); }
    static auto schema() {
#if MORTISE_CASE == 11
        return object<Holder>("Holder").field("content", &Holder::content, ge(5));
#elif MORTISE_CASE == 12
        return object<Holder>("Holder").field("content", &Holder::content, ge(0.01));
#elif MORTISE_CASE == 14
        return object<Holder>("Holder").field("content", &Holder::content, uniqueItems());
#elif MORTISE_CASE == 16
        return object<Holder>("Holder").field("content", &Holder::content, pattern<"^(a|b$">());
#elif MORTISE_CASE == 17
        return object<Holder>("Holder").field("content", &Holder::content, pattern<"(?=a)b">());
#elif MORTISE_CASE == 23
        return object<Holder>("Holder").field("content", &Holder::content, pattern<"^[\\w-.]$">());
#elif MORTISE_CASE == 24
        return object<Holder>("Holder").field("content", &Holder::content, pattern<"^[+-\\d]$">());
#elif MORTISE_CASE == 18
        return object<Holder>("Holder").computed("key", &Holder::key);
#else
        return object<Holder>("Holder").field("content", &Holder::content);
#endif
    }
};

struct Basket {
    Item item;
    static auto schema() { return object<Basket>("Basket").field("item", &Basket::item); }
};

int main() {
#if MORTISE_CASE == 0 || MORTISE_CASE == 1 || MORTISE_CASE == 2
    return static_cast<int>(toJson(Item{1}).size());
#elif MORTISE_CASE == 3
    assertResponseData<std::vector<Item>>();
#elif MORTISE_CASE == 4
    assertResponseData<std::optional<Item>>();
#elif MORTISE_CASE == 5
    assertResponseData<Plain>();
#elif MORTISE_CASE == 6
    return static_cast<int>(toJson(WithPassword{}).size());
#elif MORTISE_CASE == 7
    return static_cast<int>(toJson(Plain{1}).size());
#elif MORTISE_CASE == 8
    fromPairs<Basket>({});
#elif MORTISE_CASE == 13
    return static_cast<int>(Decimal(1) + 0.5 > 1);
#elif MORTISE_CASE == 19
    std::string text = Secret<>("x");
#elif MORTISE_CASE == 20
    std::string_view text(Secret<>("x"));
#elif MORTISE_CASE == 21
    field("password", Secret<>("x"));
#elif MORTISE_CASE == 22
    return static_cast<int>(("password " + Secret<>("x")).size());
#else
    return static_cast<int>(toJson(Holder{}).size());
#endif
}
