// Decimal, StrongId, Constrained and unions as members of DTOs, in a query, and in SQL.
#include <unordered_set>

#include "mortise/db_text.hpp"
#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::literals;
using dto::errorsOf;
using dto::read;

namespace {

using UserId = StrongId<struct UserTag>;
using DeviceId = StrongId<struct DeviceTag, Uuid>;
static_assert(!std::is_convertible_v<std::int64_t, UserId>);
static_assert(!std::is_convertible_v<UserId, std::int64_t>);
static_assert(!std::is_constructible_v<UserId, DeviceId>);

struct Transfer {
    Decimal amount;
    UserId receiver;
    std::optional<DeviceId> device;

    static constexpr auto schema() {
        return object<Transfer>("Transfer")
            .field("amount", &Transfer::amount, gt(0, "Amount must be positive"),
                   le(100'000, "Amount exceeds single transfer limit"), maxDecimals(2))
            .field("receiver", &Transfer::receiver, ge(1))
            .field("device", &Transfer::device);
    }
};

struct Percent {
    static constexpr auto rules() {
        return together(ge(0), le(100, "Must be a share of 100"), description("A share"));
    }
};
struct Level {
    static constexpr auto rules() { return oneOf("low", "high"); }
};

struct Stock {
    PositiveInt quantity;
    NonEmptyStr name;
    std::vector<Constrained<int, Percent>> shares;
    std::map<std::string, Constrained<std::string, Level>> levels;
    Constrained<Decimal, Gt<0>, MaxDecimals<2>> price;

    static constexpr auto schema() {
        return object<Stock>("Stock")
            .field("quantity", &Stock::quantity, defaultValue(7))
            .field("name", &Stock::name, description("What it is"))
            .field("shares", &Stock::shares, maxItems(3), uniqueItems(), notRequired())
            .field("levels", &Stock::levels, notRequired(), keys(maxLength(3), snakeCase()))
            .field("price", &Stock::price);
    }
};

struct Card {
    std::string number;
    static constexpr auto schema() {
        return object<Card>("Card").tag<"kind", "card">().field("number", &Card::number,
                                                                pattern<"^\\d{4}$">("Four digits"));
    }
};
struct Wire {
    std::string iban;
    static constexpr auto schema() {
        return object<Wire>("Wire")
            .tag<"kind", "wire">()
            .field("iban", &Wire::iban, minLength(2))
            .forbidUnknown();
    }
};
using Payment = std::variant<Card, Wire>;

struct Checkout {
    Payment payment;
    std::vector<Payment> others;
    static constexpr auto schema() {
        return object<Checkout>("Checkout")
            .field("payment", &Checkout::payment)
            .field("others", &Checkout::others, notRequired());
    }
};

struct Filter {
    UserId owner;
    Decimal below;
    std::vector<PositiveInt> pages;
    static constexpr auto schema() {
        return object<Filter>("Filter")
            .field("owner", &Filter::owner)
            .field("below", &Filter::below, defaultValue(1.5_dec))
            .field("pages", &Filter::pages, uniqueItems());
    }
};

struct Passed {
    Json raw;
    static constexpr auto schema() { return object<Passed>("Passed").field("raw", &Passed::raw); }
};

struct Echo {
    std::string name;
    std::int64_t id = 0;
    std::string upper() const { return "X"; }
    static constexpr auto schema() {
        return object<Echo>("Echo")
            .field("name", &Echo::name)
            .field("id", &Echo::id, readOnly())
            .computed("upper", &Echo::upper);
    }
};

}  // namespace

TEST_CASE("an amount travels with all its digits") {
    const auto transfer = read<Transfer>(R"({"amount":99999.90,"receiver":7})");
    CHECK(transfer.amount.toString() == "99999.90");
    CHECK(toJson(transfer) == R"({"amount":99999.90,"receiver":7,"device":null})");
    CHECK(read<Transfer>(R"({"amount":1e2,"receiver":7})").amount == 100);
}

TEST_CASE("a number out of range is refused wherever it stands in JSON that is passed through") {
    CHECK(read<Passed>(R"({"raw":{"a":[1e300,{"b":2.50}]}})").raw.text ==
          R"({"a":[1e300,{"b":2.50}]})");
    CHECK(errorsOf<Passed>(R"({"raw":{"a":[1,{"b":1e999999}],"c":-1e400}})") ==
          R"({"raw.a.1.b":["Number is out of range"],"raw.c":["Number is out of range"]})");
    CHECK(errorsOf<Passed>(R"({"raw":1e-999999})") == R"({"raw":["Number is out of range"]})");
}

TEST_CASE("an amount is refused with the words of the schema") {
    CHECK(errorsOf<Transfer>(R"({"amount":0,"receiver":1})") ==
          R"({"amount":["Amount must be positive"]})");
    CHECK(errorsOf<Transfer>(R"({"amount":100000.01,"receiver":1})") ==
          R"({"amount":["Amount exceeds single transfer limit"]})");
    CHECK(errorsOf<Transfer>(R"({"amount":0.001,"receiver":0})") ==
          R"({"amount":["Must be a multiple of 0.01"],"receiver":["Must be at least 1"]})");
    CHECK(errorsOf<Transfer>(R"({"amount":"5","receiver":"1"})") ==
          R"({"amount":["Must be a number"],"receiver":["Must be an integer"]})");
    CHECK(errorsOf<Transfer>(R"({"amount":null,"receiver":1,"device":"x"})") ==
          R"({"amount":["Must not be null"],"device":["Must be a UUID"]})");
    CHECK(errorsOf<Transfer>(R"({"amount":0.1234567890123456789,"receiver":1})") ==
          R"({"amount":["Must be a number of at most 18 digits"]})");
}

TEST_CASE("identifiers of two kinds are two types") {
    const UserId id(5);
    CHECK(id.toString() == "5");
    CHECK(UserId::parse("5") == id);
    CHECK_FALSE(UserId::parse("5x"));
    CHECK(id < UserId(6));
    CHECK(std::unordered_set<UserId>{id, UserId(5), UserId(6)}.size() == 2);
    const auto device = DeviceId::parse("0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f");
    REQUIRE(device);
    CHECK(toJson(Transfer{1, id, device}).find(R"("device":"0190a6f4-)") != std::string::npos);
}

TEST_CASE("the rules of a constrained type hold wherever it stands") {
    CHECK(errorsOf<Stock>(R"({"quantity":0,"name":"","shares":[1,101,-1],"price":0.999,)"
                          R"("levels":{"a":"low","Bad":"mid","long":"high"}})") ==
          R"({"quantity":["Must be greater than 0"],"name":["Must be at least 1 character"],)"
          R"("shares.1":["Must be a share of 100"],"shares.2":["Must be at least 0"],)"
          R"("levels.Bad":["Key: Must be lower-case words joined by underscores",)"
          R"("Must be one of: low, high"],"levels.long":["Key: Must be at most 3 characters"],)"
          R"("price":["Must be a multiple of 0.01"]})");
    const auto stock = read<Stock>(R"({"name":"a","price":0.5,"shares":[5,6]})");
    CHECK(stock.quantity == 7);
    CHECK(stock.shares.at(1).value() == 6);
    CHECK(stock.name.value() + "b" == "ab");
}

TEST_CASE("a constrained value made by code keeps its rules") {
    CHECK(PositiveInt::of(1) == 1);
    CHECK_THROWS_AS(PositiveInt::of(0), std::domain_error);
    CHECK_THROWS_WITH(NonEmptyStr::of(""),
                      Catch::Matchers::ContainsSubstring("Must be at least 1 character"));
    CHECK_THROWS_AS(EmailStr::of("nobody"), std::domain_error);
    CHECK(EmailStr::of("a@b.org").value() == "a@b.org");
}

TEST_CASE("equal items are refused where they must be unique") {
    CHECK(errorsOf<Stock>(R"({"name":"a","price":1,"shares":[1,2,1.0]})") ==
          R"({"shares":["Items must be unique"]})");
}

TEST_CASE("a union is read by its tag and written with it") {
    const auto checkout = read<Checkout>(
        R"({"payment":{"number":"1234","kind":"card"},"others":[{"kind":"wire","iban":"DE"}]})");
    CHECK(std::get<Card>(checkout.payment).number == "1234");
    CHECK(toJson(checkout) ==
          R"({"payment":{"kind":"card","number":"1234"},"others":[{"kind":"wire","iban":"DE"}]})");
}

TEST_CASE("what is wrong inside a union is named with its path") {
    CHECK(errorsOf<Checkout>(R"({"payment":{"number":"1"},"others":[{"kind":"cash"},)"
                             R"({"kind":7},{"kind":"card","number":"x"},)"
                             R"({"kind":"wire","iban":"D","more":1},5]})") ==
          R"({"payment.kind":["Field is required"],"others.0.kind":["Must be one of: card, wire"],)"
          R"("others.1.kind":["Must be a string"],"others.2.number":["Four digits"],)"
          R"("others.3.iban":["Must be at least 2 characters"],"others.3.more":["Unknown field"],)"
          R"("others.4":["Must be an object"]})");
    CHECK(errorsOf<Card>(R"({"kind":"wire","number":"1234"})") == R"({"kind":["Must be card"]})");
    CHECK(errorsOf<Wire>(R"({"iban":"DE"})") == R"({"kind":["Field is required"]})");
    CHECK(errorsOf<Wire>(R"({"kind":"wire","iban":"DE"})") == "{}");
}

TEST_CASE("a union is oneOf with a discriminator in the JSON Schema") {
    CHECK(standaloneSchema<Checkout>().find(
              R"("payment":{"oneOf":[{"$ref":"#/$defs/Card"},{"$ref":"#/$defs/Wire"}],)"
              R"("discriminator":{"propertyName":"kind","mapping":{"card":"#/$defs/Card",)"
              R"("wire":"#/$defs/Wire"}}})") != std::string::npos);
    CHECK(standaloneSchema<Card>().find(
              R"("properties":{"kind":{"type":"string","const":"card"},)"
              R"("number":{"type":"string","pattern":"^\\d{4}$"}},"required":["kind","number"])") !=
          std::string::npos);
}

TEST_CASE("a constrained type brings its keywords and its description") {
    const std::string schema = standaloneSchema<Stock>();
    CHECK(schema.find(R"("quantity":{"type":"integer","exclusiveMinimum":0,)") !=
          std::string::npos);
    CHECK(schema.find(R"("name":{"type":"string","minLength":1,"description":"What it is"})") !=
          std::string::npos);
    CHECK(schema.find(R"("propertyNames":{"maxLength":3,"pattern":)") != std::string::npos);
    CHECK(schema.find(R"("price":{"type":"number","exclusiveMinimum":0,"multipleOf":0.01,)") !=
          std::string::npos);
}

TEST_CASE("examples of the new types pass their own schemas") {
    CHECK_NOTHROW(read<Transfer>(exampleOf<Transfer>()));
    CHECK_NOTHROW(read<Stock>(exampleOf<Stock>()));
}

TEST_CASE("value types are read from a query") {
    const std::string_view names[] = {"owner", "pages", "pages"};
    const std::string_view values[] = {"12", "3", "3"};
    std::vector<mortise_pair> pairs;
    for (int index = 0; index < 3; ++index) {
        pairs.push_back({{names[index].data(), names[index].size()},
                         {values[index].data(), values[index].size()}});
    }
    Violations violations("query");
    const auto filter = fromPairs<Filter>(pairs, violations);
    CHECK(filter.owner == UserId(12));
    CHECK(filter.below == 1.5_dec);
    CHECK(violations.toJson() == R"({"pages":["Items must be unique"]})");
}

TEST_CASE("value types cross to SQL and back as text") {
    std::string text;
    sqltext::appendSqlText(text, 12.50_dec);
    text += ' ';
    sqltext::appendSqlText(text, UserId(-3));
    text += ' ';
    sqltext::appendSqlText(text, std::vector<UserId>{UserId(1), UserId(2)});
    CHECK(text == R"(12.50 -3 {"1","2"})");
    CHECK(sqltext::readSqlText<Decimal>("12.50", "c").toString() == "12.50");
    CHECK(sqltext::readSqlText<UserId>("9", "c") == UserId(9));
    CHECK(
        sqltext::readSqlText<std::optional<DeviceId>>("0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f", "c"));
    CHECK_THROWS_AS(sqltext::readSqlText<Decimal>("NaN", "c"), std::logic_error);
    CHECK_THROWS_AS(sqltext::readSqlText<Decimal>("1234567890123456789.5", "c"), std::logic_error);
}

TEST_CASE("what only answers hold is checked in input and not taken") {
    const auto echo = read<Echo>(R"({"name":"a","id":5,"upper":"Y"})");
    CHECK(echo.id == 0);
    CHECK(errorsOf<Echo>(R"({"name":"a","id":"5","upper":6})") ==
          R"({"id":["Must be an integer"],"upper":["Must be a string"]})");
}

TEST_CASE("a long name of the client is cut in paths") {
    const std::string name(1000, 'k');
    Violations violations;
    read<Stock>(R"({"name":"a","price":1,"levels":{")" + name + R"(":"low"}})", violations);
    REQUIRE(violations.entries().size() == 1);
    CHECK(violations.entries().front().path == "levels." + std::string(128, 'k'));
}

TEST_CASE("two structs of one name in one document are refused") {
    struct Other {
        int number = 0;
        static constexpr auto schema() {
            return object<Other>("Card").field("number", &Other::number);
        }
    };
    SchemaCollector collector;
    collector.refTo<Card>();
    CHECK_THROWS_WITH(collector.refTo<Other>(),
                      Catch::Matchers::ContainsSubstring("called \"Card\""));
}
