// PasswordHasher: argon2id for new hashes, argon2 and bcrypt for old ones, on threads of their own.
//
// Hashing is made expensive on purpose, so a storm of logins would take every request thread. It
// runs on the CPU pool; the caller waits, bounded by its deadline, and a full pool refuses at once.
// A caller that stops waiting leaves a job behind that owns its copy of the password and wipes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "identity/settings.hpp"

namespace mortise::run {
class CpuPool;
}

namespace mortise::identity {

/// The numbers are those of sdk/include/mortise/identity.h.
enum class PasswordMatch : std::uint8_t {
    No = 0,
    Yes = 1,
    YesRehash = 2,  ///< Right, but the stored hash is weaker than what hash() makes today.
};

class PasswordHasher {
public:
    /// `pool` outlives the hasher.
    PasswordHasher(run::CpuPool& pool, PasswordSettings settings);
    ~PasswordHasher();

    /// PHC text of argon2id. Throws mortise::Error: INVALID_ARGUMENT (400) for a password that is
    /// too long, SERVICE_UNAVAILABLE (503) when the pool is full, DEADLINE_EXCEEDED (503) when time
    /// ran out.
    std::string hash(std::string_view password, std::chrono::steady_clock::time_point deadline);

    /// An empty `stored` costs the same time as a real one and never matches. Throws as above and
    /// INVALID_ARGUMENT for a hash of an unknown or unreasonable form.
    PasswordMatch verify(std::string_view password, std::string_view stored,
                         std::chrono::steady_clock::time_point deadline);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::identity
