// Arguments against a schema. See arguments.hpp.
#include "arguments.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <mortise/utf8.hpp>

namespace jobs {

namespace {

using mortise::JsonKind;
using mortise::JsonValue;
using mortise::Violations;

/// Deeper arguments are left to the handler; also ends a $ref that leads to itself.
constexpr int kDepthMax = 32;

std::string numberText(JsonValue number) {
    return std::string(number.text());
}

bool isInteger(JsonValue value) {
    return value.asInt<std::int64_t>().has_value();
}

bool hasType(JsonValue value, std::string_view type) {
    switch (value.kind()) {
        case JsonKind::Null:
            return type == "null";
        case JsonKind::False:
        case JsonKind::True:
            return type == "boolean";
        case JsonKind::Number:
            return type == "number" || (type == "integer" && isInteger(value));
        case JsonKind::String:
            return type == "string";
        case JsonKind::Array:
            return type == "array";
        case JsonKind::Object:
            return type == "object";
        case JsonKind::Key:
            break;
    }
    return false;
}

std::string_view typeMessage(std::string_view type) {
    if (type == "object") {
        return "Must be an object";
    }
    if (type == "array") {
        return "Must be a list";
    }
    if (type == "integer") {
        return "Must be an integer";
    }
    if (type == "number") {
        return "Must be a number";
    }
    return type == "boolean" ? "Must be true or false" : "Must be a string";
}

bool isSameScalar(JsonValue left, JsonValue right) {
    if (left.kind() != right.kind()) {
        return false;
    }
    const bool has_text = left.isString() || left.isNumber();
    return !has_text || left.text() == right.text();
}

class Checker {
public:
    Checker(JsonValue root, Violations& violations) : root_(root), violations_(violations) {}

    void check(JsonValue schema, JsonValue value, int depth) {
        if (depth > kDepthMax || !schema || !schema.isObject()) {
            return;
        }
        if (const JsonValue reference = schema.find("$ref")) {
            check(resolve(reference), value, depth + 1);
        }
        if (const JsonValue choices = schema.find("anyOf")) {
            checkAnyOf(choices, value, depth);
        }
        if (!checkType(schema.find("type"), value)) {
            return;
        }
        checkEnum(schema, value);
        if (value.isObject()) {
            checkObject(schema, value, depth);
        } else if (value.isArray()) {
            checkArray(schema, value, depth);
        } else if (value.isString()) {
            checkLength(schema, value);
        } else if (value.isNumber()) {
            checkRange(schema, value);
        }
    }

private:
    JsonValue resolve(JsonValue reference) const {
        constexpr std::string_view kDefinitions = "#/$defs/";
        const std::string_view path = reference.asString().value_or("");
        const JsonValue definitions = root_.find("$defs");
        if (!path.starts_with(kDefinitions) || !definitions || !definitions.isObject()) {
            return {};
        }
        return definitions.find(path.substr(kDefinitions.size()));
    }

    /// Reports what the first choice says; the others are alternatives such as null, which explain little.
    void checkAnyOf(JsonValue choices, JsonValue value, int depth) {
        if (!choices.isArray()) {
            return;
        }
        bool fits = false;
        JsonValue first;
        choices.forEachItem([&](std::size_t index, JsonValue choice) {
            Violations tried;
            Checker(root_, tried).check(choice, value, depth + 1);
            fits = fits || tried.empty();
            first = index == 0 ? choice : first;
        });
        if (!fits) {
            check(first, value, depth + 1);
        }
    }

    bool checkType(JsonValue type, JsonValue value) {
        if (!type) {
            return true;
        }
        bool fits = type.isString() && hasType(value, type.text());
        std::string_view wanted = type.isString() ? type.text() : "";
        if (type.isArray()) {
            type.forEachItem([&](std::size_t index, JsonValue choice) {
                wanted = index == 0 ? choice.asString().value_or("") : wanted;
                fits = fits || hasType(value, choice.asString().value_or(""));
            });
        }
        if (!fits) {
            violations_.add(value.isNull() ? "Must not be null" : typeMessage(wanted));
        }
        return fits;
    }

    void checkEnum(JsonValue schema, JsonValue value) {
        const JsonValue choices = schema.find("enum");
        if (choices && choices.isArray()) {
            bool fits = false;
            std::string message = "Must be one of: ";
            choices.forEachItem([&](std::size_t index, JsonValue choice) {
                fits = fits || isSameScalar(choice, value);
                message += index == 0 ? "" : ", ";
                message += choice.isString() || choice.isNumber() ? choice.text() : "null";
            });
            if (!fits) {
                violations_.add(message);
            }
        }
        const JsonValue constant = schema.find("const");
        if (constant && !isSameScalar(constant, value)) {
            violations_.add("Has another value than the only one allowed");
        }
    }

    void checkObject(JsonValue schema, JsonValue value, int depth) {
        if (const JsonValue required = schema.find("required"); required && required.isArray()) {
            required.forEachItem([&](std::size_t, JsonValue name) {
                if (const auto text = name.asString(); text && !value.find(*text)) {
                    violations_.add(*text, "Field is required");
                }
            });
        }
        const JsonValue properties = schema.find("properties");
        const JsonValue others = schema.find("additionalProperties");
        const bool forbids_unknown = others && others.asBool() == false;
        value.forEachMember([&](std::string_view name, JsonValue member) {
            const Violations::Scope scope(violations_, name);
            const JsonValue property =
                properties && properties.isObject() ? properties.find(name) : JsonValue();
            if (property) {
                check(property, member, depth + 1);
            } else if (forbids_unknown) {
                violations_.add("Unknown field");
            } else if (others) {
                check(others, member, depth + 1);
            }
        });
    }

    void checkArray(JsonValue schema, JsonValue value, int depth) {
        const auto count = static_cast<std::int64_t>(value.count());
        checkCount(schema, "minItems", "maxItems", count, " items");
        if (const JsonValue items = schema.find("items")) {
            value.forEachItem([&](std::size_t index, JsonValue item) {
                const Violations::Scope scope(violations_, index);
                check(items, item, depth + 1);
            });
        }
    }

    void checkLength(JsonValue schema, JsonValue value) {
        const auto length = static_cast<std::int64_t>(mortise::utf8::length(value.text()));
        checkCount(schema, "minLength", "maxLength", length, " characters");
    }

    void checkCount(JsonValue schema, std::string_view least_key, std::string_view most_key,
                    std::int64_t count, std::string_view unit) {
        const JsonValue least = schema.find(least_key);
        if (least && count < least.asInt<std::int64_t>().value_or(0)) {
            violations_.add("Must be at least " + numberText(least) + std::string(unit));
        }
        const JsonValue most = schema.find(most_key);
        if (most && count > most.asInt<std::int64_t>().value_or(count)) {
            violations_.add("Must be at most " + numberText(most) + std::string(unit));
        }
    }

    void checkRange(JsonValue schema, JsonValue value) {
        const std::optional<double> number = value.asDouble();
        if (!number) {
            violations_.add("Is out of range");
            return;
        }
        const auto bound = [&](std::string_view key, auto&& is_broken, std::string_view message) {
            const JsonValue limit = schema.find(key);
            if (!limit) {
                return;
            }
            if (const auto at = limit.asDouble(); at && is_broken(*number, *at)) {
                violations_.add(std::string(message) + numberText(limit));
            }
        };
        bound(
            "minimum", [](double a, double b) { return a < b; }, "Must be at least ");
        bound(
            "maximum", [](double a, double b) { return a > b; }, "Must be at most ");
        bound(
            "exclusiveMinimum", [](double a, double b) { return a <= b; }, "Must be greater than ");
        bound(
            "exclusiveMaximum", [](double a, double b) { return a >= b; }, "Must be less than ");
    }

    JsonValue root_;
    Violations& violations_;
};

}  // namespace

void checkArguments(JsonValue schema, JsonValue value, Violations& violations) {
    Checker(schema, violations).check(schema, value, 0);
}

}  // namespace jobs
