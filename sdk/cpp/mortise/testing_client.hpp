// Client: requests of one user to an app of the testing kit.
#pragma once

#include <concepts>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/testing_app.hpp"

namespace mortise::testing {

/// A user id, given as a number or as a text.
class UserId {
public:
    template <std::integral Number>
    UserId(Number number) : text_(std::to_string(number)) {}
    UserId(std::string text) : text_(std::move(text)) {}
    UserId(const char* text) : text_(text) {}
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

/// Whom requests come from, as a verified token would say.
struct User {
    UserId id;
    std::vector<std::string> roles = {"user"};
    std::vector<std::string> scopes = {};
    std::string session_id = {};
    std::string token_id = {};
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Sends requests of one user, or of nobody. A small value; its App outlives it.
class Client {
public:
    Client(const AppHandle& app, std::shared_ptr<const User> user, Headers headers = {})
        : app_(&app), user_(std::move(user)), headers_(std::move(headers)) {}

    /// The same with one more header in every request.
    Client header(std::string name, std::string value) const {
        Client other = *this;
        other.headers_.emplace_back(std::move(name), std::move(value));
        return other;
    }

    Reply get(std::string_view target) const { return send("GET", target); }
    Reply head(std::string_view target) const { return send("HEAD", target); }
    Reply options(std::string_view target) const { return send("OPTIONS", target); }
    Reply del(std::string_view target) const { return send("DELETE", target); }
    /// `body` is JSON text, or a value of a type with a schema.
    template <class Body>
    Reply post(std::string_view target, const Body& body) const {
        return send("POST", target, jsonOf(body), kJson);
    }
    Reply post(std::string_view target) const { return send("POST", target); }
    template <class Body>
    Reply put(std::string_view target, const Body& body) const {
        return send("PUT", target, jsonOf(body), kJson);
    }
    template <class Body>
    Reply patch(std::string_view target, const Body& body) const {
        return send("PATCH", target, jsonOf(body), kJson);
    }

    /// Any request. Throws Failure for one that no client could send, and when no answer comes.
    Reply send(std::string_view method, std::string_view target, std::string_view body = {},
               std::string_view content_type = {}) const {
        std::vector<mortise_pair> headers;
        if (!content_type.empty()) {
            headers.push_back(
                {mortise::detail::str("content-type"), mortise::detail::str(content_type)});
        }
        for (const auto& [name, value] : headers_) {
            headers.push_back({mortise::detail::str(name), mortise::detail::str(value)});
        }
        mortise_testing_request request{};
        request.struct_size = sizeof request;
        request.method = mortise::detail::str(method);
        request.target = mortise::detail::str(target);
        request.headers = headers.data();
        request.header_count = static_cast<std::uint32_t>(headers.size());
        request.body = mortise::detail::str(body);
        return user_ ? sendAs(request) : sendNow(request);
    }

private:
    static constexpr std::string_view kJson = "application/json";
    static constexpr std::int64_t kTokenLifetimeS = 900;

    template <class Body>
    static std::string jsonOf(const Body& body) {
        if constexpr (std::is_convertible_v<const Body&, std::string_view>) {
            return std::string(std::string_view(body));
        } else {
            return toPluginJson(body);
        }
    }

    Reply sendAs(mortise_testing_request& request) const {
        std::vector<mortise_str> roles;
        std::vector<mortise_str> scopes;
        for (const std::string& role : user_->roles) {
            roles.push_back(mortise::detail::str(role));
        }
        for (const std::string& scope : user_->scopes) {
            scopes.push_back(mortise::detail::str(scope));
        }
        mortise_principal principal{};
        principal.struct_size = sizeof principal;
        principal.subject = mortise::detail::str(user_->id.text());
        principal.roles = roles.data();
        principal.role_count = static_cast<std::uint32_t>(roles.size());
        principal.scopes = scopes.data();
        principal.scope_count = static_cast<std::uint32_t>(scopes.size());
        principal.session_id = mortise::detail::str(user_->session_id);
        principal.token_id = mortise::detail::str(user_->token_id);
        principal.issued_at_s = static_cast<std::int64_t>(std::time(nullptr));
        principal.expires_at_s = principal.issued_at_s + kTokenLifetimeS;
        request.principal = &principal;
        return sendNow(request);
    }

    Reply sendNow(const mortise_testing_request& request) const {
        const auto take = [](void* context, const mortise_testing_reply* given) {
            Reply& reply = *static_cast<Reply*>(context);
            reply.status = given->http_status;
            reply.body = mortise::detail::view(given->body);
            for (std::uint32_t at = 0; at < given->header_count; ++at) {
                reply.headers.emplace_back(mortise::detail::view(given->headers[at].name),
                                           mortise::detail::view(given->headers[at].value));
            }
        };
        Reply reply;
        mortise::detail::Failure error;
        if (app_->table().request(app_->app(), &request, take, &reply, error.out()) != MORTISE_OK) {
            detail::raise(error, mortise::detail::view(request.target));
        }
        return reply;
    }

    const AppHandle* app_;
    std::shared_ptr<const User> user_;
    Headers headers_;
};

}  // namespace mortise::testing
