// The grammar of event names: lower-case words with digits and underscores, joined by dots;
// `area.past_or_noun`.
#pragma once

#include <cstddef>
#include <string_view>

namespace mortise::log {

inline constexpr std::size_t kEventNameSizeMax = 64;

constexpr bool isEventName(std::string_view name) noexcept {
    if (name.empty() || name.size() > kEventNameSizeMax) {
        return false;
    }
    bool word_starts = true;
    for (const char c : name) {
        const bool letter = c >= 'a' && c <= 'z';
        const bool rest = (c >= '0' && c <= '9') || c == '_';
        if (word_starts ? !letter : !(letter || rest || c == '.')) {
            return false;
        }
        word_starts = c == '.';
    }
    return !word_starts;
}

/// What stands before the first dot: the `logger` of the record.
constexpr std::string_view areaOf(std::string_view event) noexcept {
    return event.substr(0, event.find('.'));
}

}  // namespace mortise::log
