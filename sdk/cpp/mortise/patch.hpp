// Patch: a member of a PATCH body, which may be missing, null or have a value.
//
// std::optional cannot tell "leave it" from "set it to nothing"; Patch can. Whoever cannot store null adds notNull() to the
// field, and then only missing and value remain.
#pragma once

#include <optional>
#include <utility>

namespace mortise {

template <class Value>
class Patch {
public:
    /// Absent.
    constexpr Patch() = default;
    constexpr Patch(Value value) : present_(true), value_(std::move(value)) {}

    static constexpr Patch null() {
        Patch patch;
        patch.present_ = true;
        return patch;
    }

    /// The client did not mention the field.
    constexpr bool isAbsent() const noexcept { return !present_; }
    constexpr bool isNull() const noexcept { return present_ && !value_; }
    constexpr bool hasValue() const noexcept { return value_.has_value(); }
    constexpr explicit operator bool() const noexcept { return hasValue(); }

    /// The value; only when hasValue().
    constexpr const Value& operator*() const noexcept { return *value_; }
    constexpr const Value* operator->() const noexcept { return &*value_; }
    constexpr const std::optional<Value>& asOptional() const noexcept { return value_; }

    /// The value, or `current` when there is none.
    constexpr Value valueOr(Value current) const { return value_.value_or(std::move(current)); }

    /// Changes `target` as the client asked: not at all, to the value, or to nothing.
    constexpr void applyTo(std::optional<Value>& target) const {
        if (present_) {
            target = value_;
        }
    }
    /// Changes `target` when there is a value.
    constexpr void applyTo(Value& target) const {
        if (value_) {
            target = *value_;
        }
    }

    friend constexpr bool operator==(const Patch&, const Patch&) = default;

private:
    bool present_ = false;
    std::optional<Value> value_;
};

}  // namespace mortise
