#include "identity/json_object.hpp"

#include <simdjson.h>

namespace mortise::identity {

namespace dom = simdjson::dom;

// The DOM reader checks the whole text and keeps repeated members apart. What it throws ends in the
// two functions below.
struct JsonReading {
    static JsonValue texts(dom::array array) {
        std::vector<std::string> items;
        for (const dom::element item : array) {
            if (!item.is_string()) {
                return std::monostate();
            }
            items.emplace_back(std::string_view(item));
        }
        return items;
    }

    static JsonValue value(dom::element value) {
        switch (value.type()) {
            case dom::element_type::STRING:
                return std::string(std::string_view(value));
            case dom::element_type::INT64:
                return std::int64_t(value);
            case dom::element_type::ARRAY:
                return texts(dom::array(value));
            default:
                return std::monostate();
        }
    }

    static bool object(dom::element from, JsonObject& to) {
        for (const dom::key_value_pair member : dom::object(from)) {
            if (!to.members_.emplace(std::string(member.key), value(member.value)).second) {
                return false;
            }
        }
        return true;
    }
};

std::optional<JsonObject> JsonObject::parse(std::string_view text) {
    try {
        dom::parser parser;
        JsonObject object;
        const dom::element root = parser.parse(text.data(), text.size());
        return JsonReading::object(root, object) ? std::optional(std::move(object)) : std::nullopt;
    } catch (const simdjson::simdjson_error&) {
        return std::nullopt;
    }
}

std::optional<std::vector<JsonObject>> JsonObject::parseArray(std::string_view text,
                                                              std::size_t count_max) {
    try {
        dom::parser parser;
        std::vector<JsonObject> objects;
        for (const dom::element item : dom::array(parser.parse(text.data(), text.size()))) {
            if (objects.size() == count_max || !JsonReading::object(item, objects.emplace_back())) {
                return std::nullopt;
            }
        }
        return objects;
    } catch (const simdjson::simdjson_error&) {
        return std::nullopt;
    }
}

}  // namespace mortise::identity
