#include "identity/keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/json_text.hpp"
#include "identity/digest.hpp"
#include "identity/json_object.hpp"
#include "identity/openssl_handles.hpp"
#include "limits.hpp"

namespace mortise::identity {

namespace {

// RFC 7518 section 3.3 asks for 2048 bits or more; far larger ones make every request slow.
constexpr int kKeyBitsMin = 2048;
constexpr int kKeyBitsMax = 8192;
constexpr const char* kKeyFile = "token-key.pem";

struct Key {
    std::string id;
    KeyPointer key;
    std::string modulus;  // base64url, big endian, as in a JWK.
    std::string exponent;
    bool can_sign = false;
};

Error unusable(const std::string& which, const std::string& reason) {
    return Error(500, "KEYS_INVALID", "could not use signing key " + which + ": " + reason);
}

// Never asks for a passphrase: a server has nobody to answer.
int refusePassphrase(char*, int, int, void*) {
    return 0;
}

std::string publicNumber(const EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    MORTISE_ASSERT(EVP_PKEY_get_bn_param(key, name, &number) == 1,
                   "an RSA key has no public numbers");
    const NumberPointer owner(number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    return base64UrlText(bytes);
}

// RFC 7638: the digest of the key's required members in the order of their names.
std::string thumbprintOf(const Key& key) {
    const std::string members =
        "{\"e\":\"" + key.exponent + "\",\"kty\":\"RSA\",\"n\":\"" + key.modulus + "\"}";
    const Digest digest = sha256(members);
    return base64UrlText({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Key readKey(const std::string& pem, std::string id, const std::string& which) {
    Key key{std::move(id), nullptr, {}, {}, true};
    const BioPointer bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    key.key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, refusePassphrase, nullptr));
    if (!key.key) {
        // A retired key may be kept with its public half only.
        key.can_sign = false;
        ERR_clear_error();
        const BioPointer again(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
        key.key.reset(PEM_read_bio_PUBKEY(again.get(), nullptr, refusePassphrase, nullptr));
    }
    if (!key.key) {
        throw unusable(which, "not a PEM key without passphrase (" + opensslReason() + ")");
    }
    const int bits = EVP_PKEY_get_bits(key.key.get());
    if (EVP_PKEY_get_base_id(key.key.get()) != EVP_PKEY_RSA || bits < kKeyBitsMin ||
        bits > kKeyBitsMax) {
        throw unusable(which, "not an RSA key of " + std::to_string(kKeyBitsMin) + " to " +
                                  std::to_string(kKeyBitsMax) + " bits");
    }
    key.modulus = publicNumber(key.key.get(), OSSL_PKEY_PARAM_RSA_N);
    key.exponent = publicNumber(key.key.get(), OSSL_PKEY_PARAM_RSA_E);
    if (key.id.empty()) {
        key.id = thumbprintOf(key);
    }
    return key;
}

std::vector<Key> readKeyList(const std::string& json) {
    const auto objects = JsonObject::parseArray(json, limits::kSigningKeyCountMax);
    if (!objects || objects->empty()) {
        throw Error(500, "KEYS_INVALID",
                    "identity.keys is no JSON list of 1 to " +
                        std::to_string(limits::kSigningKeyCountMax) +
                        " objects {\"kid\", \"key\"}");
    }
    std::vector<Key> keys;
    for (const JsonObject& object : *objects) {
        const std::string which = "number " + std::to_string(keys.size() + 1);
        const auto* id = object.find<std::string>("kid");
        const auto* pem = object.find<std::string>("key");
        if (pem == nullptr || (id == nullptr && object.has("kid")) ||
            (id != nullptr && id->size() > limits::kTokenTextSizeMax)) {
            throw unusable(which, "it needs a text \"key\" and may have a text \"kid\"");
        }
        keys.push_back(readKey(*pem, id == nullptr ? std::string() : *id, which));
        const bool repeated = std::any_of(keys.begin(), keys.end() - 1, [&](const Key& other) {
            return other.id == keys.back().id;
        });
        if (repeated) {
            throw unusable(which, "its kid is that of another key");
        }
    }
    if (!keys.front().can_sign) {
        throw unusable("number 1", "it has no private half and so cannot sign");
    }
    return keys;
}

std::string generatePem() {
    const KeyPointer key(EVP_RSA_gen(kKeyBitsMin));
    const BioPointer bio(BIO_new(BIO_s_secmem()));
    char* data = nullptr;
    long size = 0;
    if (key && bio &&
        PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
            1) {
        size = BIO_get_mem_data(bio.get(), &data);
    }
    if (size <= 0) {
        throw Error::internal("could not make a signing key: " + opensslReason());
    }
    return {data, static_cast<std::size_t>(size)};
}

Key readOrMakeKey(const KeySettings& settings) {
    const std::filesystem::path path = settings.directory / kKeyFile;
    if (!std::filesystem::exists(path)) {
        if (!settings.may_generate) {
            throw Error(500, "KEYS_INVALID",
                        "no signing key: set identity.keys (APP_IDENTITY_KEYS_FILE)");
        }
        makeDirectory(settings.directory, 0700);
        // When two hosts start at once the second one finds and uses the key of the first.
        static_cast<void>(createFileAtomically(path, generatePem(), 0600));
    }
    return readKey(readFile(path, limits::kKeyFileSizeMax), {}, "\"" + path.string() + "\"");
}

std::string jwksOf(const std::vector<Key>& keys) {
    std::string out = "{\"keys\":[";
    for (const Key& key : keys) {
        out += &key == &keys.front() ? "" : ",";
        out += R"({"kty":"RSA","use":"sig","alg":"RS256","kid":)";
        appendJsonString(out, key.id);
        out += ",\"n\":\"" + key.modulus + "\",\"e\":\"" + key.exponent + "\"}";
    }
    return out + "]}";
}

}  // namespace

struct KeyRing::State {
    std::vector<Key> keys;
    std::string jwks;
};

KeyRing::KeyRing(std::unique_ptr<State> state) : state_(std::move(state)) {}

KeyRing::~KeyRing() = default;

std::shared_ptr<const KeyRing> KeyRing::load(const KeySettings& settings) {
    auto state = std::make_unique<State>();
    if (settings.keys_json.empty()) {
        state->keys.push_back(readOrMakeKey(settings));
    } else {
        state->keys = readKeyList(settings.keys_json);
    }
    if (!state->keys.front().can_sign) {
        throw unusable("number 1", "it has no private half and so cannot sign");
    }
    state->jwks = jwksOf(state->keys);
    return std::shared_ptr<const KeyRing>(new KeyRing(std::move(state)));
}

const std::string& KeyRing::signingKeyId() const noexcept {
    return state_->keys.front().id;
}

const std::string& KeyRing::jwks() const noexcept {
    return state_->jwks;
}

std::string KeyRing::sign(std::string_view input) const {
    EVP_PKEY* key = state_->keys.front().key.get();
    const DigestContext context(EVP_MD_CTX_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t size = signature.size();
    // PKCS #1 v1.5 padding is the default of an RSA key.
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes, input.size()) != 1) {
        throw Error::internal("could not sign a token: " + opensslReason());
    }
    signature.resize(size);
    return signature;
}

bool KeyRing::isSignedBy(std::string_view key_id, std::string_view input,
                         std::string_view signature) const noexcept {
    const auto found = std::find_if(state_->keys.begin(), state_->keys.end(),
                                    [&](const Key& key) { return key.id == key_id; });
    if (found == state_->keys.end()) {
        return false;
    }
    const DigestContext context(EVP_MD_CTX_new());
    const bool valid =
        context &&
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, found->key.get()) ==
            1 &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                         signature.size(), reinterpret_cast<const unsigned char*>(input.data()),
                         input.size()) == 1;
    if (!valid) {
        ERR_clear_error();  // A forged token must not leave its trace in what the thread does next.
    }
    return valid;
}

}  // namespace mortise::identity
