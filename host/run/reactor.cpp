#include "run/reactor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "limits.hpp"
#include "run/thread_kind.hpp"
#include "run/thread_name.hpp"
#include "run/timer_queue.hpp"

namespace mortise::run {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kEventCountMax = 256;
constinit thread_local Reactor* current_reactor = nullptr;

Error systemError(const char* what) {
    return Error::internal(std::string(what) + ": " +
                           std::error_code(errno, std::generic_category()).message());
}

}  // namespace

// Who reads events of a descriptor. `turn` changes with every watch, so an event reported for an earlier owner of the same
// descriptor number is recognised and dropped.
struct Watch {
    EventHandler* handler = nullptr;
    std::uint32_t turn = 0;
};

struct Reactor::State {
    unsigned index = 0;
    std::string thread_name;
    UniqueFd epoll;
    UniqueFd wake;
    std::thread thread;
    bool stopped = false;  // Touched by the thread that owns the reactor only.

    Mailbox mailbox;
    // True while the loop may be asleep. seq_cst together with the mailbox: either the poster sees the flag and wakes, or the
    // loop sees the work and does not sleep.
    std::atomic<bool> sleeps{false};
    std::atomic<bool> stop_requested{false};

    TimerQueue timers;
    std::vector<Watch> watches;  // By descriptor number.
    std::array<epoll_event, kEventCountMax> events{};
    Clock::time_point now{};

    // Read by the watchdog; relaxed, because nothing else hangs on them.
    std::atomic<std::uint64_t> passes{0};
    std::atomic<Clock::rep> busy_since{0};
    std::atomic<const char*> activity{nullptr};

    void loop();
    void pass();
    int sleepTime() const noexcept;
    int wait() noexcept;
    void runPosted() noexcept;
    void runEvents(int count) noexcept;
    void runTimers() noexcept;
    void control(int operation, int fd, std::uint32_t events, EventHandler& handler);
};

void Reactor::State::loop() {
    nameThread(thread_name);
    setThreadKind(ThreadKind::Reactor);
    while (!stop_requested.load(std::memory_order_acquire)) {
        pass();
    }
    runPosted();
    busy_since.store(0, std::memory_order_relaxed);
}

void Reactor::State::pass() {
    const int count = wait();
    now = Clock::now();
    busy_since.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    runEvents(count);
    runTimers();
    runPosted();
    passes.fetch_add(1, std::memory_order_relaxed);
}

// Milliseconds until the soonest timer, rounded up: waking early would spin.
int Reactor::State::sleepTime() const noexcept {
    if (timers.isEmpty()) {
        return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers.soonest() - Clock::now());
    constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongest).count());
}

int Reactor::State::wait() noexcept {
    int timeout = 0;
    if (mailbox.isEmpty()) {
        sleeps.store(true, std::memory_order_seq_cst);
        if (mailbox.isEmpty() && !stop_requested.load(std::memory_order_seq_cst)) {
            timeout = sleepTime();
            busy_since.store(0, std::memory_order_relaxed);
        }
    }
    const int count =
        ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), timeout);
    sleeps.store(false, std::memory_order_relaxed);
    MORTISE_ASSERT(count >= 0 || errno == EINTR, "epoll_wait failed");
    return count < 0 ? 0 : count;
}

void Reactor::State::runEvents(int count) noexcept {
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const auto fd = static_cast<std::size_t>(event.data.u64 & 0xffffffffU);
        if (static_cast<int>(fd) == wake.get()) {
            continue;  // Edge triggered: every write is reported once, so its counter is never read.
        }
        const Watch& watch = watches[fd];
        if (watch.handler != nullptr && watch.turn == event.data.u64 >> 32) {
            watch.handler->onEvents(event.events);
        }
    }
}

void Reactor::State::runTimers() noexcept {
    // The budget keeps timers that arm themselves again for a time already past from shutting out events.
    std::size_t budget = kEventCountMax;
    while (budget-- > 0) {
        Timer* timer = timers.popDue(now);
        if (timer == nullptr) {
            return;
        }
        timer->onTimer();
    }
}

void Reactor::State::runPosted() noexcept {
    // What the works post themselves waits for the next pass, so that two works posting each other cannot shut out events.
    WorkQueue works = mailbox.takeAll();
    while (Work* work = works.pop()) {
        work->run();
    }
}

void Reactor::State::control(int operation, int fd, std::uint32_t wanted, EventHandler& handler) {
    MORTISE_ASSERT(fd >= 0, "watching no descriptor");
    const auto place = static_cast<std::size_t>(fd);
    if (place >= watches.size()) {
        watches.resize(std::max(place + 1, watches.size() * 2));
    }
    const std::uint32_t turn = watches[place].turn + (operation == EPOLL_CTL_ADD ? 1 : 0);
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = (std::uint64_t{turn} << 32) | static_cast<std::uint32_t>(fd);
    if (::epoll_ctl(epoll.get(), operation, fd, &event) != 0) {
        throw systemError("could not watch a descriptor");
    }
    watches[place] = Watch{&handler, turn};
}

Timer::~Timer() {
    if (reactor_ != nullptr) {
        reactor_->disarm(*this);
    }
}

Reactor::Reactor(unsigned index, std::string thread_name) : state_(std::make_unique<State>()) {
    state_->index = index;
    state_->thread_name =
        thread_name.empty() ? "reactor-" + std::to_string(index) : std::move(thread_name);
    state_->epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
    state_->wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state_->epoll || !state_->wake) {
        throw systemError("could not create a reactor");
    }
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = static_cast<std::uint32_t>(state_->wake.get());
    if (::epoll_ctl(state_->epoll.get(), EPOLL_CTL_ADD, state_->wake.get(), &event) != 0) {
        throw systemError("could not create a reactor");
    }
    state_->now = Clock::now();
}

Reactor::~Reactor() {
    stop();
    Reactor* const before = std::exchange(current_reactor, this);
    while (!state_->mailbox.isEmpty()) {
        state_->runPosted();
    }
    state_->timers.clear();
    current_reactor = before;
}

void Reactor::start() {
    MORTISE_ASSERT(!state_->thread.joinable() && !state_->stopped, "a reactor starts once");
    state_->thread = std::thread([this] {
        current_reactor = this;
        state_->loop();
        current_reactor = nullptr;
    });
}

void Reactor::stop() {
    state_->stopped = true;
    if (!state_->thread.joinable()) {
        return;
    }
    MORTISE_ASSERT(!isCurrent(), "a reactor cannot join itself");
    state_->stop_requested.store(true, std::memory_order_seq_cst);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = ::write(state_->wake.get(), &one, sizeof one);
    state_->thread.join();
}

unsigned Reactor::index() const noexcept {
    return state_->index;
}

Reactor* Reactor::current() noexcept {
    return current_reactor;
}

void Reactor::post(std::unique_ptr<Work> work) noexcept {
    post(*work.release());
}

void Reactor::post(Work& work) noexcept {
    // Read first: once pushed, the work may run, and with it may go whoever posts.
    State& state = *state_;
    const bool here = isCurrent();
    state.mailbox.push(work);
    // The exchange makes one poster of many write to the descriptor.
    if (!here && state.sleeps.load(std::memory_order_seq_cst) &&
        state.sleeps.exchange(false, std::memory_order_seq_cst)) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto put = ::write(state.wake.get(), &one, sizeof one);
    }
}

void Reactor::watch(int fd, std::uint32_t epoll_events, EventHandler& handler) {
    state_->control(EPOLL_CTL_ADD, fd, epoll_events, handler);
}

void Reactor::rewatch(int fd, std::uint32_t epoll_events, EventHandler& handler) {
    state_->control(EPOLL_CTL_MOD, fd, epoll_events, handler);
}

void Reactor::unwatch(int fd) noexcept {
    const auto place = static_cast<std::size_t>(fd);
    if (fd < 0 || place >= state_->watches.size() || state_->watches[place].handler == nullptr) {
        return;
    }
    state_->watches[place].handler = nullptr;
    ::epoll_ctl(state_->epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Reactor::arm(Timer& timer, std::chrono::steady_clock::time_point due) {
    state_->timers.put(*this, timer, due);
}

void Reactor::disarm(Timer& timer) noexcept {
    if (timer.reactor_ == nullptr) {
        return;
    }
    MORTISE_ASSERT(timer.reactor_ == this, "a timer is disarmed on the wrong reactor");
    MORTISE_ASSERT(isCurrent() || !state_->thread.joinable(),
                   "a timer is disarmed outside its reactor's thread");
    state_->timers.remove(timer);
}

std::chrono::steady_clock::time_point Reactor::now() const noexcept {
    return state_->now;
}

std::uint64_t Reactor::passCount() const noexcept {
    return state_->passes.load(std::memory_order_relaxed);
}

void Reactor::setActivity(const char* interned_text) noexcept {
    // release: whoever reads the pointer reads the text behind it.
    state_->activity.store(interned_text, std::memory_order_release);
}

const char* Reactor::activity() const noexcept {
    const char* text = state_->activity.load(std::memory_order_acquire);
    return text == nullptr ? "" : text;
}

std::chrono::steady_clock::time_point Reactor::busySince() const noexcept {
    return Clock::time_point(Clock::duration(state_->busy_since.load(std::memory_order_relaxed)));
}

bool Reactor::isStalled() const noexcept {
    const auto since = busySince();
    return since != Clock::time_point{} && Clock::now() - since > limits::kReactorPatience;
}

}  // namespace mortise::run
