// Statement: one parameterised piece of SQL, with everything the engine has to know to run it.
//
// All views are borrowed: by blocking calls until they return, by AsyncConnections not at all (it
// copies).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace mortise::db {

using Deadline = std::chrono::steady_clock::time_point;

/// A parameter or a cell, in PostgreSQL's text format. `size` in bytes, -1 for NULL. Same layout as
/// mortise_value.
struct Value {
    const char* data = nullptr;
    std::int64_t size = -1;

    bool isNull() const noexcept { return size < 0; }
    /// Empty for NULL.
    std::string_view text() const noexcept {
        return isNull() ? std::string_view()
                        : std::string_view(data, static_cast<std::size_t>(size));
    }
    static Value of(std::string_view text) noexcept {
        return {text.data() == nullptr ? "" : text.data(), static_cast<std::int64_t>(text.size())};
    }
};

enum class Mode {
    /// Part of the transaction of its unit of work, which begins with it if need be.
    Transaction,
    /// On its own, committed by itself.
    Single,
};

enum class Access {
    ReadWrite,
    /// Changes nothing, so it may be sent again after a lost connection.
    ReadOnly,
};

struct Statement {
    std::string_view sql = {};
    std::span<const Value> params = {};
    Mode mode = Mode::Transaction;
    Access access = Access::ReadWrite;
    /// `noun_verb` for metrics and the slow log; empty takes a hash of the text.
    std::string_view name = {};
};

}  // namespace mortise::db
