// Writing DTOs: only what is declared, secrets never, and everything reads back.
#include <random>

#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace dto;

namespace {

struct Account {
    std::int64_t id = 0;
    std::string first;
    std::string last;
    std::string password_hash = "never";
    std::string note;

    std::string fullName() const { return first + " " + last; }

    static constexpr auto schema() {
        return object<Account>("Account")
            .field("id", &Account::id)
            .field("note", &Account::note, writeOnly())
            .computed("full_name", &Account::fullName, description("First and last name"));
    }
};

/// Random values; the edges come up more often than chance would have it.
class RandomValues {
public:
    explicit RandomValues(std::uint64_t seed) : random_(seed) {}

    Everything everything() {
        Everything value;
        value.flag = coin();
        value.small = static_cast<std::int32_t>(random_());
        value.large = static_cast<std::int64_t>(random_());
        value.natural = coin() ? UINT64_MAX : random_();
        value.real = real();
        value.text = text();
        if (coin()) {
            value.maybe = text();
        }
        value.patch = coin()   ? Patch<std::int64_t>()
                      : coin() ? Patch<std::int64_t>::null()
                               : Patch<std::int64_t>(static_cast<std::int64_t>(random_()));
        for (std::size_t left = random_() % 4; left > 0; --left) {
            value.list.push_back(text());
            value.flags.push_back(coin());
            value.map[text()] = real();
            value.items.push_back({"i" + text(), 1 + static_cast<int>(random_() % 100)});
        }
        value.item = {"n" + text(), 100};
        value.color = coin() ? Color::Red : Color::DeepBlue;
        std::array<std::uint8_t, 16> bytes{};
        for (auto& byte : bytes) {
            byte = static_cast<std::uint8_t>(random_());
        }
        value.id = Uuid(bytes);
        value.at = Timestamp(static_cast<std::int64_t>(random_() % 4'000'000'000'000'000));
        value.raw.text = coin() ? R"({"a":[1,"x"],"b":null})" : "[]";
        return value;
    }

private:
    bool coin() { return (random_() & 1u) != 0; }

    double real() {
        double value = 0;
        do {
            const std::uint64_t bits = random_();
            std::memcpy(&value, &bits, sizeof value);
        } while (!std::isfinite(value));
        return coin() ? value : std::round(value);
    }

    std::string text() {
        static constexpr std::string_view kPieces[] = {
            "a", "\"", "\\", "\n", "\x01", "/", "é", "€", "😀", "plain text of some length", "\x7f"};
        std::string text;
        for (std::size_t left = random_() % 8; left > 0; --left) {
            text += kPieces[random_() % std::size(kPieces)];
        }
        return text;
    }

    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("only declared fields and getters are written") {
    const Account account{7, "Ada", "Lovelace", "never", "private"};
    CHECK(toJson(account) == R"({"id":7,"full_name":"Ada Lovelace"})");
}

TEST_CASE("write-only fields and secrets travel between plugins only") {
    const Account account{7, "Ada", "Lovelace", "never", "private"};
    CHECK(toPluginJson(account) == R"({"id":7,"note":"private","full_name":"Ada Lovelace"})");
    const UserCreate user{"a@b.org", "A", Secret<>(std::string("hunter2!"))};
    CHECK(toPluginJson(user) == R"({"email":"a@b.org","full_name":"A","password":"hunter2!"})");
}

TEST_CASE("an empty optional is null, an absent patch is left out") {
    CHECK(toJson(UserUpdate{}) == "{}");
    UserUpdate update;
    update.nickname = Patch<std::string>::null();
    CHECK(toJson(update) == R"({"nickname":null})");
    Order order;
    order.items.push_back({"a", 1});
    CHECK(toJson(order) == R"({"items":[{"name":"a","qty":1}],"gift":null,"extras":{}})");
}

TEST_CASE("a plain struct of every kind has this JSON") {
    Everything value;
    value.text = "t";
    value.map["k"] = 0.5;
    value.color = Color::DeepBlue;
    CHECK(toJson(value) ==
          R"({"flag":false,"small":0,"large":0,"natural":0,"real":0,"text":"t","maybe":null,)"
          R"("list":[],"flags":[],"map":{"k":0.5},"item":{"name":"","qty":0},"items":[],)"
          R"("color":"deep-blue","id":"00000000-0000-0000-0000-000000000000",)"
          R"("at":"1970-01-01T00:00:00.000000Z","raw":null})");
}

TEST_CASE("random values read back what they write") {
    RandomValues values(20260131);
    for (int round = 0; round < 1000; ++round) {
        const Everything value = values.everything();
        const std::string json = toJson(value);
        CAPTURE(json);
        Violations violations;
        const Everything again = read<Everything>(json, violations);
        REQUIRE(violations.toJson() == "{}");
        REQUIRE((again == value));
        REQUIRE(toJson(again) == json);
    }
}

TEST_CASE("writing appends to the buffer of the caller") {
    std::string out = "x";
    appendJson(out, Item{"a", 1});
    CHECK(out == R"(x{"name":"a","qty":1})");
}
