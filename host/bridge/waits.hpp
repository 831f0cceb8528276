// Waits: coroutines of one plugin that wait for the plugin itself, until it wakes them or their time is over.
//
// Problem: a coroutine may be resumed only on the reactor its unit of work belongs to, but what it waits for (a permit that comes
//          free, a value another request computes) happens on any thread.
// Choice:  the wait has a handle. Whoever takes it out of the table, one of wake(), its timer and cancel(), ends the wait; the
//          others find nothing. The completion itself always runs on the reactor.
// Guarantee: exactly one completion per wait, never inside start(), and none that outlives the deadline of its unit.
#pragma once

#include <string>

#include "base/handles.hpp"
#include "limits.hpp"
#include "mortise/tasks.h"
#include "run/reactor.hpp"

namespace mortise::bridge {

class Context;

class Waits {
public:
    Waits() = default;
    Waits(const Waits&) = delete;
    Waits& operator=(const Waits&) = delete;

    /// On the reactor of the unit. 0 when too many wait.
    mortise_handle start(Context& unit, mortise_wait_done done, void* done_context);
    /// Any thread. False when the wait has ended, or is ending.
    bool wake(mortise_handle wait);
    /// Ends a wait that start() began, without a completion. On its reactor.
    bool forget(mortise_handle wait);
    /// Any thread. Ends all with CANCELLED.
    void cancel();

private:
    class Wait;

    HandleTable<Wait*> waits_{limits::kWaitCountMax};
};

}  // namespace mortise::bridge
