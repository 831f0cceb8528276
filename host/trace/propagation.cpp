#include "trace/propagation.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/strings.hpp"
#include "limits.hpp"

namespace mortise::trace {
namespace {

constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::uint64_t kSampledFlag = 1;

constexpr std::size_t kKeySizeMax = 256;
constexpr std::size_t kTenantSizeMax = 241;
constexpr std::size_t kSystemSizeMax = 14;
constexpr std::size_t kValueSizeMax = 256;
/// The specification names it as the size from which members go first.
constexpr std::size_t kLongMemberSize = 128;

/// Reads lower-case digits only; at most 16.
std::optional<std::uint64_t> hexNumber(std::string_view digits) noexcept {
    std::uint64_t number = 0;
    for (const char digit : digits) {
        const bool is_decimal = digit >= '0' && digit <= '9';
        if (!is_decimal && (digit < 'a' || digit > 'f')) {
            return std::nullopt;
        }
        number = number << 4U | static_cast<std::uint64_t>(digit - (is_decimal ? '0' : 'a' - 10));
    }
    return number;
}

void putHex(char* place, std::uint64_t number, std::size_t digit_count) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = digit_count; i > 0; --i) {
        place[i - 1] = kDigits[number & 0xFU];
        number >>= 4U;
    }
}

bool isLower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}

bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool isKeyText(std::string_view text, std::size_t size_max) noexcept {
    return !text.empty() && text.size() <= size_max &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
           });
}

/// `system` or `tenant@system`; only a tenant may begin with a digit.
bool isKey(std::string_view key) noexcept {
    const std::size_t at = key.find('@');
    if (at == std::string_view::npos) {
        return isKeyText(key, kKeySizeMax) && isLower(key.front());
    }
    const std::string_view tenant = key.substr(0, at);
    const std::string_view system = key.substr(at + 1);
    return isKeyText(tenant, kTenantSizeMax) && (isLower(tenant[0]) || isDigit(tenant[0])) &&
           isKeyText(system, kSystemSizeMax) && isLower(system[0]);
}

bool isValue(std::string_view value) noexcept {
    return !value.empty() && value.size() <= kValueSizeMax && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(),
                       [](char c) { return c >= 0x20 && c <= 0x7e && c != ',' && c != '='; });
}

std::size_t joinedSize(const std::vector<std::string_view>& members) noexcept {
    std::size_t size = members.empty() ? 0 : members.size() - 1;
    for (const std::string_view member : members) {
        size += member.size();
    }
    return size;
}

void cutToSize(std::vector<std::string_view>& members) {
    for (std::size_t i = members.size(); i > 0 && joinedSize(members) > limits::kTraceStateSizeMax;
         --i) {
        if (members[i - 1].size() > kLongMemberSize) {
            members.erase(members.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
    }
    while (joinedSize(members) > limits::kTraceStateSizeMax) {
        members.pop_back();
    }
}

}  // namespace

std::optional<SpanContext> parseTraceparent(std::string_view text) noexcept {
    if (text.size() < kTraceparentSize || text[2] != '-' || text[kSpanAt - 1] != '-' ||
        text[kFlagsAt - 1] != '-') {
        return std::nullopt;
    }
    const auto version = hexNumber(text.substr(0, 2));
    const auto high = hexNumber(text.substr(kTraceAt, 16));
    const auto low = hexNumber(text.substr(kTraceAt + 16, 16));
    const auto span = hexNumber(text.substr(kSpanAt, 16));
    const auto flags = hexNumber(text.substr(kFlagsAt, 2));
    if (!version || *version == 0xff || !high || !low || !span || !flags) {
        return std::nullopt;
    }
    const bool has_more = text.size() > kTraceparentSize;
    if (has_more && (*version == 0 || text[kTraceparentSize] != '-')) {
        return std::nullopt;
    }
    SpanContext context;
    context.ids = {*high, *low, *span};
    context.is_sampled = (*flags & kSampledFlag) != 0;
    return context.isValid() ? std::optional(context) : std::nullopt;
}

std::array<char, kTraceparentSize> traceparentOf(const SpanContext& context) noexcept {
    std::array<char, kTraceparentSize> text{};
    text.fill('-');
    putHex(text.data(), 0, 2);
    putHex(text.data() + kTraceAt, context.ids.trace_high, 16);
    putHex(text.data() + kTraceAt + 16, context.ids.trace_low, 16);
    putHex(text.data() + kSpanAt, context.ids.span, 16);
    putHex(text.data() + kFlagsAt, context.is_sampled ? kSampledFlag : 0, 2);
    return text;
}

std::string cleanTraceState(std::string_view text) {
    std::vector<std::string_view> members;
    std::vector<std::string_view> keys;
    for (const std::string_view member : splitList(text, ',')) {
        const std::size_t equals = member.find('=');
        const std::string_view key = member.substr(0, equals);
        if (equals == std::string_view::npos || !isKey(key) ||
            !isValue(member.substr(equals + 1))) {
            return {};
        }
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            keys.push_back(key);
            members.push_back(member);
        }
        if (members.size() > limits::kTraceStateCountMax) {
            return {};
        }
    }
    cutToSize(members);
    std::string clean;
    for (const std::string_view member : members) {
        clean.append(clean.empty() ? "" : ",").append(member);
    }
    return clean;
}

}  // namespace mortise::trace
