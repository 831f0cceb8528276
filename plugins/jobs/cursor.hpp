// Cursors of the listing: when the last job was made, and its id.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <mortise/cursor.hpp>

#include "store.hpp"

namespace jobs {

std::string writeCursor(const JobPosition& position, const mortise::Sign& sign);

/// Nothing when the text is no cursor of ours.
std::optional<JobPosition> readCursor(std::string_view cursor, const mortise::Sign& sign);

}  // namespace jobs
