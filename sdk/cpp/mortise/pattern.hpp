// pattern: one compiled pattern and its matcher, `matches<"^[a-z]+$">(name)`. See pattern_program.hpp for the subset.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mortise/fixed_text.hpp"
#include "mortise/pattern_compiler.hpp"

namespace mortise {

namespace detail {

/// The program of one pattern, trimmed to what it needs; constant data of the plugin.
template <FixedText kText>
struct CompiledPattern {
    static constexpr PatternCompiler kCompiler{kText.view()};

    static constexpr auto kSteps = [] {
        std::array<PatternStep, kCompiler.stepCount()> steps{};
        for (std::size_t index = 0; index < steps.size(); ++index) {
            steps[index] = kCompiler.step(index);
        }
        return steps;
    }();
    static constexpr auto kRanges = [] {
        std::array<CharacterRange, kCompiler.rangeCount() + 1> ranges{};
        for (std::size_t index = 0; index + 1 < ranges.size(); ++index) {
            ranges[index] = kCompiler.range(index);
        }
        return ranges;
    }();
    static constexpr PatternProgram kProgram{kSteps.data(), kSteps.size(), kRanges.data(),
                                             kCompiler.beginsAtBegin(), kCompiler.endsAtEnd()};

    static bool matches(std::string_view text) noexcept { return matchesPattern(kProgram, text); }
};

}  // namespace detail

/// True when `text` holds a match of the pattern: `matches<"^[a-z]+$">(name)`.
template <FixedText kText>
bool matches(std::string_view text) noexcept {
    return detail::CompiledPattern<kText>::matches(text);
}

}  // namespace mortise
