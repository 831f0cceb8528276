#include "tests/support/json_values.hpp"

#include <algorithm>

namespace mortise::test {

namespace {

using Kind = JsonNode::Kind;

constexpr int kDepthMax = 5;

const std::vector<std::string>& formatTexts(const std::string& format) {
    static const std::vector<std::pair<std::string, std::vector<std::string>>> all = {
        {"email",
         {"a@b.org", "first.last+tag@sub.example.co", "a@b", "@b.org", "a@-b.org", "a..b@c.de",
          "x@1.2", "o'neil@x-y.museum", "a@b.org."}},
        {"uuid",
         {"0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f", "0190A6F4-7B1C-7CC3-98C4-DC0C0C07398F",
          "0190a6f47b1c7cc398c4dc0c0c07398f", "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398g"}},
        {"date",
         {"2026-01-31", "2024-02-29", "2025-02-29", "2026-13-01", "2026-1-1", "0000-01-01",
          "2026-01-31T", "1900-02-29", "2000-02-29"}},
        {"date-time",
         {"2026-01-31T12:00:00Z", "2026-01-31t12:00:00.123456789012+02:00", "2026-01-31 12:00:00Z",
          "2026-01-31T24:00:00Z", "2026-01-31T12:00:00", "2026-02-30T00:00:00Z",
          "2026-01-31T23:59:59.9-23:59", "2026-01-31T12:00:00.Z"}},
        {"ipv4",
         {"127.0.0.1", "255.255.255.255", "256.1.1.1", "1.2.3", "01.2.3.4", "1.2.3.4.5",
          "1.2.3.4 "}},
        {"ipv6",
         {"::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
          "1::2::3", "12345::", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
          "1.2.3.4::", ":::", "1:2:3:4:5:6:7", ":1:2:3:4:5:6:7", "::1%eth0"}},
        {"hostname",
         {"localhost", "a.b.c", "a-b.example.com", "-a", "a-", "a..b", "a_b", "", "1.2.3.4"}},
        {"uri",
         {"https://example.com/a?b=c#d", "mailto:a@b.org", "urn:isbn:1", "//example.com", "a b:c",
          "http://[::1]:80/", "http://[::g]/", "http://u:p@h:/x%20y", "http://h/%2", "1http://x",
          "http://h:8a/", "x:", "http://a@b@c/", "http://h/a[b]", "http://h/a#b#c"}}};
    static const std::vector<std::string> none;
    for (const auto& [name, texts] : all) {
        if (name == format) {
            return texts;
        }
    }
    return none;
}

std::string option(const JsonNode& schema, const char* keyword) {
    const JsonNode* found = schema.find(keyword);
    return found == nullptr ? std::string() : found->text;
}

/// All places of a value, from the outside in.
void collect(JsonNode& node, std::vector<JsonNode*>& places) {
    places.push_back(&node);
    for (JsonNode& item : node.items) {
        collect(item, places);
    }
    for (auto& [name, member] : node.members) {
        collect(member, places);
    }
}

/// Sets a member; the names of an object differ.
void put(JsonNode& object, std::string name, JsonNode value) {
    for (auto& [known, member] : object.members) {
        if (known == name) {
            member = std::move(value);
            return;
        }
    }
    object.members.emplace_back(std::move(name), std::move(value));
}

}  // namespace

JsonNode JsonValues::next() {
    JsonNode value = from(schema_->root(), 0);
    while (chance(35)) {
        mutate(value);
    }
    return value;
}

JsonNode JsonValues::from(const JsonNode& schema, int depth) {
    if (const JsonNode* ref = schema.find("$ref")) {
        return from(schema_->resolve(ref->text), depth);
    }
    for (const char* keyword : {"anyOf", "oneOf"}) {
        if (const JsonNode* choices = schema.find(keyword)) {
            return from(any(choices->items), depth);
        }
    }
    if (const JsonNode* constant = schema.find("const")) {
        return *constant;
    }
    if (const JsonNode* choices = schema.find("enum")) {
        return chance(90) ? any(choices->items) : junk();
    }
    const std::string type = option(schema, "type");
    if (type == "string" || type == "integer" || type == "number") {
        return scalar(schema, type);
    }
    if (type == "boolean") {
        return {chance(50) ? Kind::True : Kind::False};
    }
    if (type == "array") {
        return list(schema, depth);
    }
    return type == "object" ? object(schema, depth) : type == "null" ? JsonNode{} : junk();
}

/// An object of ten fields is valid when all of them are, so most scalars are tried again until they are.
JsonNode JsonValues::scalar(const JsonNode& schema, const std::string& type) {
    JsonNode made;
    for (int left = chance(8) ? 1 : 40; left > 0; --left) {
        made = type == "string" ? text(schema) : number(schema, type == "integer");
        if (schema_->accepts(schema, made, JsonSchema::Formats::Asserted)) {
            break;
        }
    }
    return made;
}

std::string JsonValues::inventedText() {
    static const std::vector<std::string> pieces = {"a", "b", "Z", "0",  "7", "-",  "_",  ".",
                                                    " ", "@", "é", "日", "😀", "\"", "\\", "\x01"};
    std::string made;
    for (std::size_t left = below(9); left > 0; --left) {
        made += any(pieces);
    }
    return made;
}

std::size_t JsonValues::countFor(const JsonNode& schema, const char* low, const char* high) {
    const std::string minimum = option(schema, low);
    const std::string maximum = option(schema, high);
    const std::string& bound =
        maximum.empty() || (chance(50) && !minimum.empty()) ? minimum : maximum;
    if (bound.empty() || chance(30)) {
        return below(4);
    }
    const std::size_t count = std::min<std::size_t>(std::stoul(bound), 300);
    if (chance(60)) {
        return count;
    }
    return chance(50) ? count + 1 : count > 0 ? count - 1 : 0;
}

JsonNode JsonValues::text(const JsonNode& schema) {
    const auto& known = formatTexts(option(schema, "format"));
    if (!known.empty() && chance(85)) {
        return {Kind::String, any(known)};
    }
    if (!texts_.empty() && (schema.find("pattern") != nullptr ? chance(90) : chance(20))) {
        return {Kind::String, any(texts_)};
    }
    if (schema.find("minLength") == nullptr && schema.find("maxLength") == nullptr) {
        return {Kind::String, inventedText()};
    }
    std::string made;
    for (std::size_t left = countFor(schema, "minLength", "maxLength"); left > 0; --left) {
        made += chance(80) ? "a" : "é";
    }
    return {Kind::String, made};
}

JsonNode JsonValues::number(const JsonNode& schema, bool integer) {
    static const std::vector<std::string> usual = {"0",
                                                   "-0",
                                                   "1",
                                                   "-1",
                                                   "5",
                                                   "10",
                                                   "42",
                                                   "1.0",
                                                   "1e2",
                                                   "1.5",
                                                   "0.5",
                                                   "-2.25",
                                                   "0.01",
                                                   "0.05",
                                                   "99.99",
                                                   "100.001",
                                                   "2147483647",
                                                   "2147483648",
                                                   "-2147483649",
                                                   "9223372036854775807",
                                                   "9223372036854775808",
                                                   "-9223372036854775808",
                                                   "18446744073709551615",
                                                   "18446744073709551616",
                                                   "1e400",
                                                   "1e-400",
                                                   "255",
                                                   "256",
                                                   "-128",
                                                   "65536",
                                                   "123456789012345678",
                                                   "1234567890123456789",
                                                   "0.1234567890123456789",
                                                   "15e-1",
                                                   "100e-2",
                                                   "12345678901234567890e-1"};
    std::string bound;
    for (const char* keyword : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}) {
        const std::string found = option(schema, keyword);
        bound = !found.empty() && (bound.empty() || chance(50)) ? found : bound;
    }
    if (!bound.empty() && bound.size() < 10 && chance(50)) {
        const std::size_t point = bound.find_first_of(".e");
        if (point == std::string::npos && chance(60)) {
            return {Kind::Number,
                    std::to_string(std::stol(bound) + static_cast<long>(below(3)) - 1)};
        }
        return {Kind::Number, point == std::string::npos
                                  ? bound + any(std::vector<std::string>{".0", ".01", ".5", "e0"})
                                  : bound};
    }
    if (chance(40)) {
        return {Kind::Number, any(usual)};
    }
    std::string made = std::to_string(static_cast<long>(below(240)) - 20);
    if (!integer && chance(50)) {
        made += "." + std::to_string(below(chance(70) ? 100 : 10'000));
    }
    return {Kind::Number, made};
}

JsonNode JsonValues::list(const JsonNode& schema, int depth) {
    JsonNode made{Kind::Array};
    if (depth > kDepthMax) {
        return made;
    }
    const unsigned repeats = schema.find("uniqueItems") != nullptr ? 3 : 15;
    for (std::size_t left = countFor(schema, "minItems", "maxItems"); left > 0; --left) {
        const bool again = !made.items.empty() && chance(repeats);
        made.items.push_back(again ? JsonNode(any(made.items))
                                   : from(*schema.find("items"), depth + 1));
    }
    return made;
}

JsonNode JsonValues::object(const JsonNode& schema, int depth) {
    JsonNode made{Kind::Object};
    if (const JsonNode* properties = schema.find("properties")) {
        for (const auto& [name, property] : properties->members) {
            if (chance(depth > kDepthMax ? 0 : 90)) {
                made.members.emplace_back(name, from(property, depth + 1));
            }
        }
    } else if (const JsonNode* content = schema.find("additionalProperties")) {
        for (std::size_t left = countFor(schema, "minProperties", "maxProperties"); left > 0;
             --left) {
            const JsonNode* names = schema.find("propertyNames");
            std::string name = names != nullptr && chance(90)  ? scalar(*names, "string").text
                               : !texts_.empty() && chance(60) ? any(texts_)
                                                               : inventedText();
            put(made, std::move(name), from(*content, depth + 1));
        }
    }
    std::shuffle(made.members.begin(), made.members.end(), random_);
    return made;
}

JsonNode JsonValues::junk() {
    switch (below(8)) {
        case 0:
            return {};
        case 1:
            return {chance(50) ? Kind::True : Kind::False};
        case 2:
            return {Kind::Array};
        case 3:
            return {Kind::Object};
        case 4:
            return {Kind::Array, {}, {JsonNode{Kind::Number, "1"}, JsonNode{Kind::String, "a"}}};
        case 5:
            return {Kind::String, inventedText()};
        default:
            return number({}, false);
    }
}

void JsonValues::mutate(JsonNode& node) {
    std::vector<JsonNode*> places;
    collect(node, places);
    mutateHere(*any(places));
}

void JsonValues::mutateHere(JsonNode& node) {
    if (node.kind == Kind::Object && chance(70)) {
        if (!node.members.empty() && chance(60)) {
            node.members.erase(node.members.begin() +
                               static_cast<std::ptrdiff_t>(below(node.members.size())));
        } else {
            put(node, chance(50) ? "unknown" : inventedText(), junk());
        }
    } else if (node.kind == Kind::Array && !node.items.empty() && chance(70)) {
        const JsonNode item = any(node.items);
        node.items.push_back(item);
    } else if (node.kind == Kind::String && chance(70)) {
        node.text += chance(50) ? inventedText() : "a";
    } else {
        node = junk();
    }
}

}  // namespace mortise::test
