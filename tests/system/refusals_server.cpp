#include "tests/system/refusals_server.hpp"

namespace mortise::test {

namespace {

struct Shared {
    Shared() { server.apply(testPluginFile("sampler")); }
    Server server{
        {.settings = {"--http.body_size_max_bytes=65536", "--server.header_deadline_ms=1500",
                      "--server.body_deadline_ms=1500"}}};
};

Account newUser() {
    HttpClient client = refusalsServer().client();
    return registerAccount(client);
}

}  // namespace

Server& refusalsServer() {
    static Shared shared;
    return shared.server;
}

const Account& refusedUser() {
    static const Account account = newUser();
    return account;
}

}  // namespace mortise::test
