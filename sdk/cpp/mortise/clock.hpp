// clock: the time as the host tells it, so that a test can set it.
//
// `Receipt pay(Body<Payment> payment, Db& db, Clock& clock)`: take Clock& instead of asking the system, and a test at the end of
// a month needs no sleep and no luck.
#pragma once

#include <chrono>
#include <cstdint>

#include "mortise/clock.h"
#include "mortise/host.hpp"
#include "mortise/types.hpp"

namespace mortise {

/// A value; copy it freely. Any thread.
class Clock {
public:
    explicit Clock(const Host& host) : host_(&host) {}
    explicit Clock(const Unit& unit) : host_(unit.host) {}

    /// The calendar; may jump.
    Timestamp now() const { return Timestamp(table().now_us(host_->raw())); }
    /// For durations: the difference of two readings. Never goes back.
    std::chrono::nanoseconds steady() const {
        return std::chrono::nanoseconds(table().steady_ns(host_->raw()));
    }

private:
    const mortise_clock& table() const {
        return detail::need(host_->tables().clock, MORTISE_CLOCK_INTERFACE);
    }

    const Host* host_;
};

inline Clock Host::clock() const {
    return Clock(*this);
}

}  // namespace mortise
