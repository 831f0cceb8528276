// Compiled into plugins that are built with libc++.
//
// Problem: libc++ keeps the state of exceptions per thread behind a key of thread-local storage, whose destructor the C library calls
//          when the thread ends. The threads are the host's, so that may be after the plugin was unmapped, and the call goes nowhere.
// Choice:  the two functions by which the library reaches that state, as the Itanium C++ ABI lays them down (section 2.2.2), over a
//          plain thread_local without destructor. Defined here they are taken instead of those in the archive.
#include <version>

#if defined(_LIBCPP_VERSION)

namespace __cxxabiv1 {

struct __cxa_eh_globals {
    void* caughtExceptions;
    unsigned int uncaughtExceptions;
};

namespace {
thread_local __cxa_eh_globals globals;
}

extern "C" {
__cxa_eh_globals* __cxa_get_globals() {
    return &globals;
}
__cxa_eh_globals* __cxa_get_globals_fast() {
    return &globals;
}
}

}  // namespace __cxxabiv1

#endif
