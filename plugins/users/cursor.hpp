// Cursors of the listing: name of the order, id and sort key of the last account.
//
// A cursor belongs to the order it was made for; the filters may change between two parts, that is the client's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <mortise/cursor.hpp>

#include "store.hpp"

namespace users {

std::string writeCursor(std::string_view sort_by, const AccountPosition& position,
                        const mortise::Sign& sign);

/// Nothing when the text is no cursor of ours or belongs to another order.
std::optional<AccountPosition> readCursor(std::string_view cursor, std::string_view sort_by,
                                          const mortise::Sign& sign);

}  // namespace users
