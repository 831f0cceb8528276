// The table of mortise/testing.h, filled; the library exports a function that returns it.
#pragma once

#include "mortise/testing.h"

namespace mortise::testing {

const mortise_testing& table() noexcept;

}  // namespace mortise::testing
