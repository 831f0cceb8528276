// The server that the tests of the API share. They disturb each other no more than users of one
// service do.
#pragma once

#include "tests/support/server.hpp"

namespace mortise::test {

inline Server& apiServer() {
    static Server server({.settings = {"--auth.refresh_grace_seconds=0"}});
    return server;
}

}  // namespace mortise::test
