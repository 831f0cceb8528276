// Version and VersionRange: semantic versions (semver.org 2.0.0) and the ranges a manifest asks for, such as ">=1.0.0 <2.0.0".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::plugin {

struct Version {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint32_t patch = 0;
    /// Dot-separated identifiers after '-', empty for a release.
    std::string prerelease;
    /// Text after '+'; does not take part in comparisons.
    std::string build;

    static std::optional<Version> parse(std::string_view text);
    std::string text() const;

    /// Precedence of semver.org section 11.
    std::strong_ordering operator<=>(const Version& other) const;
    bool operator==(const Version& other) const { return (*this <=> other) == 0; }
};

/// Comparators separated by spaces that must all hold: `>= > <= < =` and a full version. Empty text allows everything.
class VersionRange {
public:
    static std::optional<VersionRange> parse(std::string_view text);
    bool contains(const Version& version) const;
    const std::string& text() const noexcept { return text_; }

private:
    enum class Comparison : std::uint8_t { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };
    struct Bound {
        Comparison comparison;
        Version version;
    };
    std::string text_;
    std::vector<Bound> bounds_;
};

}  // namespace mortise::plugin
