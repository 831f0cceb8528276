// Small pieces of JSON that answers are made of, on top of base/json_text.hpp.
#pragma once

#include <string>
#include <string_view>

namespace mortise::api {

/// `{"name":["message"]}`: the errors object for one field.
std::string fieldError(std::string_view name, std::string_view message);

/// True when the first character that is not white space opens an object; no further check.
bool opensObject(std::string_view json) noexcept;
/// As opensObject(), for objects and arrays.
bool opensContainer(std::string_view json) noexcept;

}  // namespace mortise::api
