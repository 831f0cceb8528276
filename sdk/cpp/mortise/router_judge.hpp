// router_judge: what is wrong with a route, found out at load.
//
// By now the facts of its signature hold the needs of its providers too (router_provide.hpp). What is well-formed but cannot work
// together is refused with a sentence; the caller says of which route.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/router_pattern.hpp"
#include "mortise/router_spec.hpp"

namespace mortise::detail {

/// What is read in one way by several signatures is documented once; what is read in two ways is a mistake.
inline void mergeParameters(SignatureFacts& facts) {
    std::vector<SignatureFacts::QueryUse> queries;
    for (SignatureFacts::QueryUse& use : facts.query_uses) {
        const bool is_known = std::any_of(queries.begin(), queries.end(), [&](const auto& other) {
            return other.json == use.json;
        });
        if (!is_known) {
            queries.push_back(std::move(use));
        }
    }
    facts.query_uses = std::move(queries);
    std::vector<SignatureFacts::NamedUse> named;
    for (SignatureFacts::NamedUse& use : facts.named_uses) {
        const auto same = std::find_if(named.begin(), named.end(), [&](const auto& other) {
            return other.place == use.place && other.name == use.name;
        });
        if (same == named.end()) {
            named.push_back(std::move(use));
        } else if (same->json != use.json) {
            throw DeclareError(std::string(use.place) + " " + std::string(use.name) +
                               " is read as two different types");
        }
    }
    facts.named_uses = std::move(named);
}

/// Names of query parameters are snake_case, as those of paths, and each is read in one way.
inline void judgeQueryNames(const SignatureFacts& facts) {
    std::vector<std::string_view> seen;
    for (const SignatureFacts::QueryUse& use : facts.query_uses) {
        if (use.is_closed && facts.query_uses.size() > 1) {
            throw DeclareError(
                "a Query<T> whose schema forbids unknown parameters reads the query alone");
        }
        for (const std::string_view name : use.names) {
            if (!isWords(name, '_') || !isLower(name.front())) {
                throw DeclareError("query parameter " + std::string(name) + " is not snake_case");
            }
            if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
                throw DeclareError("query parameter " + std::string(name) + " is read in two ways");
            }
            seen.push_back(name);
        }
    }
}

inline std::string joinedTexts(const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts) {
        joined += (joined.empty() ? "" : ", ") + text;
    }
    return joined;
}

/// A RoleUser<> in the signature requires its roles, also of a route that asks for any of several others.
inline void requireRoles(RouteSpec& spec) {
    for (const std::vector<std::string>& wanted : spec.facts.role_sets) {
        if (!spec.access_known) {
            spec.access_known = true;
            spec.access = MORTISE_ACCESS_USER;
        }
        std::vector<std::string> common;
        for (const std::string& role : wanted) {
            if (spec.roles.empty() ||
                std::find(spec.roles.begin(), spec.roles.end(), role) != spec.roles.end()) {
                common.push_back(role);
            }
        }
        if (common.empty()) {
            throw DeclareError("the route requires one of the roles " + joinedTexts(spec.roles) +
                               ", the signature one of " + joinedTexts(wanted));
        }
        spec.roles = std::move(common);
    }
}

inline void judgeResult(const RouteSpec& spec) {
    const int status = spec.binding->settings.status;
    if (spec.result.is_redirect && status != 0 && !isRedirectStatus(status)) {
        throw DeclareError("a redirect answers 301, 302, 303, 307 or 308");
    }
}

inline void judgeFiles(const RouteSpec& spec) {
    if (spec.facts.file_uses.empty()) {
        return;
    }
    if (spec.facts.takes_body && !spec.facts.takes_form) {
        throw DeclareError("a body with files is a form: take Form<T> instead of Body<T>");
    }
    if (spec.facts.form_is_closed) {
        throw DeclareError("beside files the schema of Form<T> cannot forbid unknown fields");
    }
    if (spec.body_is_optional || spec.takes_form) {
        throw DeclareError(
            "a body with files is multipart/form-data and never missing: leave "
            "optionalBody() and acceptForm() out");
    }
}

inline void judgeRoute(const RouteSpec& spec) {
    if (!spec.access_known) {
        throw DeclareError("say who may call it: publicAccess(), requireUser() or requireRole()");
    }
    if (spec.facts.needs_user && spec.access == MORTISE_ACCESS_PUBLIC) {
        throw DeclareError(
            "the handler takes const Principal& or RoleUser<>, but the route is public: take const "
            "Principal* or require a user");
    }
    if (spec.is_inline && spec.is_async) {
        throw DeclareError(
            "a coroutine runs on the reactor anyway; inlined() is for plain functions");
    }
    if (spec.is_inline && spec.facts.waits) {
        throw DeclareError("inlined() promises not to block, but the handler takes Db& or Jobs&");
    }
    if (spec.summary.empty()) {
        throw DeclareError("it has no summary()");
    }
    if ((spec.facts.takes_body || !spec.facts.file_uses.empty()) && spec.method == "GET") {
        throw DeclareError("a GET request has no body: take Query<T>");
    }
    judgeFiles(spec);
    judgeQueryNames(spec.facts);
    judgeResult(spec);
}

}  // namespace mortise::detail
