// JsonSchema: a small evaluator of JSON Schema 2020-12, written against the specification and not against our validator.
//
// Its purpose is to be asked the same question as the validator of a DTO and to give the same answer. It knows the keywords our
// schemas use and throws on every other one, so that nothing goes unchecked; it asserts `format`, with meanings of its own code.
// Numbers are compared as the digits that were written, except where the format says that they are read into a double.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mortise::test {

/// A JSON value that keeps its numbers as text and its members in order.
struct JsonNode {
    enum class Kind { Null, False, True, Number, String, Array, Object };

    Kind kind = Kind::Null;
    std::string text = {};
    std::vector<JsonNode> items = {};
    std::vector<std::pair<std::string, JsonNode>> members = {};

    /// Throws when `json` is none.
    static JsonNode parse(std::string_view json);
    std::string dump() const;
    /// The member, or NULL.
    const JsonNode* find(std::string_view name) const;
};

/// Equality of JSON Schema: numbers by value, objects without order.
bool operator==(const JsonNode& left, const JsonNode& right);

class JsonSchema {
public:
    enum class Formats { Asserted, Ignored };

    explicit JsonSchema(std::string_view text) : root_(JsonNode::parse(text)) {}

    /// Throws std::logic_error when the schema has a keyword this evaluator does not know.
    bool accepts(const JsonNode& value, Formats formats = Formats::Asserted) const;

    /// The same for a part of the schema.
    bool accepts(const JsonNode& part, const JsonNode& value, Formats formats) const;

    const JsonNode& root() const { return root_; }
    /// The schema a `$ref` means.
    const JsonNode& resolve(std::string_view reference) const;

private:
    JsonNode root_;
};

}  // namespace mortise::test
