// DecodedParams: the name and value pairs of a query string or of an application/x-www-form-urlencoded body (WHATWG URL,
// section 5.1), in the order of the client.
//
// Pairs without '%' and '+' borrow from the text; the others from one block the object owns, so most requests copy nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "limits.hpp"

namespace mortise::http {

class DecodedParams {
public:
    enum class Fault : std::uint8_t {
        None,
        Malformed,  ///< Broken percent-encoding, not UTF-8, or a NUL: 400.
        TooMany,    ///< More than the allowed count: 400.
    };

    DecodedParams() = default;
    DecodedParams(DecodedParams&&) noexcept = default;
    DecodedParams& operator=(DecodedParams&&) noexcept = default;
    DecodedParams(const DecodedParams&) = delete;
    DecodedParams& operator=(const DecodedParams&) = delete;

    /// Replaces the content; `text` must live as long as the pairs. After a fault there are no pairs.
    Fault parse(std::string_view text, std::size_t count_max = limits::kQueryParamCountMax);

    std::span<const Pair> pairs() const noexcept { return pairs_; }
    /// Value of the first pair of that name.
    std::optional<std::string_view> find(std::string_view name) const noexcept;

private:
    Fault add(std::string_view text);
    std::optional<std::string_view> decode(std::string_view text);

    // Reserved once for the whole text and behind a pointer, so that views into it stay, also when the object moves.
    std::unique_ptr<std::string> storage_;
    std::vector<Pair> pairs_;
};

}  // namespace mortise::http
