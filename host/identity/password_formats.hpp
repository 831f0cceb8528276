// The formats of stored password hashes. These functions take tens of milliseconds: PasswordHasher
// runs them on its pool.
#pragma once

#include <string>
#include <string_view>

#include "identity/passwords.hpp"
#include "identity/settings.hpp"

namespace mortise::identity {

/// `$argon2id$v=19$m=..,t=..,p=..$salt$hash` with a fresh salt. Throws mortise::Error when memory
/// is short.
std::string hashArgon2id(std::string_view password, const PasswordSettings& settings);

/// Reads argon2id, argon2i and bcrypt ($2a$, $2b$, $2y$). Throws mortise::Error (INVALID_ARGUMENT)
/// for everything else and for costs that would take the machine.
PasswordMatch matchPassword(std::string_view password, const std::string& stored,
                            const PasswordSettings& settings);

}  // namespace mortise::identity
