#include "api/schema_diff.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Stringifier.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace mortise::api {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string textOf(const Poco::Dynamic::Var& value) {
    if (value.isEmpty()) {
        return "absent";
    }
    std::ostringstream text;
    Poco::JSON::Stringifier::stringify(value, text);
    return text.str();
}

std::set<std::string> textsOf(const Poco::Dynamic::Var& value) {
    std::set<std::string> texts;
    if (value.type() == typeid(Array::Ptr)) {
        for (const auto& each : *value.extract<Array::Ptr>()) {
            texts.insert(textOf(each));
        }
    } else if (!value.isEmpty()) {
        texts.insert(textOf(value));
    }
    return texts;
}

/// Types in quotes; every integer is a number.
std::set<std::string> typesOf(const Object::Ptr& schema) {
    std::set<std::string> types = textsOf(schema->get("type"));
    if (types.count("\"number\"") != 0) {
        types.insert("\"integer\"");
    }
    return types;
}

std::string joinedTexts(const std::set<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ", ") + text;
    }
    return all.empty() ? "anything" : all;
}

std::set<std::string> missingOf(const std::set<std::string>& wanted,
                                const std::set<std::string>& present) {
    std::set<std::string> missing;
    std::set_difference(wanted.begin(), wanted.end(), present.begin(), present.end(),
                        std::inserter(missing, missing.end()));
    return missing;
}

std::string under(const std::string& place, const std::string& name) {
    return place.empty() ? name : place + "." + name;
}

constexpr std::array<std::string_view, 6> kLowerBounds{
    "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"};
constexpr std::array<std::string_view, 6> kUpperBounds{
    "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"};
/// Each refuses something when it appears or changes.
constexpr std::array<std::string_view, 5> kFilters{"pattern", "format", "multipleOf", "uniqueItems",
                                                   "propertyNames"};
/// Say nothing about what is valid.
constexpr std::array<std::string_view, 12> kNotes{
    "title",    "description", "examples", "example",       "default", "deprecated",
    "readOnly", "writeOnly",   "$comment", "discriminator", "$anchor", "x-order"};
/// Compared by functions of their own.
constexpr std::array<std::string_view, 12> kCompared{
    "type",  "enum",  "const",       "properties",           "required", "items", "oneOf",
    "anyOf", "allOf", "prefixItems", "additionalProperties", "$ref"};

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Object::Ptr resolved(const Object::Ptr& document, const Object::Ptr& schema) {
    Object::Ptr found = schema;
    for (int hops = 0; found && found->has("$ref") && hops < 16; ++hops) {
        std::istringstream path(found->getValue<std::string>("$ref"));
        std::string name;
        std::getline(path, name, '/');  // "#"
        found = document;
        while (found && std::getline(path, name, '/')) {
            found = found->getObject(name);
        }
    }
    return found;
}

std::vector<std::string> SchemaDiff::breaks(const Object::Ptr& before, const Object::Ptr& after,
                                            Direction direction) {
    direction_ = direction;
    found_.clear();
    open_.clear();
    compare(before, after, "");
    return found_;
}

void SchemaDiff::tell(const std::string& place, const std::string& what) {
    found_.push_back(place.empty() ? what : place + ": " + what);
}

void SchemaDiff::compare(Schema before, Schema after, const std::string& place) {
    if (!before || !after) {
        return;
    }
    const std::pair<std::string, std::string> names{before->optValue<std::string>("$ref", ""),
                                                    after->optValue<std::string>("$ref", "")};
    // A schema that is absent meets a named one: the names of one side are enough to find the circle.
    const bool is_named = (!names.first.empty() || before->size() == 0) &&
                          (!names.second.empty() || after->size() == 0);
    if (is_named && !open_.insert(names).second) {
        return;
    }
    before = resolved(before_, before);
    after = resolved(after_, after);
    if (before && after) {
        compareTypes(before, after, place);
        compareBounds(before, after, place);
        compareChoices(before, after, place);
        compareMembers(before, after, place);
        compareParts(before, after, place);
        compareRest(before, after, place);
    }
    if (is_named) {
        open_.erase(names);
    }
}

void SchemaDiff::compareTypes(const Schema& before, const Schema& after, const std::string& place) {
    const auto old_types = typesOf(before);
    const auto new_types = typesOf(after);
    const auto& wanted = direction_ == Direction::Sent ? old_types : new_types;
    const auto& present = direction_ == Direction::Sent ? new_types : old_types;
    // No type at all allows everything.
    const bool breaks = !present.empty() && (wanted.empty() || !missingOf(wanted, present).empty());
    if (breaks) {
        tell(place, "the type was " + joinedTexts(textsOf(before->get("type"))) + " and is " +
                        joinedTexts(textsOf(after->get("type"))));
    }
}

void SchemaDiff::compareBounds(const Schema& before, const Schema& after,
                               const std::string& place) {
    if (direction_ == Direction::Received) {
        return;  // What the server sends it may send in any size.
    }
    const auto narrowed = [&](std::string_view name, int sign) {
        const std::string key(name);
        if (!after->has(key)) {
            return false;
        }
        return !before->has(key) ||
               sign * before->get(key).convert<double>() < sign * after->get(key).convert<double>();
    };
    const auto look = [&](std::string_view name, int sign) {
        if (narrowed(name, sign)) {
            const std::string key(name);
            tell(place,
                 key + " was " + textOf(before->get(key)) + " and is " + textOf(after->get(key)));
        }
    };
    for (const std::string_view name : kLowerBounds) {
        look(name, 1);
    }
    for (const std::string_view name : kUpperBounds) {
        look(name, -1);
    }
    for (const std::string_view name : kFilters) {
        const std::string key(name);
        if (after->has(key) && textOf(before->get(key)) != textOf(after->get(key))) {
            tell(place,
                 key + " was " + textOf(before->get(key)) + " and is " + textOf(after->get(key)));
        }
    }
}

void SchemaDiff::compareChoices(const Schema& before, const Schema& after,
                                const std::string& place) {
    const auto choices = [](const Schema& schema) {
        return textsOf(schema->has("const") ? schema->get("const") : schema->get("enum"));
    };
    const auto old_choices = choices(before);
    const auto new_choices = choices(after);
    if (direction_ == Direction::Sent) {
        if (new_choices.empty()) {
            return;
        }
        if (old_choices.empty()) {
            tell(place, "only " + joinedTexts(new_choices) + " is allowed now");
            return;
        }
        for (const std::string& lost : missingOf(old_choices, new_choices)) {
            tell(place, "the value " + lost + " is no longer allowed");
        }
    } else if (before->has("const") &&
               textOf(before->get("const")) != textOf(after->get("const"))) {
        tell(place, "the value was " + textOf(before->get("const")) + " and is " +
                        textOf(after->get("const")));
    }
}

void SchemaDiff::compareMembers(const Schema& before, const Schema& after,
                                const std::string& place) {
    const Schema old_members = before->getObject("properties");
    const Schema new_members = after->getObject("properties");
    const auto old_required = textsOf(before->get("required"));
    const auto new_required = textsOf(after->get("required"));
    const bool is_sent = direction_ == Direction::Sent;
    const auto changed =
        is_sent ? missingOf(new_required, old_required) : missingOf(old_required, new_required);
    for (const std::string& quoted : changed) {
        const std::string name = quoted.substr(1, quoted.size() - 2);
        tell(under(place, name), is_sent ? "must be given now" : "is no longer always there");
    }
    const bool refuses_unknown =
        after->has("additionalProperties") && textOf(after->get("additionalProperties")) == "false";
    if (is_sent && refuses_unknown && textOf(before->get("additionalProperties")) != "false") {
        tell(place, "unknown members are refused now");
    }
    if (!old_members) {
        return;
    }
    for (const std::string& name : old_members->getNames()) {
        if (new_members && new_members->has(name)) {
            compare(old_members->getObject(name), new_members->getObject(name), under(place, name));
        } else if (!is_sent || refuses_unknown) {
            tell(under(place, name), "is gone");
        }
    }
}

/// A part that is absent allows everything, as the schema {} does.
void SchemaDiff::comparePart(const char* key, const Schema& before, const Schema& after,
                             const std::string& place) {
    const auto isAnything = [&](const Schema& schema) {
        return !schema->has(key) || textOf(schema->get(key)) == "true";
    };
    const Schema anything = new Object;
    const Schema old_part = isAnything(before) ? anything : before->getObject(key);
    const Schema new_part = isAnything(after) ? anything : after->getObject(key);
    compare(old_part, new_part, place);  // `false` is no object; compareMembers() looks at it.
}

/// Whether clients lose something when a list of this many schemas becomes one of that many.
bool SchemaDiff::narrows(std::string_view key, std::size_t old_count, std::size_t new_count) const {
    const bool is_sent = direction_ == Direction::Sent;
    if (key == "allOf" || key == "prefixItems") {
        return is_sent ? new_count > old_count
                       : new_count < old_count;  // Each one more demands more.
    }
    // Alternatives: none at all allows everything.
    const std::size_t wide = is_sent ? old_count : new_count;
    const std::size_t narrow = is_sent ? new_count : old_count;
    return narrow != 0 && (wide == 0 || narrow < wide);
}

void SchemaDiff::compareParts(const Schema& before, const Schema& after, const std::string& place) {
    comparePart("items", before, after, place.empty() ? "[]" : place + "[]");
    comparePart("additionalProperties", before, after, under(place, "*"));
    for (const char* key : {"oneOf", "anyOf", "allOf", "prefixItems"}) {
        const Array::Ptr old_parts = before->getArray(key);
        const Array::Ptr new_parts = after->getArray(key);
        const std::size_t old_count = old_parts ? old_parts->size() : 0;
        const std::size_t new_count = new_parts ? new_parts->size() : 0;
        const bool is_all =
            std::string_view(key) == "allOf" || std::string_view(key) == "prefixItems";
        if (narrows(key, old_count, new_count)) {
            tell(place, std::string(key) + " had " + std::to_string(old_count) +
                            (is_all ? " parts and has " : " alternatives and has ") +
                            std::to_string(new_count));
        }
        for (unsigned i = 0; i < std::min(old_count, new_count); ++i) {
            compare(old_parts->getObject(i), new_parts->getObject(i), place);
        }
    }
}

void SchemaDiff::compareRest(const Schema& before, const Schema& after, const std::string& place) {
    std::set<std::string> names;
    for (const Schema& side : {before, after}) {
        for (const std::string& name : side->getNames()) {
            names.insert(name);
        }
    }
    for (const std::string& name : names) {
        const bool is_known = isOneOf(kLowerBounds, name) || isOneOf(kUpperBounds, name) ||
                              isOneOf(kFilters, name) || isOneOf(kNotes, name) ||
                              isOneOf(kCompared, name) || name.starts_with("x-");
        if (!is_known && textOf(before->get(name)) != textOf(after->get(name))) {
            tell(place, name + " was " + textOf(before->get(name)) + " and is " +
                            textOf(after->get(name)));
        }
    }
}

}  // namespace mortise::api
