// What the host accepts as JSON and how it lends it.
#include "bridge/json_document.hpp"

#include <string>

#include "limits.hpp"
#include "tests/support/catch.hpp"

using mortise::bridge::JsonDocument;

namespace {

std::string refusal(std::string_view text) {
    JsonDocument document;
    JsonDocument::Problem problem;
    return document.parse(text, problem) ? "accepted" : problem.message;
}

/// The tokens as a line of text, e.g. `{2 "a" [1 #1] "b" t`.
std::string tokensOf(std::string_view text) {
    JsonDocument document;
    JsonDocument::Problem problem;
    REQUIRE(document.parse(text, problem));
    const mortise_json_document& view = document.view();
    std::string line;
    for (std::uint32_t at = 0; at < view.token_count; ++at) {
        const mortise_json_token& token = view.tokens[at];
        const std::string content(
            view.text + token.offset,
            token.kind >= MORTISE_JSON_NUMBER && token.kind <= MORTISE_JSON_KEY ? token.size : 0);
        switch (token.kind) {
            case MORTISE_JSON_NULL:
                line += "null ";
                break;
            case MORTISE_JSON_TRUE:
                line += "true ";
                break;
            case MORTISE_JSON_FALSE:
                line += "false ";
                break;
            case MORTISE_JSON_NUMBER:
                line += "#" + content + " ";
                break;
            case MORTISE_JSON_STRING:
                line += "'" + content + "' ";
                break;
            case MORTISE_JSON_KEY:
                line += content + ": ";
                break;
            case MORTISE_JSON_ARRAY:
                line += "[" + std::to_string(token.size) + "+" + std::to_string(token.skip) + " ";
                break;
            default:
                line += "{" + std::to_string(token.size) + "+" + std::to_string(token.skip) + " ";
        }
    }
    return line;
}

}  // namespace

TEST_CASE("tokens stand in document order with sizes and skips") {
    CHECK(tokensOf(R"({"a":[1,2],"b":true})") == "{2+7 a: [2+3 #1 #2 b: true ");
    CHECK(tokensOf(R"( [ null , false, "x\u0041\n" , -1.5e+3, {} , [] ] )") ==
          "[6+7 null false 'xA\n' #-1.5e+3 {0+1 [0+1 ");
}

TEST_CASE("a scalar is a document too") {
    CHECK(tokensOf("42") == "#42 ");
    CHECK(tokensOf("\"x\"") == "'x' ");
    CHECK(tokensOf("true") == "true ");
    CHECK(tokensOf("null") == "null ");
}

TEST_CASE("numbers keep the text the client wrote") {
    CHECK(tokensOf("[123456789012345678901234567890, 1e400, 0.10]") ==
          "[3+4 #123456789012345678901234567890 #1e400 #0.10 ");
}

TEST_CASE("malformed documents are refused") {
    for (const char* text : {"",
                             " ",
                             "{",
                             "}",
                             "[1,]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "[1 2]",
                             "nul",
                             "tru",
                             "01",
                             "+1",
                             ".5",
                             "1.",
                             "1e",
                             "-",
                             "0x10",
                             "NaN",
                             "Infinity",
                             "'a'",
                             "\"a",
                             "[\"\\x\"]",
                             "[\"\\u12\"]",
                             "[\"\t\"]",
                             "{} {}",
                             "1 2",
                             "[1]]",
                             "nullx",
                             "[truex]",
                             "{\"a\":1 \"b\":2}",
                             "[\"a\" \"b\"]",
                             "//x\n1",
                             "[1]x"}) {
        INFO(text);
        CHECK(refusal(text) != "accepted");
    }
}

TEST_CASE("invalid UTF-8 is refused") {
    CHECK(refusal("\"\xff\"") != "accepted");
    CHECK(refusal("\"\xc3\"") != "accepted");
    CHECK(refusal("\"\xed\xa0\x80\"") != "accepted");
}

TEST_CASE("U+0000 is refused in texts and keys") {
    CHECK(refusal(R"(["a\u0000b"])") == "a text holds U+0000");
    CHECK(refusal(R"({"a\u0000":1})") == "a text holds U+0000");
    CHECK(refusal(R"(["a\\u0000b"])") == "accepted");
}

TEST_CASE("a key that stands twice in one object is refused") {
    CHECK(refusal(R"({"a":1,"b":2,"a":3})") == "duplicate key");
    CHECK(refusal(R"({"a":1,"\u0061":3})") == "duplicate key");
    CHECK(refusal(R"([{"a":1},{"a":2}])") == "accepted");
    CHECK(refusal(R"({"a":{"a":1}})") == "accepted");
}

TEST_CASE("depth and key count are bounded") {
    const std::size_t depth = mortise::limits::kJsonDepthMax;
    CHECK(refusal(std::string(depth, '[') + std::string(depth, ']')) == "accepted");
    CHECK(refusal(std::string(depth + 1, '[') + std::string(depth + 1, ']')) ==
          "nested too deeply");
    std::string many = "{";
    for (std::size_t key = 0; key <= mortise::limits::kJsonKeyCountMax; ++key) {
        many += (key == 0 ? "\"" : ",\"") + std::to_string(key) + "\":0";
    }
    CHECK(refusal(many + "}") == "too many keys in one object");
}

TEST_CASE("a document can be parsed again into the same object") {
    JsonDocument document;
    JsonDocument::Problem problem;
    REQUIRE(document.parse("[1,2,3]", problem));
    REQUIRE_FALSE(document.parse("[", problem));
    REQUIRE(document.parse("{}", problem));
    CHECK(document.view().token_count == 1);
}
