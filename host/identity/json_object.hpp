// JsonObject: strict reading of the small JSON objects tokens and key lists are made of.
//
// Wherever two readers could understand a text differently, somebody will one day profit from it.
// So a member given twice, text after the object and an unexpected type are errors here, whatever a
// general reader would do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mortise::identity {

/// A text, an integer, a list of texts, or something else that nobody here asks for.
using JsonValue = std::variant<std::monostate, std::string, std::int64_t, std::vector<std::string>>;

class JsonObject {
public:
    /// Empty when the text is no object or breaks one of the rules above.
    static std::optional<JsonObject> parse(std::string_view text);
    /// As above for an array of objects of at most `count_max` items.
    static std::optional<std::vector<JsonObject>> parseArray(std::string_view text,
                                                             std::size_t count_max);

    bool has(std::string_view name) const { return members_.find(name) != members_.end(); }
    /// nullptr when missing or of another type.
    template <typename T>
    const T* find(std::string_view name) const {
        const auto found = members_.find(name);
        return found == members_.end() ? nullptr : std::get_if<T>(&found->second);
    }

private:
    friend struct JsonReading;
    std::map<std::string, JsonValue, std::less<>> members_;
};

}  // namespace mortise::identity
