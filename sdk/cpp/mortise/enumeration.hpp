// Enumerations with texts on the wire. One function next to the enum, found by argument-dependent lookup:
//
//     enum class State { Running, Completed };
//     constexpr auto describe(State) {
//         return mortise::enumeration<State>("State", {{State::Running, "running"}, {State::Completed, "completed"}});
//     }
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace mortise {

template <class Enum>
struct EnumText {
    Enum value;
    std::string_view text;
};

template <class Enum, std::size_t kCount>
struct Enumeration {
    std::string_view name;
    std::array<EnumText<Enum>, kCount> entries;

    constexpr std::array<std::string_view, kCount> texts() const {
        std::array<std::string_view, kCount> all{};
        for (std::size_t at = 0; at < kCount; ++at) {
            all[at] = entries[at].text;
        }
        return all;
    }
};

template <class Enum, std::size_t kCount>
constexpr Enumeration<Enum, kCount> enumeration(std::string_view name,
                                                const EnumText<Enum> (&entries)[kCount]) {
    return {name, std::to_array(entries)};
}

template <class Enum>
concept DescribedEnum = std::is_enum_v<Enum> && requires(Enum value) {
    describe(value).entries;
};

/// Text of a value; empty for one that is not declared.
template <DescribedEnum Enum>
constexpr std::string_view enumText(Enum value) {
    constexpr auto kEnumeration = describe(Enum{});
    for (const auto& entry : kEnumeration.entries) {
        if (entry.value == value) {
            return entry.text;
        }
    }
    return {};
}

/// Value of a text, when there is one.
template <DescribedEnum Enum>
constexpr std::optional<Enum> enumFromText(std::string_view text) {
    constexpr auto kEnumeration = describe(Enum{});
    for (const auto& entry : kEnumeration.entries) {
        if (entry.text == text) {
            return entry.value;
        }
    }
    return std::nullopt;
}

}  // namespace mortise
