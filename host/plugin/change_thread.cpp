#include "plugin/change_thread.hpp"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/assert.hpp"
#include "run/thread_kind.hpp"
#include "run/thread_name.hpp"

namespace mortise::plugin {

struct ChangeThread::Mailbox {
    std::mutex mutex;  // Guards all below.
    std::condition_variable changed;
    std::function<void()> body;
    bool is_running = false;
    bool is_ending = false;
    int id = 0;
    std::thread thread;  // Touched by the owner of the ChangeThread only.

    static void loop(const std::shared_ptr<Mailbox>& mailbox) {
        run::nameThread("mz-change");
        run::setThreadKind(run::ThreadKind::Control);
        std::unique_lock lock(mailbox->mutex);
        mailbox->id = ::gettid();
        while (true) {
            mailbox->changed.wait(lock, [&] { return mailbox->body || mailbox->is_ending; });
            if (!mailbox->body) {
                return;
            }
            std::function<void()> body = std::move(mailbox->body);
            mailbox->body = nullptr;
            lock.unlock();
            body();
            body = nullptr;  // What it owns goes before the caller is told.
            lock.lock();
            mailbox->is_running = false;
            mailbox->changed.notify_all();
        }
    }
};

ChangeThread::~ChangeThread() {
    end();
}

void ChangeThread::start() {
    mailbox_ = std::make_shared<Mailbox>();
    mailbox_->thread = std::thread([mailbox = mailbox_] { Mailbox::loop(mailbox); });
}

int ChangeThread::threadId() const {
    if (!mailbox_) {
        return 0;
    }
    std::lock_guard lock(mailbox_->mutex);
    return mailbox_->id;
}

void ChangeThread::end() noexcept {
    if (!mailbox_) {
        return;
    }
    {
        std::lock_guard lock(mailbox_->mutex);
        mailbox_->is_ending = true;
        mailbox_->changed.notify_all();
    }
    mailbox_->thread.join();
    mailbox_.reset();
}

bool ChangeThread::run(std::function<void()> body, std::chrono::steady_clock::time_point deadline) {
    MORTISE_ASSERT(body, "there must be something to run");
    if (!mailbox_) {
        start();
    }
    std::unique_lock lock(mailbox_->mutex);
    mailbox_->body = std::move(body);
    mailbox_->is_running = true;
    mailbox_->changed.notify_all();
    if (mailbox_->changed.wait_until(lock, deadline, [&] { return !mailbox_->is_running; })) {
        return true;
    }
    // Abandoned: it ends by itself when its body returns after all.
    mailbox_->is_ending = true;
    lock.unlock();
    mailbox_->thread.detach();
    mailbox_.reset();
    return false;
}

}  // namespace mortise::plugin
