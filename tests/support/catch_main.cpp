#if __has_include(<catch2/catch_test_macros.hpp>)
// Version 3 brings its own main in Catch2::Catch2WithMain.
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
