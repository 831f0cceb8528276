// The header fields every answer ends with, whoever wrote it.
//
// Fields of the same names that a handler set are taken out first: twice X-Frame-Options means something else to every
// browser, and framing belongs to the connection. So are fields that could not be written without changing the message.
#pragma once

#include <string_view>

#include "http/message.hpp"

namespace mortise::http {

/// Takes out what a handler may not set: the standard fields, Server, the framing fields, and names or values with characters
/// a field cannot have (RFC 9110 section 5.5).
void dropReservedHeaders(Response& response);

/// Adds the security fields. `with_hsts` when the client came over https; `content_security_policy` empty = the standard one.
void addSecurityHeaders(Response& response, bool with_hsts,
                        std::string_view content_security_policy);

/// True when a field of that name is there; case plays no part.
bool hasHeader(const Response& response, std::string_view name) noexcept;

}  // namespace mortise::http
