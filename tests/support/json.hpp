// Json: reading answers in tests. A value is addressed by a path, "data.items.0.email"; a member
// whose name is all that is left of the path is found too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::test {

class Json {
public:
    /// Throws when the text is no JSON.
    static Json parse(const std::string& text);

    /// Throws when there is no such value.
    Json at(std::string_view path) const;
    bool has(std::string_view path) const;

    std::string text(std::string_view path) const;
    std::int64_t integer(std::string_view path) const;
    double number(std::string_view path) const;
    bool boolean(std::string_view path) const;
    bool isNull(std::string_view path) const;
    bool isObject(std::string_view path = {}) const;
    bool isList(std::string_view path = {}) const;
    /// Items of a list, or members of an object.
    std::size_t size(std::string_view path = {}) const;
    /// Names of the members of an object, sorted.
    std::vector<std::string> names(std::string_view path = {}) const;
    /// Compact JSON.
    std::string dump() const;

private:
    struct Value;
    explicit Json(std::shared_ptr<const Value> value);
    std::shared_ptr<const Value> value_;
};

}  // namespace mortise::test
