#include "identity/digest.hpp"

#include "base/encoding.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::identity;

namespace {

std::string hexOf(const Digest& digest) {
    return hexText({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

TEST_CASE("SHA-256 gives the vectors of FIPS 180") {
    CHECK(hexOf(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hexOf(sha256("abc")) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("HMAC-SHA-256 gives the vectors of RFC 4231") {
    CHECK(hexOf(hmacSha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hexOf(hmacSha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a signature belongs to its plugin, its text and the host's secret") {
    const PluginSigner signer("secret");
    const PluginSigner other("Secret");
    CHECK(signer.sign("users", "text") == signer.sign("users", "text"));
    CHECK(signer.sign("users", "text") != signer.sign("jobs", "text"));
    CHECK(signer.sign("users", "text") != signer.sign("users", "text2"));
    CHECK(signer.sign("users", "text") != other.sign("users", "text"));
    CHECK(signer.sign("users", "text") != hmacSha256("secret", "text"));
}
