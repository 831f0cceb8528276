// UTF-8 as RFC 3629 defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mortise {

/// Bytes of the well-formed sequence at the start of `text`; 0 when it is malformed, cut or `text`
/// is empty.
std::size_t utf8SequenceSize(std::string_view text) noexcept;

bool isUtf8(std::string_view text) noexcept;

/// At most `size_max` bytes from the start, never ending inside a character.
std::string_view cutUtf8(std::string_view text, std::size_t size_max) noexcept;

/// Appends with each malformed byte replaced by U+FFFD.
void appendAsUtf8(std::string& out, std::string_view text);

}  // namespace mortise
