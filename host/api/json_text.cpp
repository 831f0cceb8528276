#include "api/json_text.hpp"

#include "base/json_text.hpp"

namespace mortise::api {

namespace {

char firstOf(std::string_view json) noexcept {
    const std::size_t at = json.find_first_not_of(" \t\r\n");
    return at == std::string_view::npos ? '\0' : json[at];
}

}  // namespace

std::string fieldError(std::string_view name, std::string_view message) {
    std::string out = "{";
    appendJsonString(out, name);
    out += ":[";
    appendJsonString(out, message);
    out += "]}";
    return out;
}

bool opensObject(std::string_view json) noexcept {
    return firstOf(json) == '{';
}

bool opensContainer(std::string_view json) noexcept {
    const char first = firstOf(json);
    return first == '{' || first == '[';
}

}  // namespace mortise::api
