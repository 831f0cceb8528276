// Words and options of a command line.
#include "cli/command.hpp"

#include "tests/support/catch.hpp"

using namespace mortise::cli;
using Texts = std::vector<std::string>;

TEST_CASE("words and options are told apart and keep their order") {
    const Arguments arguments({"apply", "--json", "a.so", "--port=1"});
    CHECK(arguments.words() == Texts{"apply", "a.so"});
    CHECK(arguments.options() == Texts{"--json", "--port=1"});
}

TEST_CASE("a value stands behind an equals sign or in the next word") {
    Arguments joined({"plugin", "--directory=here", "orders"});
    CHECK(joined.takeValue("directory") == "here");
    CHECK(joined.words() == Texts{"plugin", "orders"});
    Arguments apart({"plugin", "orders", "--directory", "here"});
    CHECK(apart.takeValue("directory") == "here");
    CHECK(apart.words() == Texts{"plugin", "orders"});
    CHECK(apart.options().empty());
}

TEST_CASE("an option without a value stays an option") {
    Arguments last({"orders", "--directory"});
    CHECK(last.takeValue("directory", "none") == "none");
    CHECK(last.options() == Texts{"--directory"});
    Arguments before_another({"--directory", "--json"});
    CHECK(before_another.takeValue("directory", "none") == "none");
    CHECK(before_another.takeFlag("json"));
    CHECK_FALSE(before_another.takeFlag("json"));
    CHECK(before_another.options() == Texts{"--directory"});
}

TEST_CASE("the last of several values counts") {
    Arguments arguments({"--to=1", "--to", "2"});
    CHECK(arguments.takeValue("to") == "2");
    CHECK(arguments.options().empty());
}
