// The settings of the host itself, and the rules that production adds to them.
#pragma once

#include <string_view>

#include "config/schema.hpp"

namespace mortise::config {

/// What `.env.example` puts where a secret belongs; production refuses it.
inline constexpr std::string_view kSecretPlaceholder = "change-me-in-production";

Schema hostSchema();

}  // namespace mortise::config
