#include "run/thread_name.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>

namespace mortise::run {

void nameThread(std::string_view name) noexcept {
    std::array<char, 16> text{};
    std::copy_n(name.begin(), std::min(name.size(), text.size() - 1), text.begin());
    pthread_setname_np(pthread_self(), text.data());
}

}  // namespace mortise::run
