// FixedText: a text as a template argument, Path<"note_id", std::int64_t>, pattern<"^[A-Z]{3}$">().
#pragma once

#include <cstddef>
#include <string_view>

namespace mortise {

template <std::size_t N>
struct FixedText {
    char data[N]{};

    consteval FixedText(const char (&text)[N]) {
        for (std::size_t i = 0; i < N; ++i) {
            data[i] = text[i];
        }
    }
    constexpr std::string_view view() const noexcept { return {data, N - 1}; }
};

}  // namespace mortise
