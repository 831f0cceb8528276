// The two sides of a call into a plugin: the plugin, opened on a FakeHost, and a request for it.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_host.hpp"

namespace mortise::test {

/// An open plugin of class P, for the time of a test.
template <class P>
class OpenPlugin {
public:
    explicit OpenPlugin(FakeHost& host) : host_(host) {
        FakeHost::current() = &host;
        table_.struct_size = sizeof table_;
        status = detail::openPlugin<P>(&host, &table_, error.out(), {"notes", "1.0.0"});
    }
    OpenPlugin(const OpenPlugin&) = delete;
    OpenPlugin& operator=(const OpenPlugin&) = delete;
    ~OpenPlugin() { table_.destroy(table_.self); }

    /// Declares; the status is kept too.
    mortise_status declare() {
        mortise_declaration declaration;
        status = table_.declare(table_.self, &host_.declare_table, &declaration, error.out());
        return status;
    }

    const mortise_plugin& table() const { return table_; }
    void* self() const { return table_.self; }

    detail::Failure error;
    mortise_status status = MORTISE_OK;

private:
    FakeHost& host_;
    mortise_plugin table_{};
};

/// A request with the memory behind it.
struct FakeRequest : mortise_request {
    FakeRequest(FakeHost& owner, std::string request_method) : mortise_request{} {
        struct_size = sizeof(mortise_request);
        context = owner.context();
        method_text = std::move(request_method);
        method = detail::str(method_text);
        principal_text = "42";
        user.struct_size = sizeof user;
        user.subject = detail::str(principal_text);
        principal = &user;
    }
    FakeRequest& withPath(std::string name, std::string value) {
        add(path_texts, path_pairs, std::move(name), std::move(value));
        path_params = path_pairs.data();
        path_param_count = static_cast<std::uint32_t>(path_pairs.size());
        return *this;
    }
    FakeRequest& withQuery(std::string name, std::string value) {
        add(query_texts, query_pairs, std::move(name), std::move(value));
        query_params = query_pairs.data();
        query_param_count = static_cast<std::uint32_t>(query_pairs.size());
        return *this;
    }
    /// `name` in lower case, as the host hands it over.
    FakeRequest& withHeader(std::string name, std::string value) {
        add(header_texts, header_pairs, std::move(name), std::move(value));
        headers = header_pairs.data();
        header_count = static_cast<std::uint32_t>(header_pairs.size());
        return *this;
    }
    FakeRequest& withRole(std::string name) {
        const std::string& kept = role_texts.emplace_back(std::move(name));
        role_views.push_back(detail::str(kept));
        user.roles = role_views.data();
        user.role_count = static_cast<std::uint32_t>(role_views.size());
        return *this;
    }
    FakeRequest& withJson(std::string_view text) {
        tokens = std::make_unique<JsonTokens>(text);
        json = &tokens->document();
        return *this;
    }
    FakeRequest& withBody(std::string text) {
        body_text = std::move(text);
        body = {reinterpret_cast<const std::uint8_t*>(body_text.data()), body_text.size()};
        return *this;
    }
    FakeRequest& anonymous() {
        principal = nullptr;
        return *this;
    }

private:
    using Texts = std::deque<std::pair<std::string, std::string>>;
    static void add(Texts& texts, std::vector<mortise_pair>& pairs, std::string name,
                    std::string value) {
        const auto& kept = texts.emplace_back(std::move(name), std::move(value));
        pairs.push_back({detail::str(kept.first), detail::str(kept.second)});
    }

    std::string method_text, principal_text, body_text;
    mortise_principal user{};
    Texts path_texts, query_texts, header_texts;
    std::vector<mortise_pair> path_pairs, query_pairs, header_pairs;
    std::deque<std::string> role_texts;
    std::vector<mortise_str> role_views;
    std::unique_ptr<JsonTokens> tokens;
};

}  // namespace mortise::test
