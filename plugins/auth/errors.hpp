// The error codes of the auth plugin, each with its one status and its standard text. EMAIL_TAKEN and the ACCOUNT codes
// say the same as in the users plugin, whose verdicts they pass on.
#pragma once

#include <mortise/errors.hpp>

namespace auth {

inline constexpr mortise::ErrorCode EMAIL_TAKEN{"EMAIL_TAKEN", 409, "Email is already registered"};
inline constexpr mortise::ErrorCode ACCOUNT_INACTIVE{
    "ACCOUNT_INACTIVE", 401, "Your account is inactive. Contact an administrator."};
inline constexpr mortise::ErrorCode ACCOUNT_LOCKED{"ACCOUNT_LOCKED", 403,
                                                   "Your account is locked. Try again later."};
inline constexpr mortise::ErrorCode TOKEN_REUSED{
    "TOKEN_REUSED", 401, "This session was ended because a token was used twice. Log in again."};
inline constexpr mortise::ErrorCode SESSION_NOT_FOUND{"SESSION_NOT_FOUND", 404,
                                                      "Session not found"};

}  // namespace auth
