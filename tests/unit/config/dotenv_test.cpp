#include "config/dotenv.hpp"

#include "tests/support/catch.hpp"

using namespace mortise::config;

namespace {

std::string valueOf(const std::string& line) {
    std::vector<std::string> problems;
    const auto lines = parseDotEnv(line, problems);
    CHECK(problems.empty());
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].name == "NAME");
    return lines[0].value;
}

}  // namespace

TEST_CASE("plain values end at the line or at a comment") {
    CHECK(valueOf("NAME=value") == "value");
    CHECK(valueOf("  NAME = some value  \r\n") == "some value");
    CHECK(valueOf("NAME=value # comment") == "value");
    CHECK(valueOf("NAME=a#b") == "a#b");
    CHECK(valueOf("NAME=# comment") == "");
    CHECK(valueOf("NAME=") == "");
    CHECK(valueOf("export NAME=value") == "value");
    CHECK(valueOf("NAME=a=b") == "a=b");
}

TEST_CASE("double quotes know escapes, single quotes know none") {
    CHECK(valueOf(R"(NAME="two\nlines \"quoted\" \\ # no comment" # comment)") ==
          "two\nlines \"quoted\" \\ # no comment");
    CHECK(valueOf(R"(NAME='as\n it is "so"')") == R"(as\n it is "so")");
}

TEST_CASE("nothing is expanded") {
    CHECK(valueOf("NAME=pa$$word${HOME}") == "pa$$word${HOME}");
}

TEST_CASE("JSON lists are taken to their last bracket") {
    CHECK(valueOf(R"(NAME=["http://a/ #x", "b"] # comment)") == R"(["http://a/ #x", "b"])");
    CHECK(valueOf("NAME=[]") == "[]");
}

TEST_CASE("empty lines and comments are passed over and lines are counted") {
    std::vector<std::string> problems;
    const auto lines = parseDotEnv("\xEF\xBB\xBF# comment\n\nA=1\n  # more\nB=2", problems);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].line == 3);
    CHECK(lines[1].line == 5);
}

TEST_CASE("lines that cannot be read are reported without their content and the others count") {
    std::vector<std::string> problems;
    const auto lines = parseDotEnv("secret words\nA=\"open\n1B=2\nC='x' y\nD=1", problems);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].name == "D");
    REQUIRE(problems.size() == 4);
    CHECK(problems[0] == "line 1 is no NAME=value");
    CHECK(problems[1] == "line 2 has a quote that is not closed");
}
