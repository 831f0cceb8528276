// Views of the contract and of the standard library, one into the other. Nothing is copied.
#pragma once

#include <string_view>

#include "mortise/abi.h"

namespace mortise::bridge {

inline std::string_view viewOf(mortise_str text) noexcept {
    return text.size == 0 ? std::string_view()
                          : std::string_view(text.data, static_cast<std::size_t>(text.size));
}

inline std::string_view viewOf(mortise_bytes bytes) noexcept {
    return bytes.size == 0 ? std::string_view()
                           : std::string_view(reinterpret_cast<const char*>(bytes.data),
                                              static_cast<std::size_t>(bytes.size));
}

inline mortise_str strOf(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

inline mortise_bytes bytesOf(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace mortise::bridge
