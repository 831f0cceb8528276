// Remedies: what each code of a refused plugin means and what to do about it, in one table.
//
// Findings of a preflight and changes that fail carry a code; the operator gets the remedy with it, and the documentation is compared
// with this table. A new code is added here, to tests/rogue with a plugin that shows it, and to docs/plugin-refusals.md, which is
// written from both; a test fails when one of the three is forgotten.
#pragma once

#include <span>
#include <string_view>

namespace mortise::plugin {

struct Remedy {
    /// UPPER_SNAKE, as in Finding::code and ChangeReport::code.
    std::string_view code;
    std::string_view meaning;
    std::string_view text;
};

/// All of them, in the order of the steps in which they come up.
std::span<const Remedy> remedies() noexcept;

/// Empty for a code that has none.
std::string_view remedyFor(std::string_view code) noexcept;

}  // namespace mortise::plugin
