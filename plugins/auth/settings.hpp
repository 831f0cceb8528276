// The settings of the auth plugin as plain values; plugin.cpp fills them from the configuration.
#pragma once

#include <chrono>

namespace auth {

struct Settings {
    std::chrono::minutes access_token_lifetime{15};
    std::chrono::days refresh_token_lifetime{7};
    /// How long a rotated refresh token is still taken.
    std::chrono::seconds refresh_grace{5};
    /// Sessions of one user; a login beyond it ends the one used longest ago.
    int sessions_max = 50;
};

}  // namespace auth
