#include "http/rules/media_type.hpp"

#include <algorithm>
#include <cstddef>

#include "base/strings.hpp"

namespace mortise::http {

namespace {

std::string_view essenceOf(std::string_view content_type) noexcept {
    return trimmed(content_type.substr(0, content_type.find(';')));
}

bool isUtf8Charset(std::string_view value) noexcept {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return equalsIgnoringCase(value, "utf-8") || equalsIgnoringCase(value, "utf8");
}

/// True unless a charset is given that is not UTF-8.
bool hasReadableCharset(std::string_view content_type) noexcept {
    std::size_t at = content_type.find(';');
    while (at != std::string_view::npos) {
        content_type.remove_prefix(at + 1);
        at = content_type.find(';');
        const std::string_view parameter = trimmed(content_type.substr(0, at));
        const std::size_t equals = parameter.find('=');
        if (equals != std::string_view::npos &&
            equalsIgnoringCase(parameter.substr(0, equals), "charset") &&
            !isUtf8Charset(parameter.substr(equals + 1))) {
            return false;
        }
    }
    return true;
}

bool hasJsonSuffix(std::string_view essence) noexcept {
    constexpr std::string_view kStart = "application/";
    constexpr std::string_view kEnd = "+json";
    return essence.size() > kStart.size() + kEnd.size() &&
           equalsIgnoringCase(essence.substr(0, kStart.size()), kStart) &&
           equalsIgnoringCase(essence.substr(essence.size() - kEnd.size()), kEnd);
}

}  // namespace

bool isJsonType(std::string_view content_type) noexcept {
    const std::string_view essence = essenceOf(content_type);
    return (equalsIgnoringCase(essence, "application/json") || hasJsonSuffix(essence)) &&
           hasReadableCharset(content_type);
}

bool isFormType(std::string_view content_type) noexcept {
    return equalsIgnoringCase(essenceOf(content_type), "application/x-www-form-urlencoded") &&
           hasReadableCharset(content_type);
}

bool isMultipartType(std::string_view content_type) noexcept {
    return equalsIgnoringCase(essenceOf(content_type), "multipart/form-data");
}

}  // namespace mortise::http
