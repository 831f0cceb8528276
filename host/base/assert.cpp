#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace mortise {

void assertionFailed(const char* condition, const char* file, int line,
                     const char* reason) noexcept {
    // The logger may be what is broken, so this is the one place that writes to stderr itself.
    static_cast<void>(std::fprintf(stderr, "assertion failed: %s (%s) at %s:%d\n", reason,
                                   condition, file, line));
    std::abort();
}

}  // namespace mortise
