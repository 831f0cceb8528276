// What every answer of the API has to look like, as checks for Catch.
#pragma once

#include <string>

#include "tests/support/http_client.hpp"

namespace mortise::test {

/// The failure envelope with this status and code, the headers every answer carries, and no word
/// about what the server is made of. Returns `errors`.
Json requireFailure(const Answer& answer, int status, const std::string& code);

/// The success envelope. Returns `data`.
Json requireSuccess(const Answer& answer, int status);

/// X-Request-ID and the security headers. Strict-Transport-Security only where the server was told
/// so.
void requireStandardHeaders(const Answer& answer);

/// A field of `errors` with at least one message.
void requireFieldError(const Json& errors, const std::string& field);

}  // namespace mortise::test
