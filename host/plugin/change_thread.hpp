// ChangeThread: the thread on which plugin code runs while a plugin is changed, watched by the thread that asked for the change.
//
// Problem: configure, prepare, stop and the constructors behind dlopen are other people's code; they may hang.
// Choice:  they run on a thread of their own; whoever asked waits until a deadline. A thread that does not come back is abandoned:
//          it is detached and keeps alive, through what its body holds, everything it may still touch. The next body gets a new
//          thread.
// Guarantee: run() returns by its deadline, whatever the body does.
// Missing on purpose: killing the thread; nothing is safe after that.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace mortise::plugin {

class ChangeThread {
public:
    /// The thread starts with the first run().
    ChangeThread() = default;
    ~ChangeThread();
    ChangeThread(const ChangeThread&) = delete;
    ChangeThread& operator=(const ChangeThread&) = delete;

    /// Runs `body` and waits. False: the deadline came first, the thread is abandoned, and `body` must own all it touches.
    /// `body` must not throw. One caller at a time.
    [[nodiscard]] bool run(std::function<void()> body,
                           std::chrono::steady_clock::time_point deadline);

    /// Of the operating system; 0 before the first run() and after an abandoned one.
    int threadId() const;

private:
    struct Mailbox;
    void start();
    void end() noexcept;

    std::shared_ptr<Mailbox> mailbox_;  // Shared with the thread, which may outlive this object.
};

}  // namespace mortise::plugin
