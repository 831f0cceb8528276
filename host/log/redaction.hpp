// Redaction: the last line of defence against secrets and personal data in the log.
//
// The first line is not to write them. This one catches what slips through: a field whose key names
// a secret loses its value, and a text that looks like a token, a card number or a URL with a
// password loses that part. It prefers to hide too much.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mortise::log {

inline constexpr std::string_view kRedacted = "[redacted]";

/// `password`, `access_token`, `X-Api-Key`, `cardNumber`, `email` ...; not `token_id` or
/// `token_count`, which say nothing.
bool isSecretKey(std::string_view key);

/// `text` itself, or `scratch` with the secret parts of it replaced.
std::string_view withoutSecrets(std::string_view text, std::string& scratch);

/// Whether an integer could be a card number.
bool looksLikeCardNumber(std::int64_t value);

}  // namespace mortise::log
