// What the database refuses, as a status of the contract (head of sdk/include/mortise/db.h).
#pragma once

#include <utility>

#include "bridge/failure.hpp"
#include "db/failure.hpp"

namespace mortise::bridge {

class Context;

/// Fills `error` from `failure` and returns its status; logs what PostgreSQL said when it points at a fault.
mortise_status failWithDatabase(const Context& context, mortise_error* error,
                                const db::Failure& failure) noexcept;

/// guarded() that knows db::Failure.
template <typename Body>
mortise_status databaseGuarded(const Context& context, mortise_error* error, Body&& body) noexcept {
    return guarded(error, [&]() -> mortise_status {
        try {
            return std::forward<Body>(body)();
        } catch (const db::Failure& failure) {
            return failWithDatabase(context, error, failure);
        }
    });
}

}  // namespace mortise::bridge
