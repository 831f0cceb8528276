#include "bridge/thread_tags.hpp"

#include <pthread.h>

#include <string>

#include "base/assert.hpp"
#include "run/thread_kind.hpp"

namespace mortise::bridge {
namespace {

using run::ThreadKind;

bool isAllowed(ThreadTag tag, ThreadKind kind) noexcept {
    switch (tag) {
        case ThreadTag::Control:
            return kind == ThreadKind::Control || kind == ThreadKind::Other;
        case ThreadTag::Request:
        case ThreadTag::ControlOrRequest:
            // prepare() and stop() are units of work too: what may block may do so there.
            return kind != ThreadKind::Reactor;
        case ThreadTag::Reactor:
            return kind == ThreadKind::Reactor;
        case ThreadTag::RequestOrReactor:
            break;
    }
    return kind != ThreadKind::Control;
}

const char* textOf(ThreadTag tag) noexcept {
    switch (tag) {
        case ThreadTag::Control:
            return "[control]";
        case ThreadTag::Request:
            return "[request]";
        case ThreadTag::Reactor:
            return "[reactor]";
        case ThreadTag::ControlOrRequest:
            return "[control] [request]";
        case ThreadTag::RequestOrReactor:
            break;
    }
    return "[request] [reactor]";
}

const char* textOf(ThreadKind kind) noexcept {
    switch (kind) {
        case ThreadKind::Control:
            return "a control thread";
        case ThreadKind::Request:
            return "a request thread";
        case ThreadKind::Reactor:
            return "a reactor";
        case ThreadKind::Other:
            break;
    }
    return "neither a reactor nor a thread for handlers";
}

}  // namespace

void requireThread(ThreadTag tag, std::string_view function) noexcept {
    const ThreadKind kind = run::threadKind();
    if (isAllowed(tag, kind)) {
        return;
    }
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    const std::string reason = std::string(function) + " is " + textOf(tag) +
                               " and was called on thread \"" + name.data() + "\", which is " +
                               textOf(kind);
    assertionFailed("thread tag", __FILE__, __LINE__, reason.c_str());
}

}  // namespace mortise::bridge
