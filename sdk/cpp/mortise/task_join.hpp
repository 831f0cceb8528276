// task_join: several tasks at once. Included by task.hpp.
//
//   auto [user, notes] = co_await whenAll(loadUser(id), db.all<Note>(kNotes, id));
//   auto pages = co_await whenAll(std::move(tasks));       all of a list at once
//   auto pages = co_await whenAll(std::move(tasks), 10);   at most ten of them at a time
//
// All of them run on the reactor of the request, piece by piece, so what they share needs no lock. Whatever happens, whenAll()
// goes on only when every task it started has ended: what a task refers to outlives it, and no frame is left behind. An error
// therefore waits for the others; what they wait for at the host ends at the deadline of the request at the latest, with
// CANCELLED or DEADLINE_EXCEEDED in each of them. Tasks that were not started yet never are.
#pragma once

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "mortise/task.hpp"

namespace mortise {

namespace detail {

/// Starts tasks one after the other and suspends the waiter until the last one is done. The waiter counts as one more
/// running task while it starts them, so that tasks which finish at once do not resume it too early.
template <class Start>
class JoinAwaiter {
public:
    JoinAwaiter(std::size_t count, Start start) : count_(count), start_(std::move(start)) {}
    bool await_ready() const noexcept { return count_ == 0; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        join_.waiter = waiter;
        join_.running = count_ + 1;
        start_(join_);
        return --join_.running != 0;
    }
    void await_resume() const noexcept {}

private:
    std::size_t count_;
    Start start_;
    Join join_;
};

template <class... T>
Task<std::tuple<NonVoid<T>...>> joinTasks(Task<T>... tasks) {
    auto start = [&](Join& join) { (tasks.startFor(join), ...); };
    JoinAwaiter<decltype(start)> all_done(sizeof...(T), start);
    co_await all_done;
    // Braces: the elements are taken from left to right, so the first error wins.
    std::tuple<NonVoid<T>...> values{takeNonVoid(tasks)...};
    co_return values;
}

template <class T>
concept Joinable = kIsTask<T> || requires(T& awaitable) {
    awaitable.await_resume();
};

template <class Awaitable>
using AwaitResult = decltype(std::declval<Awaitable&>().await_resume());

template <class Awaitable>
Task<AwaitResult<Awaitable>> asTask(Awaitable awaitable) {
    co_return co_await awaitable;
}

template <class T>
Task<T> asTask(Task<T> task) {
    return task;
}

}  // namespace detail

/// Awaits several tasks or other awaitables at once and yields a tuple of their values (std::monostate for void):
/// `auto [user, notes] = co_await whenAll(loadUser(id), db.all<Note>(kNotes, id));`. All of them run to their end; then
/// the first error, in the order of the arguments, is thrown.
template <detail::Joinable... Awaitables>
requires(sizeof...(Awaitables) > 0) auto whenAll(Awaitables... awaitables) {
    return detail::joinTasks(detail::asTask(std::move(awaitables))...);
}

/// As above for any number of tasks of one kind.
template <class T>
Task<std::vector<detail::NonVoid<T>>> whenAll(std::vector<Task<T>> tasks) {
    auto start = [&](detail::Join& join) {
        for (Task<T>& task : tasks) {
            task.startFor(join);
        }
    };
    detail::JoinAwaiter<decltype(start)> all_done(tasks.size(), start);
    co_await all_done;
    std::vector<detail::NonVoid<T>> values;
    values.reserve(tasks.size());
    for (Task<T>& task : tasks) {
        values.push_back(detail::takeNonVoid(task));
    }
    co_return values;
}

namespace detail {

/// What the lanes of a bounded whenAll() share.
template <class T>
struct BoundedJoin {
    explicit BoundedJoin(std::vector<Task<T>> all) : tasks(std::move(all)), values(tasks.size()) {}

    void keepError(std::size_t index) {
        if (!error || index < error_index) {
            error = std::current_exception();
            error_index = index;
        }
    }

    std::vector<Task<T>> tasks;
    std::vector<std::optional<NonVoid<T>>> values;
    std::size_t next = 0;
    std::exception_ptr error;
    std::size_t error_index = 0;
};

/// Runs one task after the other, until there is none left or one of any lane has failed.
template <class T>
Task<> runLane(BoundedJoin<T>& join) {
    while (join.next < join.tasks.size() && !join.error) {
        const std::size_t index = join.next++;
        // Moved out, so that its frame goes as soon as it is done.
        Task<T> task = std::move(join.tasks[index]);
        auto start = [&](Join& own) { task.startFor(own); };
        // Goes on here without a deeper stack when the task never waits.
        JoinAwaiter<decltype(start)> done(1, start);
        co_await done;
        try {
            join.values[index].emplace(takeNonVoid(task));
        } catch (...) {  // thrown again when all lanes have ended
            join.keepError(index);
        }
    }
}

}  // namespace detail

/// As above, at most `running_max` at a time. After an error none is started any more; the first error in the order of the list,
/// of those that ran, is thrown.
template <class T>
Task<std::vector<detail::NonVoid<T>>> whenAll(std::vector<Task<T>> tasks, std::size_t running_max) {
    detail::BoundedJoin<T> join(std::move(tasks));
    std::vector<Task<>> lanes;
    const std::size_t count = std::min(std::max<std::size_t>(running_max, 1), join.tasks.size());
    for (std::size_t i = 0; i < count; ++i) {
        lanes.push_back(detail::runLane(join));
    }
    co_await whenAll(std::move(lanes));
    if (join.error) {
        std::rethrow_exception(join.error);
    }
    std::vector<detail::NonVoid<T>> values;
    values.reserve(join.values.size());
    for (auto& value : join.values) {
        values.push_back(std::move(*value));
    }
    co_return values;
}

}  // namespace mortise
