// What the SDK refuses to compile, one case per number; extra.cmake checks the message each gives.
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
#endif
}
