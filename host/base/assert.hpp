// MORTISE_ASSERT: what must hold whatever the world does. On in release too: a host that goes on with a broken invariant
// would corrupt another team's requests, so it says where and aborts.
#pragma once

namespace mortise {

[[noreturn]] void assertionFailed(const char* condition, const char* file, int line,
                                  const char* reason) noexcept;

}  // namespace mortise

#define MORTISE_ASSERT(condition, reason)                                       \
    do {                                                                        \
        if (!(condition)) [[unlikely]] {                                        \
            ::mortise::assertionFailed(#condition, __FILE__, __LINE__, reason); \
        }                                                                       \
    } while (false)
