#include <algorithm>
#include <exception>
#include <optional>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "identity/digest.hpp"
#include "identity/json_object.hpp"
#include "identity/key_holder.hpp"
#include "identity/keys.hpp"
#include "identity/revocations.hpp"
#include "identity/token_cache.hpp"
#include "identity/tokens.hpp"

namespace mortise::identity {

namespace {

// The three parts of a compact JWS and what was signed.
struct Parts {
    std::string header;
    std::string claims;
    std::string signature;
    std::string_view signed_text;
};

std::optional<Parts> partsOf(std::string_view token) {
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    auto header = decodeBase64Url(token.substr(0, first));
    auto claims = decodeBase64Url(token.substr(first + 1, second - first - 1));
    auto signature = decodeBase64Url(token.substr(second + 1));
    if (!header || !claims || !signature || signature->empty()) {
        return std::nullopt;
    }
    return Parts{std::move(*header), std::move(*claims), std::move(*signature),
                 token.substr(0, second)};
}

// The key id of a header we accept. `crit` names extensions that must be understood (RFC 7515
// section 4.1.11); there are none.
std::optional<std::string> keyIdOf(const std::string& header) {
    const std::optional<JsonObject> object = JsonObject::parse(header);
    if (!object || object->has("crit")) {
        return std::nullopt;
    }
    const auto* algorithm = object->find<std::string>("alg");
    const auto* type = object->find<std::string>("typ");
    const auto* key_id = object->find<std::string>("kid");
    const bool type_fits =
        !object->has("typ") || (type != nullptr && (equalsIgnoringCase(*type, "JWT") ||
                                                    equalsIgnoringCase(*type, "at+jwt")));
    if (algorithm == nullptr || *algorithm != "RS256" || key_id == nullptr || !type_fits) {
        return std::nullopt;
    }
    return *key_id;
}

bool isText(const std::string* text) {
    return text != nullptr && !text->empty() && text->size() <= limits::kTokenTextSizeMax;
}

bool isFor(const JsonObject& claims, const std::string& audience) {
    if (const auto* one = claims.find<std::string>("aud")) {
        return *one == audience;
    }
    const auto* many = claims.find<std::vector<std::string>>("aud");
    return many != nullptr && std::find(many->begin(), many->end(), audience) != many->end();
}

bool readRoles(const JsonObject& claims, Principal& principal) {
    if (!claims.has("roles")) {
        return true;
    }
    const auto* roles = claims.find<std::vector<std::string>>("roles");
    if (roles == nullptr || roles->size() > limits::kTokenRoleCountMax) {
        return false;
    }
    principal.roles = *roles;
    return std::all_of(roles->begin(), roles->end(),
                       [](const std::string& role) { return isText(&role); });
}

// RFC 8693 section 4.2: one text, words separated by spaces.
bool readScopes(const JsonObject& claims, Principal& principal) {
    if (!claims.has("scope")) {
        return true;
    }
    const auto* scope = claims.find<std::string>("scope");
    if (scope == nullptr) {
        return false;
    }
    const std::vector<std::string_view> scopes = splitList(*scope, ' ');
    principal.scopes.assign(scopes.begin(), scopes.end());
    return scopes.size() <= limits::kTokenRoleCountMax;
}

bool readNames(const JsonObject& claims, Principal& principal) {
    const auto* subject = claims.find<std::string>("sub");
    const auto* token_id = claims.find<std::string>("jti");
    const auto* session_id = claims.find<std::string>("sid");
    if (!isText(subject) || !isText(token_id) || (claims.has("sid") && !isText(session_id))) {
        return false;
    }
    principal.subject = *subject;
    principal.token_id = *token_id;
    principal.session_id = session_id == nullptr ? std::string() : *session_id;
    return true;
}

}  // namespace

struct JwtVerifier::State {
    State(std::shared_ptr<const KeyRing> ring, const Revocations& revoked,
          TokenSettings token_settings, const Clock& time)
        : keys(std::move(ring)),
          revocations(revoked),
          settings(std::move(token_settings)),
          clock(time),
          cache(settings.cache_count_max) {}

    // Everything except time and revocation, which change while the token stays the same.
    std::shared_ptr<const Principal> authenticate(std::string_view token) const {
        const std::optional<Parts> parts = partsOf(token);
        if (!parts) {
            return nullptr;
        }
        const std::optional<std::string> key_id = keyIdOf(parts->header);
        if (!key_id || !keys.get()->isSignedBy(*key_id, parts->signed_text, parts->signature)) {
            return nullptr;
        }
        const std::optional<JsonObject> claims = JsonObject::parse(parts->claims);
        auto principal = std::make_shared<Principal>();
        if (!claims || !readClaims(*claims, *principal)) {
            return nullptr;
        }
        return principal;
    }

    bool readClaims(const JsonObject& claims, Principal& principal) const {
        const auto* issuer = claims.find<std::string>("iss");
        const auto* expires_at = claims.find<std::int64_t>("exp");
        const auto* issued_at = claims.find<std::int64_t>("iat");
        if (issuer == nullptr || *issuer != settings.issuer || !isFor(claims, settings.audience) ||
            expires_at == nullptr || issued_at == nullptr || !isTime(*expires_at) ||
            !isTime(*issued_at)) {
            return false;
        }
        principal.expires_at_s = *expires_at;
        principal.issued_at_s = *issued_at;
        if (claims.has("nbf")) {
            const auto* not_before = claims.find<std::int64_t>("nbf");
            if (not_before == nullptr || !isTime(*not_before)) {
                return false;
            }
            // A token valid only later counts as issued then, so one comparison covers both.
            principal.issued_at_s = std::max(*issued_at, *not_before);
        }
        return readNames(claims, principal) && readRoles(claims, principal) &&
               readScopes(claims, principal);
    }

    // Keeps sums with the leeway far from overflow.
    static bool isTime(std::int64_t seconds) { return seconds >= 0 && seconds < (1LL << 40); }

    VerifyResult judge(std::shared_ptr<const Principal> principal) const {
        const std::int64_t now_s = clock.unixSeconds();
        // One second besides the leeway: the issuer dates a token that much ahead right after a
        // revocation.
        if (principal->issued_at_s > now_s + settings.leeway.count() + 1 ||
            revocations.isRevoked(*principal)) {
            return {};
        }
        if (now_s >= principal->expires_at_s + settings.leeway.count()) {
            return {TokenState::Expired, nullptr};
        }
        return {TokenState::Ok, std::move(principal)};
    }

    VerifyResult verify(std::string_view token) {
        if (token.empty() || token.size() > limits::kTokenSizeMax) {
            return {};
        }
        const Digest digest = sha256(token);
        if (std::shared_ptr<const Principal> known = cache.find(digest)) {
            VerifyResult result = judge(std::move(known));
            if (result.state != TokenState::Ok) {
                cache.remove(digest);
            }
            return result;
        }
        const std::uint64_t generation = cache.generation();
        std::shared_ptr<const Principal> principal = authenticate(token);
        if (!principal) {
            return {};
        }
        VerifyResult result = judge(std::move(principal));
        if (result.state == TokenState::Ok) {
            cache.insert(digest, result.principal, generation);
        }
        return result;
    }

    KeyHolder keys;
    const Revocations& revocations;
    const TokenSettings settings;
    const Clock& clock;
    TokenCache cache;
};

JwtVerifier::JwtVerifier(std::shared_ptr<const KeyRing> keys, const Revocations& revocations,
                         TokenSettings settings, const Clock& clock)
    : state_(std::make_unique<State>(std::move(keys), revocations, std::move(settings), clock)) {}

JwtVerifier::~JwtVerifier() = default;

VerifyResult JwtVerifier::verify(std::string_view token) noexcept {
    try {
        return state_->verify(token);
    } catch (const std::exception&) {
        return {};  // Memory ran out: a token that cannot be checked is not accepted.
    }
}

void JwtVerifier::replaceKeys(std::shared_ptr<const KeyRing> keys) {
    state_->keys.set(std::move(keys));
    state_->cache.clear();
}

std::size_t JwtVerifier::cachedCount() const {
    return state_->cache.count();
}

}  // namespace mortise::identity
