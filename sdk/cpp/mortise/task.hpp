// task: coroutines that wait for the host without holding a thread.
//
// Problem: the host completes a statement or a call through a C callback on the reactor; handlers should read top to bottom.
// Choice:  Task<T> is lazy: it starts when awaited, resumes its awaiter by symmetric transfer, owns its frame and destroys
//          it. The host never sees a frame, let alone destroys one: it only calls `done(ctx)`, exactly once, on the reactor
//          the request lives on. So nothing here is atomic: one task tree runs on one thread, piece by piece.
// Guarantee: an exception in a child appears at the co_await of its parent. When the host gives up (deadline, drain, client
//          gone) the completion arrives with CANCELLED, the await throws, and the frames unwind as for any other error.
// Missing on purpose: a scheduler, detaching, cancelling from outside. Several tasks at once: whenAll(), task_join.hpp.
//
// g++ 12 destroys a braced aggregate temporary inside a co_await expression twice: write `const Args args{...};` in a line of
// its own, then `co_await f(args)`. Awaitable functions of this layer take variadic arguments, never aggregates or lists.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace mortise {

template <class T = void>
class Task;

namespace detail {

/// Counts the tasks of a whenAll() that still run and names who waits for them.
struct Join {
    std::size_t running = 0;
    std::coroutine_handle<> waiter;

    std::coroutine_handle<> arrive() noexcept {
        return --running == 0 ? waiter : std::noop_coroutine();
    }
};

class TaskPromiseBase {
public:
    struct FinalAwaiter {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            TaskPromiseBase& promise = self.promise();
            return promise.join_ != nullptr ? promise.join_->arrive() : promise.continuation_;
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    void continueWith(std::coroutine_handle<> continuation) noexcept {
        continuation_ = continuation;
    }
    void arriveAt(Join& join) noexcept { join_ = &join; }

protected:
    void rethrow() const {
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

private:
    // Exactly one of the two is set before the task starts.
    std::coroutine_handle<> continuation_;
    Join* join_ = nullptr;
    std::exception_ptr error_;
};

template <class T>
class TaskPromise final : public TaskPromiseBase {
public:
    Task<T> get_return_object() noexcept;
    template <class Value>
    requires std::convertible_to<Value&&, T>
    void return_value(Value&& value) { value_.emplace(std::forward<Value>(value)); }
    T take() {
        rethrow();
        return std::move(*value_);
    }

private:
    std::optional<T> value_;
};

template <>
class TaskPromise<void> final : public TaskPromiseBase {
public:
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const { rethrow(); }
};

}  // namespace detail

/// A computation that yields a T later. Await it once: `co_await load(id)`; a task in a variable is awaited with
/// `co_await std::move(task)`. A task that is never awaited never runs. References among its parameters must outlive it.
template <class T>
class [[nodiscard("a task runs only when it is awaited")]] Task {
    static_assert(!std::is_reference_v<T>, "a task yields a value or a pointer, not a reference");

public:
    using promise_type = detail::TaskPromise<T>;
    using value_type = T;

    explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    Task(Task && other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            destroy();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~Task() {
        destroy();
    }

    class Awaiter {
    public:
        explicit Awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) const noexcept {
            frame_.promise().continueWith(parent);
            return frame_;
        }
        T await_resume() const { return frame_.promise().take(); }

    private:
        std::coroutine_handle<promise_type> frame_;
    };

    Awaiter operator co_await()&& noexcept {
        return Awaiter(frame_);
    }

    /// For whenAll(): starts the task; it reports to `join` when it is done.
    void startFor(detail::Join & join) const {
        frame_.promise().arriveAt(join);
        frame_.resume();
    }
    /// For whenAll(): the value, or what the task threw.
    T take() const {
        return frame_.promise().take();
    }

private:
    void destroy() noexcept {
        if (frame_) {
            frame_.destroy();
        }
    }

    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

template <class T>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

template <class T>
struct TaskValue {
    using type = T;
};
template <class T>
struct TaskValue<Task<T>> {
    using type = T;
};

template <class T>
using NonVoid = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
NonVoid<T> takeNonVoid(Task<T>& task) {
    if constexpr (std::is_void_v<T>) {
        task.take();
        return {};
    } else {
        return task.take();
    }
}

}  // namespace detail

namespace detail {

/// The outermost coroutine of an asynchronous handler. It owns itself: when its body is done, everything in the frame is
/// destroyed first, and only then End tells the host, because the request (and what the frame refers to) is gone
/// when that call returns. The body catches everything itself.
template <class End>
class Detached {
public:
    class promise_type {
    public:
        Detached get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        auto final_suspend() const noexcept { return FinalAwaiter(); }
        void return_value(const End& end) noexcept { end_.emplace(end); }
        void unhandled_exception() const noexcept { std::terminate(); }

    private:
        struct FinalAwaiter {
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
                const End end = *self.promise().end_;
                self.destroy();
                end();
            }
            void await_resume() const noexcept {}
        };

        std::optional<End> end_;
    };
};

}  // namespace detail

}  // namespace mortise

#include "mortise/task_join.hpp"
