#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/random.hpp"
#include "identity/key_holder.hpp"
#include "identity/keys.hpp"
#include "identity/revocations.hpp"
#include "identity/tokens.hpp"

namespace mortise::identity {

namespace {

constexpr std::chrono::seconds kLifetimeMax = std::chrono::days(1);

Error refused(const std::string& reason) {
    return Error(400, "INVALID_ARGUMENT", "could not issue a token: " + reason);
}

bool isText(std::string_view text) {
    return !text.empty() && text.size() <= limits::kTokenTextSizeMax;
}

void check(const TokenRequest& request, std::chrono::seconds lifetime) {
    if (!isText(request.subject)) {
        throw refused("the subject is empty or too long");
    }
    if (request.session_id.size() > limits::kTokenTextSizeMax) {
        throw refused("the session id is too long");
    }
    if (request.roles.size() > limits::kTokenRoleCountMax ||
        !std::all_of(request.roles.begin(), request.roles.end(), isText)) {
        throw refused("too many roles, or one that is empty or too long");
    }
    if (lifetime < std::chrono::seconds(1) || lifetime > kLifetimeMax) {
        throw refused("the lifetime is not between a second and a day");
    }
}

// 128 bits: nobody guesses the id of somebody else's token.
std::string newTokenId() {
    std::array<std::uint8_t, 16> bytes{};
    fillRandom(bytes);
    return base64UrlText({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void appendMember(std::string& out, std::string_view name, std::string_view value) {
    out += out.size() > 1 ? "," : "";
    appendJsonString(out, name);
    out += ':';
    appendJsonString(out, value);
}

std::string rolesText(std::span<const std::string_view> roles) {
    std::string out = "[";
    for (const std::string_view role : roles) {
        out += out.size() > 1 ? "," : "";
        appendJsonString(out, role);
    }
    return out + "]";
}

}  // namespace

struct TokenIssuer::State {
    KeyHolder keys;
    const Revocations& revocations;
    const TokenSettings settings;
};

TokenIssuer::TokenIssuer(std::shared_ptr<const KeyRing> keys, const Revocations& revocations,
                         TokenSettings settings)
    : state_(new State{KeyHolder(std::move(keys)), revocations, std::move(settings)}) {}

TokenIssuer::~TokenIssuer() = default;

void TokenIssuer::replaceKeys(std::shared_ptr<const KeyRing> keys) {
    state_->keys.set(std::move(keys));
}

IssuedToken TokenIssuer::issue(const TokenRequest& request) const {
    const auto lifetime =
        request.lifetime.count() == 0 ? state_->settings.lifetime : request.lifetime;
    check(request, lifetime);
    const std::int64_t issued_at_s = state_->revocations.issueTime(request.subject);
    IssuedToken issued{{}, newTokenId(), issued_at_s + lifetime.count()};

    std::string claims = "{";
    appendMember(claims, "sub", request.subject);
    claims += ",\"roles\":" + rolesText(request.roles);
    claims += ",\"exp\":" + std::to_string(issued.expires_at_s);
    claims += ",\"iat\":" + std::to_string(issued_at_s);
    appendMember(claims, "iss", state_->settings.issuer);
    appendMember(claims, "aud", state_->settings.audience);
    appendMember(claims, "jti", issued.token_id);
    if (!request.session_id.empty()) {
        appendMember(claims, "sid", request.session_id);
    }
    claims += '}';

    const std::shared_ptr<const KeyRing> keys = state_->keys.get();
    std::string header = R"({"alg":"RS256","typ":"JWT","kid":)";
    appendJsonString(header, keys->signingKeyId());
    header += '}';

    issued.token = base64UrlText(header) + "." + base64UrlText(claims);
    issued.token += "." + base64UrlText(keys->sign(issued.token));
    if (issued.token.size() > limits::kTokenSizeMax) {
        throw refused("it would be larger than " + std::to_string(limits::kTokenSizeMax) +
                      " bytes");
    }
    return issued;
}

}  // namespace mortise::identity
