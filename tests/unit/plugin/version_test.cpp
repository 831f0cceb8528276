#include "plugin/version.hpp"

#include "tests/support/catch.hpp"

using mortise::plugin::Version;
using mortise::plugin::VersionRange;

TEST_CASE("precedence of versions follows semver.org section 11") {
    const char* ascending[] = {"1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                               "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0",
                               "1.0.1",        "1.1.0",         "1.10.0",           "2.0.0"};
    for (std::size_t i = 0; i + 1 < std::size(ascending); ++i) {
        CAPTURE(ascending[i], ascending[i + 1]);
        CHECK(*Version::parse(ascending[i]) < *Version::parse(ascending[i + 1]));
    }
    CHECK(*Version::parse("1.0.0+a") == *Version::parse("1.0.0+b"));
}

TEST_CASE("what is no semantic version is refused") {
    for (const char* text :
         {"", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b", "v1.0.0",
          "1.0.x", "1.0.0+", "99999999999.0.0", "1.0.0-a."}) {
        CAPTURE(text);
        CHECK_FALSE(Version::parse(text).has_value());
    }
    CHECK(Version::parse("1.2.3-rc.1+build.5")->text() == "1.2.3-rc.1+build.5");
}

TEST_CASE("a range holds when all its comparators hold") {
    const auto range = VersionRange::parse(">=1.0.0 <2.0.0");
    REQUIRE(range);
    CHECK(range->contains(*Version::parse("1.0.0")));
    CHECK(range->contains(*Version::parse("1.99.0")));
    CHECK_FALSE(range->contains(*Version::parse("2.0.0")));
    CHECK_FALSE(range->contains(*Version::parse("0.9.9")));
    CHECK(VersionRange::parse("")->contains(*Version::parse("0.0.1")));
    CHECK_FALSE(VersionRange::parse(">=1.0").has_value());
    CHECK_FALSE(VersionRange::parse("~1.0.0").has_value());
}
