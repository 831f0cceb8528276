// What follows from the fields of a route; asked by the pipeline that enforces it and by the document that describes it.
#pragma once

#include "http/route.hpp"

namespace mortise::http {

/// Roles or scopes mean a user even when the access says public.
inline bool needsUser(const Route& route) noexcept {
    return route.access == Access::User || !route.roles.empty() || !route.scopes.empty();
}

/// Whether an Authorization header is looked at.
inline bool judgesTokens(const Route& route) noexcept {
    return route.access != Access::Anonymous || needsUser(route);
}

inline bool takesBody(const Route& route) noexcept {
    return route.takes_json || route.takes_form || route.takes_multipart;
}

}  // namespace mortise::http
