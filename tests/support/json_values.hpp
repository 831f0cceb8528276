// JsonValues: random JSON values around what a schema describes: mostly valid ones, their neighbours at every bound, and mutations.
//
// The schema is read as a hint where it gets interesting; whether a value is valid is for others to say. The same seed gives the
// same values.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/support/json_schema.hpp"

namespace mortise::test {

class JsonValues {
public:
    /// `texts` are tried for strings and keys besides invented ones: what matches a pattern cannot be guessed.
    JsonValues(const JsonSchema& schema, std::vector<std::string> texts, std::uint64_t seed)
        : schema_(&schema), texts_(std::move(texts)), random_(seed) {}

    /// The next value.
    JsonNode next();

private:
    bool chance(unsigned percent) { return random_() % 100 < percent; }
    std::size_t below(std::size_t bound) { return random_() % bound; }
    template <class List>
    const auto& any(const List& list) {
        return list[below(list.size())];
    }

    JsonNode from(const JsonNode& schema, int depth);
    JsonNode scalar(const JsonNode& schema, const std::string& type);
    JsonNode text(const JsonNode& schema);
    JsonNode number(const JsonNode& schema, bool integer);
    JsonNode list(const JsonNode& schema, int depth);
    JsonNode object(const JsonNode& schema, int depth);
    JsonNode junk();
    std::string inventedText();
    /// Around the bound that `keyword` names, or a small count.
    std::size_t countFor(const JsonNode& schema, const char* low, const char* high);
    void mutate(JsonNode& node);
    void mutateHere(JsonNode& node);

    const JsonSchema* schema_;
    std::vector<std::string> texts_;
    std::mt19937_64 random_;
};

}  // namespace mortise::test
