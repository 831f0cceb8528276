// Exports a GNU unique symbol: the dynamic linker never unmaps such a library.
#include "frame.inc"

template <typename T>
struct __attribute__((visibility("default"))) Unique {
    static int value;
};
template <typename T>
int Unique<T>::value = 1;

static void touch(void*) {
    Unique<int>::value += 1;
}
#undef ROGUE_ACTIVATE
#define ROGUE_ACTIVATE touch
#include "frame_entry.inc"
