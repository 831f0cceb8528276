// What is an address of the public internet: everything the special-purpose registries of IANA (RFC 6890 and its updates) do not
// keep for machines, private networks, documentation or groups.
#pragma once

struct sockaddr;

namespace mortise::http {

/// False for other families too.
bool isPublicAddress(const sockaddr& address) noexcept;
/// Of the text of an IPv4 or IPv6 address; false for anything else.
bool isPublicAddress(const char* address) noexcept;

}  // namespace mortise::http
