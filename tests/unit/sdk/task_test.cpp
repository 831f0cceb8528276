// Coroutines of the SDK: order, errors, and what happens to frames. Meant to run with the address sanitizer too.
#include "mortise/task.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>

#include "tests/support/catch.hpp"

using mortise::Task;
using mortise::whenAll;

namespace {

/// Something that completes later, when the test says so, as the host does.
class Later {
public:
    struct Awaiter {
        Later& later;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) const {
            later.waiters_.push_back(waiter);
        }
        int await_resume() const noexcept { return 5; }
    };
    Awaiter wait() { return Awaiter{*this}; }

    /// Resumes everything that waits, and what waits because of it.
    void complete() {
        while (!waiters_.empty()) {
            const auto waiter = waiters_.back();
            waiters_.pop_back();
            waiter.resume();
        }
    }
    std::size_t waiting() const { return waiters_.size(); }

private:
    std::vector<std::coroutine_handle<>> waiters_;
};

struct End {
    std::function<void()>* tell;
    void operator()() const { (*tell)(); }
};

/// Runs a task to its end and keeps what became of it.
template <class T>
class Outcome {
public:
    explicit Outcome(Task<T> task) {
        tell_ = [this] { is_done = true; };
        run(std::move(task), *this);
    }
    Outcome(const Outcome&) = delete;
    Outcome& operator=(const Outcome&) = delete;

    bool is_done = false;
    std::optional<mortise::detail::NonVoid<T>> value;
    std::string error;

private:
    static mortise::detail::Detached<End> run(Task<T> task, Outcome& self) {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(task);
                self.value.emplace();
            } else {
                self.value = co_await std::move(task);
            }
        } catch (const std::exception& thrown) {
            self.error = thrown.what();
        }
        const End end{&self.tell_};
        co_return end;
    }

    std::function<void()> tell_;
};

Task<int> number(int value) {
    co_return value;
}

Task<int> laterPlus(Later& later, int value) {
    const int waited = co_await later.wait();
    co_return waited + value;
}

Task<int> throwing(std::string text) {
    throw std::runtime_error(text);
    co_return 0;
}

Task<int> throwingLater(Later& later, std::string text) {
    co_await later.wait();
    throw std::runtime_error(text);
}

Task<int> sum(int depth) {
    if (depth == 0) {
        co_return 0;
    }
    const int rest = co_await sum(depth - 1);
    co_return rest + 1;
}

Task<> setFlag(bool& flag) {
    flag = true;
    co_return;
}

}  // namespace

TEST_CASE("a task does not run before it is awaited") {
    bool flag = false;
    { const auto unused = setFlag(flag); }
    CHECK_FALSE(flag);
    const Outcome<void> outcome(setFlag(flag));
    CHECK(flag);
    CHECK(outcome.is_done);
}

TEST_CASE("a task yields the value of its coroutine through any depth") {
    const Outcome<int> outcome(sum(200));
    CHECK(outcome.value == 200);
}

TEST_CASE("a task that waits is done only when the host completes it") {
    Later later;
    const Outcome<int> outcome(laterPlus(later, 2));
    CHECK_FALSE(outcome.is_done);
    later.complete();
    CHECK(outcome.is_done);
    CHECK(outcome.value == 7);
}

TEST_CASE("an exception in a child appears at the await of its parent") {
    auto parent = []() -> Task<std::string> {
        try {
            const int never = co_await throwing("from the child");
            co_return std::to_string(never);
        } catch (const std::runtime_error& error) {
            co_return std::string("caught ") + error.what();
        }
    };
    const Outcome<std::string> outcome(parent());
    CHECK(outcome.value == "caught from the child");
}

TEST_CASE("an exception after a wait reaches the outermost coroutine") {
    Later later;
    const Outcome<int> outcome(throwingLater(later, "too late"));
    later.complete();
    CHECK(outcome.error == "too late");
    CHECK_FALSE(outcome.value);
}

TEST_CASE("everything in the frame is destroyed before the end is told") {
    Later later;
    auto token = std::make_shared<int>(1);
    std::weak_ptr<int> watch = token;
    bool was_gone = false;
    std::function<void()> tell = [&] { was_gone = watch.expired(); };
    auto body = [](Later& wait_for, std::shared_ptr<int> held,
                   std::function<void()>& told) -> mortise::detail::Detached<End> {
        co_await wait_for.wait();
        CHECK(held != nullptr);
        const End end{&told};
        co_return end;
    };
    body(later, std::move(token), tell);
    CHECK_FALSE(watch.expired());
    later.complete();
    CHECK(was_gone);
}

TEST_CASE("whenAll yields the values in the order of its arguments") {
    Later later;
    auto parent = [](Later& wait_for) -> Task<std::string> {
        bool flag = false;
        auto [first, second, third] =
            co_await whenAll(laterPlus(wait_for, 1), number(2), setFlag(flag));
        static_assert(std::is_same_v<decltype(third), std::monostate>);
        co_return std::to_string(first) + " " + std::to_string(second) + (flag ? " set" : "");
    };
    const Outcome<std::string> outcome(parent(later));
    CHECK_FALSE(outcome.is_done);
    later.complete();
    CHECK(outcome.value == "6 2 set");
}

TEST_CASE("whenAll starts all tasks before it waits") {
    Later later;
    auto parent = [](Later& wait_for) -> Task<int> {
        auto [first, second] = co_await whenAll(laterPlus(wait_for, 1), laterPlus(wait_for, 2));
        co_return first + second;
    };
    const Outcome<int> outcome(parent(later));
    CHECK(later.waiting() == 2);
    later.complete();
    CHECK(outcome.value == 13);
}

TEST_CASE("whenAll lets all tasks end before it throws the first error") {
    Later later;
    bool flag = false;
    auto slow = [](Later& wait_for, bool& done) -> Task<> {
        co_await wait_for.wait();
        done = true;
    };
    auto parent = [&]() -> Task<> {
        co_await whenAll(throwing("first"), slow(later, flag), throwing("second"));
    };
    const Outcome<void> outcome(parent());
    CHECK_FALSE(outcome.is_done);
    later.complete();
    CHECK(flag);
    CHECK(outcome.error == "first");
}

TEST_CASE("whenAll takes any number of tasks of one kind") {
    Later later;
    auto parent = [](Later& wait_for, int count) -> Task<std::size_t> {
        std::vector<Task<int>> tasks;
        for (int i = 0; i < count; ++i) {
            tasks.push_back(laterPlus(wait_for, i));
        }
        const std::vector<int> values = co_await whenAll(std::move(tasks));
        for (int i = 0; i < count; ++i) {
            CHECK(values[static_cast<std::size_t>(i)] == 5 + i);
        }
        co_return values.size();
    };
    const Outcome<std::size_t> none(parent(later, 0));
    CHECK(none.value == std::size_t{0});
    const Outcome<std::size_t> many(parent(later, 50));
    later.complete();
    CHECK(many.value == std::size_t{50});
}

TEST_CASE("a task moved elsewhere keeps its frame, and an unawaited one frees it") {
    auto token = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = token;
    auto holding = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; };
    {
        Task<int> first = holding(std::move(token));
        Task<int> second = std::move(first);
        first = number(3);
        CHECK_FALSE(watch.expired());
        const Outcome<int> outcome(std::move(second));
        CHECK(outcome.value == 1);
    }
    CHECK(watch.expired());
}

namespace {

/// Counts how many of it are at work at once, and in all.
struct Load {
    int running = 0;
    int running_max = 0;
    int started = 0;
};

/// Lives in the frame of a task and goes with it.
class Working {
public:
    explicit Working(Load& load) : load_(load) {
        ++load_.started;
        load_.running_max = std::max(load_.running_max, ++load_.running);
    }
    Working(const Working&) = delete;
    ~Working() { --load_.running; }

private:
    Load& load_;
};

Task<int> work(Later& later, Load& load, int number, bool fails) {
    const Working working(load);
    co_await later.wait();
    if (fails) {
        throw std::runtime_error("task " + std::to_string(number));
    }
    co_return number;
}

Task<std::vector<int>> workAll(Later& later, Load& load, int count, std::size_t running_max,
                               int first_failing) {
    std::vector<Task<int>> tasks;
    for (int i = 0; i < count; ++i) {
        tasks.push_back(work(later, load, i, i >= first_failing));
    }
    auto numbers = co_await whenAll(std::move(tasks), running_max);
    co_return numbers;
}

}  // namespace

TEST_CASE("a bounded whenAll runs no more tasks at a time and keeps their order") {
    const std::size_t running_max = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{100});
    Later later;
    Load load;
    const Outcome<std::vector<int>> outcome(workAll(later, load, 20, running_max, 20));
    CHECK(later.waiting() == std::min<std::size_t>(running_max, 20));
    later.complete();
    REQUIRE(outcome.is_done);
    REQUIRE(outcome.value->size() == 20);
    for (int i = 0; i < 20; ++i) {
        CHECK((*outcome.value)[static_cast<std::size_t>(i)] == i);
    }
    CHECK(load.running_max == static_cast<int>(std::min<std::size_t>(running_max, 20)));
    CHECK(load.running == 0);
}

TEST_CASE("a bounded whenAll starts nothing more after an error, and waits for what runs") {
    Later later;
    Load load;
    const Outcome<std::vector<int>> outcome(workAll(later, load, 20, 3, 2));
    CHECK(load.started == 3);
    later.complete();
    CHECK(outcome.is_done);
    CHECK(outcome.error == "task 2");
    CHECK(load.started < 20);
    CHECK(load.running == 0);
}

TEST_CASE("a bounded whenAll of nothing is done at once, and a bound of nothing is one") {
    Later later;
    Load load;
    const Outcome<std::vector<int>> none(workAll(later, load, 0, 5, 0));
    REQUIRE(none.is_done);
    CHECK(none.value->empty());
    const Outcome<std::vector<int>> some(workAll(later, load, 2, 0, 2));
    CHECK(later.waiting() == 1);
    later.complete();
    CHECK(some.value->size() == 2);
}

TEST_CASE("tasks without a value are bounded too") {
    bool first = false;
    bool second = false;
    auto parent = [](bool& one, bool& two) -> Task<std::size_t> {
        std::vector<Task<>> tasks;
        tasks.push_back(setFlag(one));
        tasks.push_back(setFlag(two));
        const auto done = co_await whenAll(std::move(tasks), 1);
        co_return done.size();
    };
    const Outcome<std::size_t> outcome(parent(first, second));
    CHECK(outcome.value == std::size_t{2});
    CHECK((first && second));
}

TEST_CASE("many tasks that never wait do not pile up on the stack") {
    auto parent = []() -> Task<int> {
        std::vector<Task<int>> tasks;
        for (int i = 0; i < 100'000; ++i) {
            tasks.push_back(number(1));
        }
        const std::vector<int> ones = co_await whenAll(std::move(tasks), 10);
        co_return std::accumulate(ones.begin(), ones.end(), 0);
    };
    const Outcome<int> outcome(parent());
    CHECK(outcome.value == 100'000);
}

TEST_CASE("an error of whenAll lets the frames of all tasks go") {
    Later later;
    Load load;
    auto parent = [](Later& wait_for, Load& shared) -> Task<> {
        co_await whenAll(work(wait_for, shared, 0, true), work(wait_for, shared, 1, false),
                         work(wait_for, shared, 2, true));
    };
    const Outcome<void> outcome(parent(later, load));
    CHECK(load.running == 3);
    later.complete();
    CHECK(outcome.error == "task 0");
    CHECK(load.running == 0);
}
