// The version of the host.
#pragma once

#include <string_view>

namespace mortise::app {

inline constexpr std::string_view kVersion = MORTISE_VERSION;

}  // namespace mortise::app
