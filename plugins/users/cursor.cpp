// Cursors of the listing. See cursor.hpp.
#include "cursor.hpp"

#include <charconv>

#include <mortise/encoding.hpp>

namespace users {

namespace {

constexpr std::size_t kSignatureSize = 16;
constexpr char kSeparator = '\x1F';

std::string signatureOf(std::string_view payload, const Sign& sign) {
    const mortise::Digest digest = sign(payload);
    return {digest.begin(), digest.begin() + kSignatureSize};
}

/// Compares without telling by the time taken how much of a guess was right.
bool isEqual(std::string_view left, std::string_view right) {
    unsigned difference = left.size() == right.size() ? 0 : 1;
    for (std::size_t index = 0; index < left.size() && index < right.size(); ++index) {
        difference |= static_cast<unsigned char>(left[index] ^ right[index]);
    }
    return difference == 0;
}

}  // namespace

std::string writeCursor(std::string_view sort_by, const AccountPosition& position,
                        const Sign& sign) {
    std::string payload(sort_by);
    payload += kSeparator + std::to_string(position.id) + kSeparator + position.key;
    return mortise::encodeBase64Url(signatureOf(payload, sign) + payload);
}

std::optional<AccountPosition> readCursor(std::string_view cursor, std::string_view sort_by,
                                          const Sign& sign) {
    const std::optional<std::string> bytes = mortise::decodeBase64Url(cursor);
    if (!bytes || bytes->size() <= kSignatureSize) {
        return std::nullopt;
    }
    const std::string_view all = *bytes;
    std::string_view payload = all.substr(kSignatureSize);
    if (!isEqual(all.substr(0, kSignatureSize), signatureOf(payload, sign)) ||
        !payload.starts_with(sort_by) || payload.substr(sort_by.size(), 1) != "\x1F") {
        return std::nullopt;
    }
    payload.remove_prefix(sort_by.size() + 1);
    AccountPosition position;
    const auto [end, error] =
        std::from_chars(payload.data(), payload.data() + payload.size(), position.id);
    if (error != std::errc{} || end == payload.data() + payload.size() || *end != kSeparator) {
        return std::nullopt;
    }
    position.key = payload.substr(static_cast<std::size_t>(end - payload.data()) + 1);
    return position;
}

}  // namespace users
