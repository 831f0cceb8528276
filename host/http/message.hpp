// The parts of a request and of an answer, as plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };

Method methodOf(std::string_view name) noexcept;
std::string_view nameOf(Method method) noexcept;

/// A borrowed name and value. Header names are lower case.
struct Pair {
    std::string_view name;
    std::string_view value;
};

/// An answer before it is put on the wire. `headers` hold what this answer adds; the standard block comes at the end.
struct Response {
    int status = 0;  ///< 0 = nothing staged yet.
    std::string content_type;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    /// Set when the body is fixed and shared (host's own documents); used instead of `body`.
    std::string_view static_body;

    void clear();
    std::string_view payload() const noexcept { return static_body.empty() ? body : static_body; }
};

/// Standard reason phrase (RFC 9110 section 15), "Unknown" for other numbers.
std::string_view reasonOf(int status) noexcept;

}  // namespace mortise::http
