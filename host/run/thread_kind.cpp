#include "run/thread_kind.hpp"

namespace mortise::run {
namespace {

thread_local ThreadKind kind_of_thread = ThreadKind::Other;

}  // namespace

ThreadKind threadKind() noexcept {
    return kind_of_thread;
}

void setThreadKind(ThreadKind kind) noexcept {
    kind_of_thread = kind;
}

}  // namespace mortise::run
