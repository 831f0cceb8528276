// header_parameters: values of header fields with parameters, `value; name=token; name="quoted"` (RFC 9110, section 5.6.6).
#pragma once

#include <cstddef>
#include <string_view>

namespace mortise::detail {

constexpr std::string_view trimmedBlanks(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

inline bool equalsLower(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) {
        return false;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[at]) {
            return false;
        }
    }
    return true;
}

/// Reads `value; name=token; name="quoted"` from left to right.
class ParameterReader {
public:
    explicit ParameterReader(std::string_view text) noexcept : rest_(text) {}

    /// What stands before the first parameter.
    std::string_view value() noexcept {
        const std::size_t end = rest_.find(';');
        const std::string_view found = trimmedBlanks(rest_.substr(0, end));
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
        return found;
    }

    /// The next parameter. False at the end; then isBroken() tells a proper end from an improper one.
    bool next(std::string_view& name, std::string_view& text) noexcept {
        if (rest_.empty()) {
            return false;
        }
        rest_.remove_prefix(1);  // the semicolon
        const std::size_t equals = rest_.find('=');
        if (equals == std::string_view::npos) {
            is_broken_ = !trimmedBlanks(rest_).empty();
            return false;
        }
        name = trimmedBlanks(rest_.substr(0, equals));
        rest_.remove_prefix(equals + 1);
        is_broken_ = !readText(text);
        return !is_broken_;
    }
    bool isBroken() const noexcept { return is_broken_; }

private:
    bool readText(std::string_view& text) noexcept {
        if (!rest_.starts_with('"')) {
            text = value();
            return !text.empty();
        }
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != '"') {
            end += rest_[end] == '\\' ? 2U : 1U;
        }
        if (end >= rest_.size()) {
            return false;
        }
        text = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return value().empty();
    }

    std::string_view rest_;
    bool is_broken_ = false;
};

}  // namespace mortise::detail
