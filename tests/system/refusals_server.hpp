// The server that the tests about bad input share.
#pragma once

#include "tests/support/accounts.hpp"
#include "tests/support/server.hpp"

namespace mortise::test {

/// With the plugin `sampler` beside the real ones.
Server& refusalsServer();

/// Somebody who may call what needs a user. Logged in once.
const Account& refusedUser();

}  // namespace mortise::test
