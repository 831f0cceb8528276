// Media types of request bodies, as far as routes ask for them.
#pragma once

#include <string_view>

namespace mortise::http {

/// True for "application/json" and "application/*+json", with charset utf-8 or none (RFC 8259 knows no other).
bool isJsonType(std::string_view content_type) noexcept;

/// True for "application/x-www-form-urlencoded".
bool isFormType(std::string_view content_type) noexcept;

/// True for "multipart/form-data"; whether its boundary is any good is for whoever takes the body apart.
bool isMultipartType(std::string_view content_type) noexcept;

}  // namespace mortise::http
