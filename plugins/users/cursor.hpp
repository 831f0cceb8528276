// Cursors of the listing: opaque to clients, signed, so that nobody can ask for an order or a position we did not offer.
//
//   base64url( first 16 bytes of the signature | "sort_by" 0x1F "id" 0x1F "sort key" )
//
// A cursor belongs to the order it was made for; the filters may change between two parts, that is the client's business.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <mortise/identity.hpp>

#include "store.hpp"

namespace users {

/// HMAC under a key only this plugin has.
using Sign = std::function<mortise::Digest(std::string_view text)>;

std::string writeCursor(std::string_view sort_by, const AccountPosition& position,
                        const Sign& sign);

/// Nothing when the text is no cursor of ours or belongs to another order.
std::optional<AccountPosition> readCursor(std::string_view cursor, std::string_view sort_by,
                                          const Sign& sign);

}  // namespace users
