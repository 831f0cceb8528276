// Bytes as text: hexadecimal (lower case) and base64url without padding (RFC 4648 section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mortise {

std::string hexText(std::string_view bytes);

std::string base64UrlText(std::string_view bytes);
/// Strict: no padding, no other alphabet, unused bits zero, so that one value has one spelling.
/// Empty optional otherwise.
std::optional<std::string> decodeBase64Url(std::string_view text);

}  // namespace mortise
