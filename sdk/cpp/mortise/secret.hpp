// Secret: a value that can be read from input but is hard to give away.
//
// A password travels from a request body to the hasher and nowhere else. The type has no conversion, no stream operator and no
// JSON form towards clients (a response DTO with a Secret does not compile); whoever needs the value says reveal(), which is
// easy to find in a review. Text is wiped when the secret ends.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace mortise {

namespace detail {
/// Overwrites in a way the optimiser may not drop.
inline void wipe(std::string& text) noexcept {
    volatile char* bytes = text.data();
    for (std::size_t at = 0; at < text.size(); ++at) {
        bytes[at] = '\0';
    }
}
}  // namespace detail

/// What must not reach a client, a log or a message. Only text can be wiped, so `Value` is std::string.
template <class Value = std::string>
class Secret {
    static_assert(std::is_same_v<Value, std::string>, "a Secret holds a std::string");

public:
    Secret() = default;
    explicit Secret(std::string value) noexcept : value_(std::move(value)) {}
    ~Secret() { detail::wipe(value_); }
    Secret(const Secret&) = default;
    Secret& operator=(const Secret& other) {
        if (this != &other) {
            detail::wipe(value_);
            value_ = other.value_;
        }
        return *this;
    }
    // A moved-from short string keeps its characters in place, so moving swaps and lets the other side wipe them.
    Secret(Secret&& other) noexcept { value_.swap(other.value_); }
    Secret& operator=(Secret&& other) noexcept {
        value_.swap(other.value_);
        return *this;
    }

    /// The value itself. Do not log it, do not put it into a message.
    const std::string& reveal() const noexcept { return value_; }
    bool empty() const noexcept { return value_.empty(); }

private:
    std::string value_;
};

}  // namespace mortise
