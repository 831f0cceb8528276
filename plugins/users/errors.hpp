// The error codes of the users plugin, each with its one status and its standard text.
#pragma once

#include <mortise/errors.hpp>

namespace users {

inline constexpr mortise::ErrorCode EMAIL_TAKEN{"EMAIL_TAKEN", 409, "Email is already registered"};
inline constexpr mortise::ErrorCode USER_NOT_FOUND{"USER_NOT_FOUND", 404, "User not found"};

}  // namespace users
