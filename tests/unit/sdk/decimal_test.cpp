// Decimal: exact, bounded, and loud when it cannot be.
#include "mortise/decimal.hpp"

#include <random>
#include <unordered_set>

#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::literals;

namespace {

std::string read(std::string_view text) {
    const auto value = Decimal::parse(text);
    return value ? value->toString() : "refused";
}

}  // namespace

static_assert(0.1_dec + 0.2_dec == 0.3_dec);
static_assert(12.5_dec == 12.50_dec);
static_assert(sizeof(Decimal) == 16);

TEST_CASE("a decimal keeps the digits it was written with") {
    for (const std::string_view text :
         {"0", "1", "-1", "0.00", "12.50", "-0.001", "123456789012345678", "0.123456789012345678",
          "-999999999999999999", "1234567890.12345678"}) {
        CHECK(read(text) == text);
    }
    CHECK(read("1e3") == "1000");
    CHECK(read("1.5E+2") == "150");
    CHECK(read("15e-1") == "1.5");
    CHECK(read("-0") == "0");
    CHECK(read("007.50") == "7.50");
    CHECK(read("1000000000000000000000e-20") == "10.0000000000000000");
    CHECK(read("1.00000000000000000000000") == "1.00000000000000000");
    CHECK(read("0e999999999999999999999") == "0");
}

TEST_CASE("what is no decimal or has more than 18 digits is refused") {
    for (const std::string_view text : {"",
                                        "-",
                                        "+1",
                                        ".5",
                                        "5.",
                                        "1e",
                                        "1e+",
                                        "1,5",
                                        " 1",
                                        "1 ",
                                        "0x1",
                                        "NaN",
                                        "Infinity",
                                        "--1",
                                        "1.2.3",
                                        "1234567890123456789",
                                        "0.1234567890123456789",
                                        "1e18",
                                        "1e-19",
                                        "123456789012.1234567",
                                        "1e999999999999999999999",
                                        "1e-999999999999999999999"}) {
        CAPTURE(text);
        CHECK(read(text) == "refused");
    }
}

TEST_CASE("values are equal when their numbers are") {
    CHECK(12.5_dec == 12.500_dec);
    CHECK(-0.5_dec < 0.25_dec);
    CHECK(1000000000000000_dec > 0.000000000000000001_dec);
    CHECK(2 > 1.999_dec);
    CHECK(std::unordered_set<Decimal>{1.5_dec, 1.50_dec, 1.500_dec}.size() == 1);
}

TEST_CASE("sums, differences and products are exact") {
    CHECK((0.1_dec + 0.2_dec).toString() == "0.3");
    CHECK((10_dec - 0.01_dec).toString() == "9.99");
    CHECK((19.99_dec * 3).toString() == "59.97");
    CHECK((-1.5_dec * -1.5_dec).toString() == "2.25");
    CHECK((999999999999999999_dec - 999999999999999999_dec).isZero());
    CHECK((100000000000_dec * 0.0000001_dec).toString() == "10000.0000000");
    Decimal total;
    for (int count = 0; count < 1000; ++count) {
        total += 0.01_dec;
    }
    CHECK(total == 10);
    CHECK_THROWS_AS(999999999999999999_dec + 1, std::overflow_error);
    CHECK_THROWS_AS(1234567890.1_dec * 1234567890.1_dec, std::overflow_error);
    CHECK_THROWS_AS(Decimal(INT64_MAX), std::overflow_error);
}

TEST_CASE("rounding goes to the even digit, or up, as it is told") {
    struct Row {
        std::string_view value;
        int places;
        std::string_view half_even;
        std::string_view half_up;
    };
    for (const auto& [value, places, half_even, half_up] :
         {Row{"2.345", 2, "2.34", "2.35"}, Row{"2.355", 2, "2.36", "2.36"},
          Row{"2.3451", 2, "2.35", "2.35"}, Row{"2.3449", 2, "2.34", "2.34"},
          Row{"-2.345", 2, "-2.34", "-2.35"}, Row{"0.5", 0, "0", "1"}, Row{"1.5", 0, "2", "2"},
          Row{"-0.5", 0, "0", "-1"}, Row{"2.5", 0, "2", "3"}, Row{"1", 2, "1.00", "1.00"},
          Row{"0.000000000000000005", 17, "0.00000000000000000", "0.00000000000000001"}}) {
        CAPTURE(value, places);
        const Decimal number = Decimal::parse(value).value();
        CHECK(number.round(places).toString() == half_even);
        CHECK(number.round(places, Rounding::HalfUp).toString() == half_up);
    }
    CHECK_THROWS_AS((123456789012345678_dec).round(2), std::overflow_error);
    CHECK_THROWS_AS(Decimal(1).round(-1), std::out_of_range);
    CHECK((12.500_dec).reduced().toString() == "12.5");
}

TEST_CASE("random values obey the laws of arithmetic") {
    std::mt19937_64 random(20);
    const auto any = [&] {
        const auto coefficient =
            static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000;
        return Decimal::of(coefficient, static_cast<int>(random() % 8));
    };
    for (int round = 0; round < 2000; ++round) {
        const Decimal a = any(), b = any();
        CAPTURE(a.toString(), b.toString());
        REQUIRE(a + b - b == a);
        REQUIRE(a * b == b * a);
        REQUIRE((a < b) == (b > a));
        REQUIRE((a - b).isNegative() == (a < b));
        REQUIRE(Decimal::parse(a.toString())->toString() == a.toString());
        REQUIRE((a.isZero() || (a * 7).isMultipleOf(a)));
    }
}
