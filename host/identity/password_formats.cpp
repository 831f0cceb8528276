#include "identity/password_formats.hpp"

#include <argon2.h>
#include <crypt.h>
#include <openssl/crypto.h>

#include <array>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"
#include "limits.hpp"

namespace mortise::identity {

namespace {

constexpr std::size_t kSaltSize = 16;  // RFC 9106 section 3.1.
constexpr std::size_t kHashSize = 32;
// Each step doubles the time; 16 takes seconds already.
constexpr std::int64_t kBcryptCostMax = 16;
constexpr std::size_t kBcryptSize = 60;

Error unknownFormat(const char* reason) {
    return Error(400, "INVALID_ARGUMENT",
                 std::string("could not read a stored password hash: ") + reason);
}

struct Argon2Cost {
    argon2_type type = Argon2_id;
    std::int64_t version = 0;
    std::int64_t memory_kib = 0;
    std::int64_t passes = 0;
    std::int64_t lanes = 0;
};

// The number after `name=`; 0 when the part reads otherwise.
std::int64_t numberAfter(std::string_view part, std::string_view name) {
    if (!part.starts_with(name)) {
        return 0;
    }
    return parseInteger(part.substr(name.size())).value_or(0);
}

// The head of a PHC text. The library reads it again, but would obey whatever memory it asks for.
Argon2Cost costOf(std::string_view stored) {
    Argon2Cost cost;
    const std::vector<std::string_view> parts = splitList(stored, '$');
    if (parts.size() != 5) {
        throw unknownFormat("not five parts");
    }
    cost.type = parts[0] == "argon2i" ? Argon2_i : Argon2_id;
    cost.version = numberAfter(parts[1], "v=");
    const std::vector<std::string_view> numbers = splitList(parts[2], ',');
    if (numbers.size() == 3) {
        cost.memory_kib = numberAfter(numbers[0], "m=");
        cost.passes = numberAfter(numbers[1], "t=");
        cost.lanes = numberAfter(numbers[2], "p=");
    }
    if (cost.memory_kib < 8 || cost.memory_kib > limits::kPasswordMemoryMaxKib || cost.passes < 1 ||
        cost.passes > limits::kPasswordPassesMax || cost.lanes < 1 || cost.lanes > 64) {
        throw unknownFormat("its cost is out of bounds");
    }
    return cost;
}

PasswordMatch matchArgon2(std::string_view password, const std::string& stored,
                          const PasswordSettings& settings) {
    const Argon2Cost cost = costOf(stored);
    const int result = ::argon2_verify(stored.c_str(), password.data(), password.size(), cost.type);
    if (result == ARGON2_VERIFY_MISMATCH) {
        return PasswordMatch::No;
    }
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR || result == ARGON2_THREAD_FAIL) {
        throw Error::unavailable("could not verify a password: " +
                                 std::string(::argon2_error_message(result)));
    }
    if (result != ARGON2_OK) {
        throw unknownFormat(::argon2_error_message(result));
    }
    const bool current = cost.type == Argon2_id && cost.version == ARGON2_VERSION_13 &&
                         cost.memory_kib >= settings.memory_kib && cost.passes >= settings.passes &&
                         cost.lanes >= settings.lanes;
    return current ? PasswordMatch::Yes : PasswordMatch::YesRehash;
}

bool isBcrypt(std::string_view stored) {
    return stored.starts_with("$2a$") || stored.starts_with("$2b$") || stored.starts_with("$2y$");
}

PasswordMatch matchBcrypt(std::string_view password, const std::string& stored) {
    const std::optional<std::int64_t> cost =
        stored.size() == kBcryptSize ? parseInteger(std::string_view(stored).substr(4, 2))
                                     : std::nullopt;
    if (!cost || *cost < 4 || *cost > kBcryptCostMax) {
        throw unknownFormat("not bcrypt of a reasonable cost");
    }
    // The function ends at a zero byte, so what follows one would not count.
    std::string text(password);
    const bool whole = text.find('\0') == std::string::npos;
    const auto data = std::make_unique<crypt_data>();
    const char* made = ::crypt_r(text.c_str(), stored.c_str(), data.get());
    const bool match = made != nullptr && equalsInConstantTime(made, stored);
    ::OPENSSL_cleanse(text.data(), text.size());
    ::OPENSSL_cleanse(data.get(), sizeof *data);
    return match && whole ? PasswordMatch::YesRehash : PasswordMatch::No;
}

}  // namespace

std::string hashArgon2id(std::string_view password, const PasswordSettings& settings) {
    std::array<std::uint8_t, kSaltSize> salt{};
    fillRandom(salt);
    std::array<char, limits::kPasswordHashSizeMax + 1> encoded{};
    const int result = ::argon2id_hash_encoded(
        settings.passes, settings.memory_kib, settings.lanes, password.data(), password.size(),
        salt.data(), salt.size(), kHashSize, encoded.data(), encoded.size());
    if (result != ARGON2_OK) {
        throw Error::unavailable("could not hash a password: " +
                                 std::string(::argon2_error_message(result)));
    }
    return encoded.data();
}

PasswordMatch matchPassword(std::string_view password, const std::string& stored,
                            const PasswordSettings& settings) {
    if (stored.starts_with("$argon2id$") || stored.starts_with("$argon2i$")) {
        return matchArgon2(password, stored, settings);
    }
    if (isBcrypt(stored)) {
        return matchBcrypt(password, stored);
    }
    throw unknownFormat("neither argon2 nor bcrypt");
}

}  // namespace mortise::identity
