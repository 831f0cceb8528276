#include "identity/keys.hpp"

#include <sys/stat.h>

#include <thread>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/identity/token_fixture.hpp"

using namespace mortise;
using namespace mortise::identity;
using namespace mortise::identity::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::size_t countOf(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("a key is made once, kept private and found again") {
    const mortise::testing::TemporaryDirectory directory;
    const KeySettings settings{.directory = directory.path() / "identity", .may_generate = true};
    const auto made = KeyRing::load(settings);
    const auto found = KeyRing::load({.directory = settings.directory});
    CHECK(made->signingKeyId() == found->signingKeyId());
    CHECK(found->isSignedBy(made->signingKeyId(), "text", made->sign("text")));
    struct stat status {};
    REQUIRE(::stat((settings.directory / "token-key.pem").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600);
    REQUIRE(::stat(settings.directory.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0700);
}

TEST_CASE("hosts that start together use one key") {
    const mortise::testing::TemporaryDirectory directory;
    const KeySettings settings{.directory = directory.path() / "identity", .may_generate = true};
    std::string ids[2];
    std::thread other([&] { ids[1] = KeyRing::load(settings)->signingKeyId(); });
    ids[0] = KeyRing::load(settings)->signingKeyId();
    other.join();
    CHECK(ids[0] == ids[1]);
}

TEST_CASE("without a key and the right to make one there is no ring") {
    const mortise::testing::TemporaryDirectory directory;
    CHECK_THROWS_WITH(KeyRing::load({.directory = directory.path()}),
                      ContainsSubstring("identity.keys"));
}

TEST_CASE("the first key signs and all verify") {
    const auto ring =
        ringOf("[" + keyJson("k1", firstPem()) + "," + keyJson("k2", secondPem()) + "]");
    const auto second = ringOf("[" + keyJson("k2", secondPem()) + "]");
    CHECK(ring->signingKeyId() == "k1");
    CHECK(ring->isSignedBy("k1", "text", ring->sign("text")));
    CHECK(ring->isSignedBy("k2", "text", second->sign("text")));
    CHECK_FALSE(ring->isSignedBy("k1", "text", second->sign("text")));
    CHECK_FALSE(ring->isSignedBy("k3", "text", ring->sign("text")));
    CHECK_FALSE(ring->isSignedBy("k1", "other", ring->sign("text")));
    CHECK_FALSE(ring->isSignedBy("k1", "text", ""));
}

TEST_CASE("a retired key may come as its public half and cannot sign") {
    const std::string retired = keyJson("k2", publicPemOf(secondPem()));
    const auto ring = ringOf("[" + keyJson("k1", firstPem()) + "," + retired + "]");
    const auto second = ringOf("[" + keyJson("k2", secondPem()) + "]");
    CHECK(ring->isSignedBy("k2", "text", second->sign("text")));
    CHECK_THROWS_WITH(ringOf("[" + retired + "]"), ContainsSubstring("cannot sign"));
}

TEST_CASE("the published set holds public numbers of all keys and nothing else") {
    const auto ring =
        ringOf("[" + keyJson("k1", firstPem()) + "," + keyJson("k\"2", secondPem()) + "]");
    const std::string& jwks = ring->jwks();
    CHECK_THAT(jwks, Catch::Matchers::StartsWith("{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\","
                                                 "\"alg\":\"RS256\",\"kid\":\"k1\",\"n\":\""));
    CHECK_THAT(jwks, ContainsSubstring("\"kid\":\"k\\\"2\"") &&
                         ContainsSubstring("\"e\":\"AQAB\"") && !ContainsSubstring("\"d\"") &&
                         !ContainsSubstring("PRIVATE"));
    CHECK(countOf(jwks, "\"kty\"") == 2);
}

TEST_CASE("a key without an id is named by its thumbprint") {
    const std::string list = "[{\"key\":" + jsonString(firstPem()) + "}]";
    CHECK(ringOf(list)->signingKeyId().size() == 43);
    CHECK(ringOf(list)->signingKeyId() == ringOf(list)->signingKeyId());
}

TEST_CASE("lists that cannot be used are refused without their content") {
    const std::string key = keyJson("k1", firstPem());
    std::string many = key;
    for (std::size_t i = 0; i < limits::kSigningKeyCountMax; ++i) {
        many += "," + key;
    }
    for (const std::string& list :
         {std::string("nonsense"), std::string("[]"), std::string("{}"), std::string("[1]"),
          std::string("[{}]"), "[" + key + "," + key + "]", "[" + many + "]", "[" + key + "] x",
          "[" + keyJson("k1", "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n") +
              "]",
          "[{\"kid\":5,\"key\":" + jsonString(firstPem()) + "}]",
          "[" + keyJson("k1", makePem(1024)) + "]"}) {
        try {
            ringOf(list);
            FAIL("the list was taken: " << list);
        } catch (const Error& error) {
            CHECK(error.code() == "KEYS_INVALID");
            CHECK_THAT(error.what(), !ContainsSubstring("hidden") && !ContainsSubstring("BEGIN"));
        }
    }
}
