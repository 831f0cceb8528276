// The one function libmortise-testing exports.
#include "testing/table.hpp"

extern "C" const mortise_testing* mortise_testing_v1(void) {
    return &mortise::testing::table();
}
