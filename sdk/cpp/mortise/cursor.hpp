// Cursors of lists: where a client goes on reading, opaque to it and signed, so that a position can only be one we gave.
//
//   base64url( first 16 bytes of the signature | field 0x1F field 0x1F ... )
//
// The fields are the plugin's: the values of the last item by which the list is ordered, and the name of the order when
// there are several, so that a cursor of one order is no position in another.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/encoding.hpp"
#include "mortise/identity.hpp"

namespace mortise {

/// HMAC under a key only this plugin has: Identity::sign.
using Sign = std::function<Digest(std::string_view text)>;

namespace cursor {

inline constexpr std::size_t kSignatureSize = 16;
inline constexpr char kSeparator = '\x1F';

inline std::string signatureOf(std::string_view payload, const Sign& sign) {
    const Digest digest = sign(payload);
    return {digest.begin(), digest.begin() + kSignatureSize};
}

/// Compares without telling by the time taken how much of a guess was right.
inline bool isEqual(std::string_view left, std::string_view right) noexcept {
    unsigned difference = left.size() == right.size() ? 0 : 1;
    for (std::size_t index = 0; index < left.size() && index < right.size(); ++index) {
        difference |= static_cast<unsigned char>(left[index] ^ right[index]);
    }
    return difference == 0;
}

}  // namespace cursor

/// Only the last field may hold the separator 0x1F.
inline std::string writeCursor(std::initializer_list<std::string_view> fields, const Sign& sign) {
    std::string payload;
    for (const std::string_view* field = fields.begin(); field != fields.end(); ++field) {
        if (field != fields.begin()) {
            payload += cursor::kSeparator;
        }
        payload += *field;
    }
    return encodeBase64Url(cursor::signatureOf(payload, sign) + payload);
}

/// The fields of a cursor of ours that has `field_count` (at least 1) of them; nothing when the text is something else.
inline std::optional<std::vector<std::string>> readCursor(std::string_view text,
                                                          std::size_t field_count,
                                                          const Sign& sign) {
    const std::optional<std::string> bytes = decodeBase64Url(text);
    if (!bytes || bytes->size() <= cursor::kSignatureSize) {
        return std::nullopt;
    }
    const std::string_view all = *bytes;
    std::string_view payload = all.substr(cursor::kSignatureSize);
    if (!cursor::isEqual(all.substr(0, cursor::kSignatureSize),
                         cursor::signatureOf(payload, sign))) {
        return std::nullopt;
    }
    std::vector<std::string> fields;
    while (fields.size() + 1 < field_count) {
        const std::size_t end = payload.find(cursor::kSeparator);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        fields.emplace_back(payload.substr(0, end));
        payload.remove_prefix(end + 1);
    }
    fields.emplace_back(payload);
    return fields;
}

}  // namespace mortise
