// Cursors of the listing: opaque to clients and signed, so that a position can only be one we gave.
//
//   base64url( first 16 bytes of the signature | "created_at" 0x1F "id" )
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <mortise/identity.hpp>

#include "store.hpp"

namespace jobs {

/// HMAC under a key only this plugin has.
using Sign = std::function<mortise::Digest(std::string_view text)>;

std::string writeCursor(const JobPosition& position, const Sign& sign);

/// Nothing when the text is no cursor of ours.
std::optional<JobPosition> readCursor(std::string_view cursor, const Sign& sign);

}  // namespace jobs
