#include "tests/support/json_schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>

#include "mortise/json_reader.hpp"
#include "mortise/json_writer.hpp"
#include "tests/support/json_format.hpp"
#include "tests/support/json_number.hpp"
#include "tests/support/json_tokens.hpp"

namespace mortise::test {

namespace {

using Kind = JsonNode::Kind;

JsonNode nodeOf(JsonValue value) {
    switch (value.kind()) {
        case JsonKind::Null:
            return {Kind::Null};
        case JsonKind::False:
            return {Kind::False};
        case JsonKind::True:
            return {Kind::True};
        case JsonKind::Number:
            return {Kind::Number, std::string(value.text())};
        case JsonKind::Array: {
            JsonNode node{Kind::Array};
            value.forEachItem(
                [&](std::size_t, JsonValue item) { node.items.push_back(nodeOf(item)); });
            return node;
        }
        case JsonKind::Object: {
            JsonNode node{Kind::Object};
            value.forEachMember([&](std::string_view key, JsonValue member) {
                node.members.emplace_back(std::string(key), nodeOf(member));
            });
            return node;
        }
        default:
            return {Kind::String, std::string(value.text())};
    }
}

void write(JsonWriter& writer, const JsonNode& node) {
    switch (node.kind) {
        case Kind::Null:
            writer.null();
            break;
        case Kind::False:
        case Kind::True:
            writer.value(node.kind == Kind::True);
            break;
        case Kind::Number:
            writer.raw(node.text);
            break;
        case Kind::String:
            writer.value(std::string_view(node.text));
            break;
        case Kind::Array:
            writer.beginArray();
            for (const JsonNode& item : node.items) {
                write(writer, item);
            }
            writer.endArray();
            break;
        case Kind::Object:
            writer.beginObject();
            for (const auto& [name, member] : node.members) {
                writer.key(name);
                write(writer, member);
            }
            writer.endObject();
    }
}

/// One question: does the value fulfil the keywords of one schema object?
class Evaluation {
public:
    Evaluation(const JsonSchema& document, const JsonNode& schema, JsonSchema::Formats formats)
        : document_(document), schema_(schema), formats_(formats) {}

    bool accepts(const JsonNode& value) const {
        if (schema_.kind == Kind::True || schema_.kind == Kind::False) {
            return schema_.kind == Kind::True;
        }
        bool fine = true;
        for (const auto& [keyword, argument] : schema_.members) {
            const auto check = checks().find(keyword);
            if (check == checks().end()) {
                throw std::logic_error("the evaluator does not know the keyword " + keyword);
            }
            fine = check->second(*this, argument, value) && fine;
        }
        return fine;
    }

private:
    using Check = std::function<bool(const Evaluation&, const JsonNode&, const JsonNode&)>;
    using Checks = std::map<std::string, Check, std::less<>>;

    static const Checks& checks() {
        static const Checks all = [] {
            Checks made;
            addAnnotations(made);
            addGeneral(made);
            addNumbers(made);
            addTexts(made);
            addArrays(made);
            addObjects(made);
            return made;
        }();
        return all;
    }

    bool holds(const JsonNode& schema, const JsonNode& value) const {
        return Evaluation(document_, schema, formats_).accepts(value);
    }
    std::string option(std::string_view keyword) const {
        const JsonNode* found = schema_.find(keyword);
        return found != nullptr ? found->text : std::string();
    }

    static void addAnnotations(Checks& made) {
        for (const char* keyword : {"$schema", "$defs", "title", "description", "default",
                                    "examples", "readOnly", "writeOnly"}) {
            made[keyword] = [](const Evaluation&, const JsonNode&, const JsonNode&) {
                return true;
            };
        }
        // Says nothing about what is valid, but what it names must be there.
        made["discriminator"] = [](const Evaluation& self, const JsonNode& node, const JsonNode&) {
            const JsonNode* name = node.find("propertyName");
            for (const auto& [tag, reference] : node.find("mapping")->members) {
                const JsonNode& target = self.document_.resolve(reference.text);
                const JsonNode* property = target.find("properties")->find(name->text);
                if (property == nullptr || property->find("const")->text != tag) {
                    throw std::logic_error("a discriminator leads to a schema without its tag");
                }
            }
            return true;
        };
    }

    static bool isType(const JsonNode& value, const std::string& type) {
        switch (value.kind) {
            case Kind::Null:
                return type == "null";
            case Kind::False:
            case Kind::True:
                return type == "boolean";
            case Kind::Number:
                return type == "number" ||
                       (type == "integer" && JsonNumber(value.text).isInteger());
            case Kind::String:
                return type == "string";
            case Kind::Array:
                return type == "array";
            default:
                return type == "object";
        }
    }

    static void addGeneral(Checks& made) {
        made["type"] = [](const Evaluation&, const JsonNode& type, const JsonNode& value) {
            return isType(value, type.text);
        };
        made["const"] = [](const Evaluation&, const JsonNode& wanted, const JsonNode& value) {
            return wanted == value;
        };
        made["enum"] = [](const Evaluation&, const JsonNode& wanted, const JsonNode& value) {
            return std::count(wanted.items.begin(), wanted.items.end(), value) > 0;
        };
        made["$ref"] = [](const Evaluation& self, const JsonNode& ref, const JsonNode& value) {
            return self.holds(self.document_.resolve(ref.text), value);
        };
        const auto countOf = [](const Evaluation& self, const JsonNode& list,
                                const JsonNode& value) {
            return std::count_if(list.items.begin(), list.items.end(),
                                 [&](const JsonNode& schema) { return self.holds(schema, value); });
        };
        made["anyOf"] = [countOf](const Evaluation& self, const JsonNode& list,
                                  const JsonNode& value) {
            return countOf(self, list, value) >= 1;
        };
        made["oneOf"] = [countOf](const Evaluation& self, const JsonNode& list,
                                  const JsonNode& value) {
            return countOf(self, list, value) == 1;
        };
    }

    /// With format double asserted, numbers are the doubles nearest to them.
    bool readsDoubles() const {
        return formats_ == JsonSchema::Formats::Asserted && option("format") == "double";
    }

    int compare(const JsonNode& value, const JsonNode& bound) const {
        if (readsDoubles()) {
            const double left = std::strtod(value.text.c_str(), nullptr);
            const double right = std::strtod(bound.text.c_str(), nullptr);
            return left < right ? -1 : left > right ? 1 : 0;
        }
        return JsonNumber(value.text).compare(JsonNumber(bound.text));
    }

    template <class Judge>
    static Check aboutNumbers(Judge judge) {
        return [judge](const Evaluation& self, const JsonNode& argument, const JsonNode& value) {
            return value.kind != Kind::Number || judge(self, argument, value);
        };
    }

    static void addNumbers(Checks& made) {
        using Node = const JsonNode&;
        made["minimum"] = aboutNumbers([](const Evaluation& self, Node bound, Node value) {
            return self.compare(value, bound) >= 0;
        });
        made["maximum"] = aboutNumbers([](const Evaluation& self, Node bound, Node value) {
            return self.compare(value, bound) <= 0;
        });
        made["exclusiveMinimum"] = aboutNumbers([](const Evaluation& self, Node bound, Node value) {
            return self.compare(value, bound) > 0;
        });
        made["exclusiveMaximum"] = aboutNumbers([](const Evaluation& self, Node bound, Node value) {
            return self.compare(value, bound) < 0;
        });
        made["multipleOf"] = aboutNumbers([](const Evaluation& self, Node divisor, Node value) {
            if (self.readsDoubles()) {
                return std::fmod(std::strtod(value.text.c_str(), nullptr),
                                 std::strtod(divisor.text.c_str(), nullptr)) == 0;
            }
            return JsonNumber(value.text).isMultipleOf(JsonNumber(divisor.text));
        });
    }

    static std::size_t lengthOf(const std::string& text) {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
        }));
    }

    static void addTexts(Checks& made) {
        using Node = const JsonNode&;
        made["minLength"] = [](const Evaluation&, Node bound, Node value) {
            return value.kind != Kind::String || lengthOf(value.text) >= std::stoul(bound.text);
        };
        made["maxLength"] = [](const Evaluation&, Node bound, Node value) {
            return value.kind != Kind::String || lengthOf(value.text) <= std::stoul(bound.text);
        };
        made["pattern"] = [](const Evaluation&, Node pattern, Node value) {
            return value.kind != Kind::String || hasPattern(value.text, pattern.text);
        };
        made["format"] = [](const Evaluation& self, Node format, Node value) {
            if (self.formats_ == JsonSchema::Formats::Ignored) {
                return true;
            }
            // A format speaks about the type it belongs to and says nothing about others.
            if (isNumberFormat(format.text)) {
                return value.kind != Kind::Number || hasNumberFormat(value.text, format.text);
            }
            return value.kind != Kind::String || hasTextFormat(value.text, format.text);
        };
    }

    static void addArrays(Checks& made) {
        using Node = const JsonNode&;
        made["minItems"] = [](const Evaluation&, Node bound, Node value) {
            return value.kind != Kind::Array || value.items.size() >= std::stoul(bound.text);
        };
        made["maxItems"] = [](const Evaluation&, Node bound, Node value) {
            return value.kind != Kind::Array || value.items.size() <= std::stoul(bound.text);
        };
        made["items"] = [](const Evaluation& self, Node schema, Node value) {
            return std::all_of(value.items.begin(), value.items.end(),
                               [&](Node item) { return self.holds(schema, item); });
        };
        made["uniqueItems"] = [](const Evaluation&, Node wanted, Node value) {
            return wanted.kind != Kind::True ||
                   std::all_of(value.items.begin(), value.items.end(), [&](Node item) {
                       return std::count(value.items.begin(), value.items.end(), item) == 1;
                   });
        };
    }

    static void addObjects(Checks& made) {
        using Node = const JsonNode&;
        made["minProperties"] = [](const Evaluation&, Node bound, Node value) {
            return value.kind != Kind::Object || value.members.size() >= std::stoul(bound.text);
        };
        made["maxProperties"] = [](const Evaluation&, Node bound, Node value) {
            return value.kind != Kind::Object || value.members.size() <= std::stoul(bound.text);
        };
        made["required"] = [](const Evaluation&, Node names, Node value) {
            return value.kind != Kind::Object ||
                   std::all_of(names.items.begin(), names.items.end(),
                               [&](Node name) { return value.find(name.text) != nullptr; });
        };
        made["properties"] = [](const Evaluation& self, Node properties, Node value) {
            return std::all_of(properties.members.begin(), properties.members.end(),
                               [&](const auto& property) {
                                   const JsonNode* member = value.find(property.first);
                                   return member == nullptr || self.holds(property.second, *member);
                               });
        };
        made["additionalProperties"] = [](const Evaluation& self, Node schema, Node value) {
            const JsonNode* known = self.schema_.find("properties");
            return std::all_of(value.members.begin(), value.members.end(), [&](const auto& member) {
                return (known != nullptr && known->find(member.first) != nullptr) ||
                       self.holds(schema, member.second);
            });
        };
        made["propertyNames"] = [](const Evaluation& self, Node schema, Node value) {
            return std::all_of(value.members.begin(), value.members.end(), [&](const auto& member) {
                return self.holds(schema, {Kind::String, member.first});
            });
        };
    }

    const JsonSchema& document_;
    const JsonNode& schema_;
    JsonSchema::Formats formats_;
};

}  // namespace

JsonNode JsonNode::parse(std::string_view json) {
    const JsonTokens tokens(json);
    return nodeOf(JsonValue::root(&tokens.document()));
}

std::string JsonNode::dump() const {
    std::string json;
    JsonWriter writer(json);
    write(writer, *this);
    return json;
}

const JsonNode* JsonNode::find(std::string_view name) const {
    for (const auto& [key, member] : members) {
        if (key == name) {
            return &member;
        }
    }
    return nullptr;
}

bool operator==(const JsonNode& left, const JsonNode& right) {
    if (left.kind != right.kind || left.members.size() != right.members.size()) {
        return false;
    }
    if (left.kind == Kind::Number) {
        return JsonNumber(left.text).compare(JsonNumber(right.text)) == 0;
    }
    for (const auto& [name, member] : left.members) {
        const JsonNode* other = right.find(name);
        if (other == nullptr || !(member == *other)) {
            return false;
        }
    }
    return left.text == right.text && left.items == right.items;
}

bool JsonSchema::accepts(const JsonNode& value, Formats formats) const {
    return accepts(root_, value, formats);
}

bool JsonSchema::accepts(const JsonNode& part, const JsonNode& value, Formats formats) const {
    return Evaluation(*this, part, formats).accepts(value);
}

const JsonNode& JsonSchema::resolve(std::string_view reference) const {
    constexpr std::string_view kPrefix = "#/$defs/";
    const JsonNode* definitions = root_.find("$defs");
    const JsonNode* found = reference.substr(0, kPrefix.size()) != kPrefix || definitions == nullptr
                                ? nullptr
                                : definitions->find(reference.substr(kPrefix.size()));
    if (found == nullptr) {
        throw std::logic_error("a reference leads nowhere: " + std::string(reference));
    }
    return *found;
}

}  // namespace mortise::test
