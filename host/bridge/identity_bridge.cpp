// "mortise.identity/1": tokens, revocation and cryptography, with the grants of the manifest enforced.
#include <cstring>

#include "base/random.hpp"
#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "identity/digest.hpp"
#include "identity/passwords.hpp"
#include "identity/revocations.hpp"
#include "identity/tokens.hpp"
#include "plugin/generation.hpp"

namespace mortise::bridge {
namespace {

constexpr std::uint64_t kRandomSizeMax = 1024;

mortise_status noService(mortise_error* error) {
    return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "not available outside a running host");
}

bool mayIdentity(const Context& context, std::string_view word) {
    return context.instance().generation().manifest().hasIdentityGrant(word);
}

mortise_status denied(mortise_error* error, std::string_view grant) {
    return fail(error, MORTISE_DENIED, "DENIED",
                "the manifest does not ask for the grant \"" + std::string(grant) + "\"");
}

mortise_status fill(mortise_buffer* buffer, std::string_view text, mortise_error* error) {
    if (buffer == nullptr) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", "no buffer");
    }
    buffer->size = text.size();
    if (text.size() > buffer->capacity) {
        return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the buffer is too small");
    }
    std::memcpy(buffer->data, text.data(), text.size());
    return MORTISE_OK;
}

mortise_status hashPassword(mortise_context* raw, mortise_str password, mortise_buffer* hash,
                            mortise_error* error) {
    return guarded(error, [&] {
        Context& context = Context::of(raw);
        if (!context.instance().isServing()) {
            return noService(error);
        }
        Services& services = context.instance().services();
        return fill(hash,
                    services.passwords.hash(viewOf(password),
                                            context.deadlineOr(services.request_deadline)),
                    error);
    });
}

mortise_status verifyPassword(mortise_context* raw, mortise_str password, mortise_str hash,
                              std::uint32_t* result, mortise_error* error) {
    return guarded(error, [&] {
        Context& context = Context::of(raw);
        if (!context.instance().isServing()) {
            return noService(error);
        }
        Services& services = context.instance().services();
        *result = static_cast<std::uint32_t>(services.passwords.verify(
            viewOf(password), viewOf(hash), context.deadlineOr(services.request_deadline)));
        return MORTISE_OK;
    });
}

mortise_status issueToken(mortise_context* raw, const mortise_token_request* request,
                          mortise_buffer* token, std::int64_t* expires_at_s, mortise_error* error) {
    return guarded(error, [&] {
        Context& context = Context::of(raw);
        if (!mayIdentity(context, "issue")) {
            return denied(error, "identity.issue");
        }
        if (!context.instance().isServing()) {
            return noService(error);
        }
        std::vector<std::string_view> roles;
        for (std::uint32_t at = 0; at < request->role_count; ++at) {
            roles.push_back(viewOf(request->roles[at]));
        }
        const identity::IssuedToken issued = context.instance().services().tokens.issue(
            {viewOf(request->subject), viewOf(request->session_id), roles,
             std::chrono::seconds(request->lifetime_s)});
        *expires_at_s = issued.expires_at_s;
        return fill(token, issued.token, error);
    });
}

template <typename Revoke>
mortise_status revoke(mortise_context* raw, mortise_error* error, Revoke revoke_in) {
    return guarded(error, [&] {
        Context& context = Context::of(raw);
        if (!mayIdentity(context, "revoke")) {
            return denied(error, "identity.revoke");
        }
        if (!context.instance().isServing()) {
            return noService(error);
        }
        if (!revoke_in(context.instance().services().revocations)) {
            return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the list of revocations is full");
        }
        return MORTISE_OK;
    });
}

mortise_status revokeToken(mortise_context* context, mortise_str token_id,
                           std::int64_t expires_at_s, mortise_error* error) {
    return revoke(context, error, [&](identity::Revocations& list) {
        return list.revokeToken(viewOf(token_id), expires_at_s);
    });
}

mortise_status revokeSession(mortise_context* context, mortise_str session_id, std::int64_t until_s,
                             mortise_error* error) {
    return revoke(context, error, [&](identity::Revocations& list) {
        return list.revokeSession(viewOf(session_id), until_s);
    });
}

mortise_status revokeSubject(mortise_context* context, mortise_str subject, std::int64_t until_s,
                             mortise_error* error) {
    return revoke(context, error, [&](identity::Revocations& list) {
        return list.revokeSubject(viewOf(subject), until_s);
    });
}

mortise_status randomBytes(std::uint8_t* data, std::uint64_t size, mortise_error* error) {
    return guarded(error, [&] {
        if (size > kRandomSizeMax) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "at most 1024 random bytes at once");
        }
        fillRandom({data, static_cast<std::size_t>(size)});
        return MORTISE_OK;
    });
}

mortise_status sha256(mortise_bytes input, std::uint8_t* digest, mortise_error* error) {
    return guarded(error, [&] {
        const identity::Digest made = identity::sha256(viewOf(input));
        std::memcpy(digest, made.data(), made.size());
        return MORTISE_OK;
    });
}

mortise_status sign(const mortise_host* host, mortise_bytes input, std::uint8_t* digest,
                    mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (!instance.isServing()) {
            return noService(error);
        }
        const identity::Digest made =
            instance.services().signer.sign(instance.pluginName(), viewOf(input));
        std::memcpy(digest, made.data(), made.size());
        return MORTISE_OK;
    });
}

}  // namespace

const mortise_identity& identityTable() noexcept {
    static constexpr mortise_identity kTable{
        sizeof(mortise_identity),
        0,
        kOnThread<"mortise_identity.hash_password", ThreadTag::Request, hashPassword>,
        kOnThread<"mortise_identity.verify_password", ThreadTag::Request, verifyPassword>,
        issueToken,
        revokeToken,
        revokeSession,
        revokeSubject,
        randomBytes,
        sha256,
        sign};
    return kTable;
}

}  // namespace mortise::bridge
