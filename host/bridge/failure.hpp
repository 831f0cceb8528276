// Failure: exceptions of the host become mortise_error here, and what a plugin reports becomes an answer.
//
// The bridge is the only place where exceptions meet C: functions of a table that may fail run inside guarded(), and code of a
// plugin is called inside callPlugin().
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "mortise/abi.h"

namespace mortise::bridge {

/// Fills `error` (may be nullptr) and returns `status`. Texts are cut at a character boundary.
mortise_status fail(mortise_error* error, mortise_status status, std::string_view code,
                    std::string_view message, int http_status = 0) noexcept;

/// The exception under way as a status: mortise::Error by its code and HTTP status, everything else INTERNAL. Call inside a
/// catch block.
mortise_status failWithCurrentException(mortise_error* error) noexcept;

/// Runs `body`, which returns a status, and turns what it throws into one.
template <typename Body>
mortise_status guarded(mortise_error* error, Body&& body) noexcept {
    try {
        return std::forward<Body>(body)();
    } catch (...) {
        return failWithCurrentException(error);
    }
}

/// Calls a function of a plugin: nothing may be thrown across C, but a plugin that does so must not end the host.
template <typename Call>
mortise_status callPlugin(mortise_error& error, Call&& call) noexcept {
    try {
        return std::forward<Call>(call)();
    } catch (...) {
        return failWithCurrentException(&error);
    }
}

/// A blank error for a call into a plugin.
mortise_error blankError() noexcept;

/// What a unit of work that ended with `status` means for a client.
struct Meaning {
    int http_status = 500;
    std::string code;
    /// Empty: the standard text of the code.
    std::string message;
    /// Seconds for Retry-After, 0 for none.
    int retry_after_s = 0;
    /// The plugin failed in a way it should not have: worth an error in the log.
    bool is_fault = false;
};
Meaning meaningOf(mortise_status status, const mortise_error& error);

}  // namespace mortise::bridge
