// Clock: the two times of the host, replaceable so that tests never sleep.
//
// `now()` is the calendar: it may jump, and is right for claims, timestamps and expiry.
// `steadyNow()` only moves forward and is right for deadlines and durations. Whoever needs time
// takes a `const Clock&`; the default is `systemClock()`, which has no state. Tests use
// tests/support/manual_clock.hpp.
#pragma once

#include <chrono>
#include <cstdint>

namespace mortise {

class Clock {
public:
    virtual ~Clock() = default;
    virtual std::chrono::system_clock::time_point now() const noexcept = 0;
    virtual std::chrono::steady_clock::time_point steadyNow() const noexcept = 0;

    /// Whole seconds since 1970-01-01 UTC.
    std::int64_t unixSeconds() const noexcept;
};

/// The clocks of the system. Stateless, lives for ever.
const Clock& systemClock() noexcept;

}  // namespace mortise
