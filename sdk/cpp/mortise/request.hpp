// request: the user behind a unit of work, and the raw HTTP request for handlers that need more than typed parameters.
//
// Everything here is a view into memory of the host that lives until the request ends: as long as a handler, plain or
// coroutine, runs. Copy into std::string what must live longer.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mortise/host.hpp"
#include "mortise/request.h"
#include "mortise/types.hpp"

namespace mortise {

/// Who a unit of work runs for: the verified access token.
class Principal {
public:
    explicit Principal(const mortise_principal& raw) : raw_(&raw) {}

    /// The user's id as text.
    std::string_view subject() const noexcept { return detail::view(raw_->subject); }
    /// The user's id as a number; a subject that is none is an error of whoever issued the token (UnauthorizedError).
    std::int64_t userId() const {
        std::int64_t id = 0;
        const std::string_view text = subject();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
        if (error != std::errc{} || end != text.data() + text.size()) {
            throw UnauthorizedError();
        }
        return id;
    }

    bool hasRole(std::string_view role) const noexcept {
        return contains(raw_->roles, raw_->role_count, role);
    }
    bool hasScope(std::string_view scope) const noexcept {
        return contains(raw_->scopes, raw_->scope_count, scope);
    }
    std::vector<std::string_view> roles() const { return list(raw_->roles, raw_->role_count); }
    std::vector<std::string_view> scopes() const { return list(raw_->scopes, raw_->scope_count); }

    /// `jti` of the access token.
    std::string_view tokenId() const noexcept { return detail::view(raw_->token_id); }
    /// `sid`: the session the token belongs to, empty when it has none.
    std::string_view sessionId() const noexcept { return detail::view(raw_->session_id); }
    Timestamp issuedAt() const noexcept { return Timestamp::fromSeconds(raw_->issued_at_s); }
    Timestamp expiresAt() const noexcept { return Timestamp::fromSeconds(raw_->expires_at_s); }

private:
    static bool contains(const mortise_str* items, std::uint32_t count, std::string_view wanted) {
        return std::any_of(items, items + count, [wanted](const mortise_str& item) {
            return detail::view(item) == wanted;
        });
    }
    static std::vector<std::string_view> list(const mortise_str* items, std::uint32_t count) {
        std::vector<std::string_view> result;
        result.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            result.push_back(detail::view(items[i]));
        }
        return result;
    }

    const mortise_principal* raw_;
};

/// The request as the client sent it.
class Request {
public:
    explicit Request(const mortise_request& raw) : raw_(&raw) {}

    /// Upper case.
    std::string_view method() const noexcept { return detail::view(raw_->method); }
    /// Decoded, without query.
    std::string_view path() const noexcept { return detail::view(raw_->path); }
    /// Undecoded, without '?'.
    std::string_view query() const noexcept { return detail::view(raw_->query); }
    /// Pattern of the matched route.
    std::string_view route() const noexcept { return detail::view(raw_->route); }
    std::string_view requestId() const noexcept { return detail::view(raw_->request_id); }
    /// Without port.
    std::string_view clientAddress() const noexcept { return detail::view(raw_->client_address); }

    /// First field of this name; `name` in lower case.
    std::optional<std::string_view> header(std::string_view name) const noexcept {
        return first({raw_->headers, raw_->header_count}, name);
    }
    /// First query parameter of this name, decoded.
    std::optional<std::string_view> queryParam(std::string_view name) const noexcept {
        return first({raw_->query_params, raw_->query_param_count}, name);
    }
    std::optional<std::string_view> pathParam(std::string_view name) const noexcept {
        return first({raw_->path_params, raw_->path_param_count}, name);
    }

    std::span<const mortise_pair> headers() const noexcept {
        return {raw_->headers, raw_->header_count};
    }
    std::span<const mortise_pair> queryParams() const noexcept {
        return {raw_->query_params, raw_->query_param_count};
    }

    /// The body as it came, decoded of any transfer coding.
    std::string_view body() const noexcept {
        if (raw_->body.size == 0) {
            return {};
        }
        return {reinterpret_cast<const char*>(raw_->body.data),
                static_cast<std::size_t>(raw_->body.size)};
    }
    /// The body as tokens when the route takes JSON and JSON came, otherwise nullptr.
    const mortise_json_document* json() const noexcept { return raw_->json; }

    const mortise_request& raw() const noexcept { return *raw_; }

private:
    static std::optional<std::string_view> first(std::span<const mortise_pair> pairs,
                                                 std::string_view name) noexcept {
        for (const mortise_pair& pair : pairs) {
            if (detail::view(pair.name) == name) {
                return detail::view(pair.value);
            }
        }
        return std::nullopt;
    }

    const mortise_request* raw_;
};

}  // namespace mortise
