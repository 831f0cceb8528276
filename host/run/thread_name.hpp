// Names of threads, as debuggers, top and /proc show them.
#pragma once

#include <string_view>

namespace mortise::run {

/// Names the calling thread; the system keeps the first 15 bytes.
void nameThread(std::string_view name) noexcept;

}  // namespace mortise::run
