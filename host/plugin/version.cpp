// Parsing and precedence of semantic versions: https://semver.org/spec/v2.0.0.html sections 2, 9, 10 and 11.
#include "plugin/version.hpp"

#include <algorithm>
#include <charconv>

namespace mortise::plugin {
namespace {

bool isDigits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint32_t> parseNumber(std::string_view text) {
    std::uint32_t number = 0;
    if (!isDigits(text) || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

// The part before the separator; `text` keeps what follows it.
std::string_view cut(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

bool areIdentifiers(std::string_view text, bool allow_leading_zero) {
    if (text.empty() || text.back() == '.') {
        return false;
    }
    while (!text.empty()) {
        const std::string_view part = cut(text, '.');
        const bool known = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c == '-';
        });
        if (!known ||
            (!allow_leading_zero && isDigits(part) && part.size() > 1 && part[0] == '0')) {
            return false;
        }
    }
    return true;
}

std::strong_ordering compareIdentifier(std::string_view left, std::string_view right) {
    const bool left_number = isDigits(left);
    const bool right_number = isDigits(right);
    if (left_number != right_number) {
        return left_number ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (left_number && left.size() != right.size()) {  // No leading zeros, so longer is larger.
        return left.size() <=> right.size();
    }
    return left.compare(right) <=> 0;
}

std::strong_ordering comparePrerelease(std::string_view left, std::string_view right) {
    if (left.empty() || right.empty()) {
        return left.empty() <=> right.empty();  // A release stands above its prereleases.
    }
    while (!left.empty() && !right.empty()) {
        const auto order = compareIdentifier(cut(left, '.'), cut(right, '.'));
        if (order != 0) {
            return order;
        }
    }
    return right.empty()
               ? (left.empty() ? std::strong_ordering::equal : std::strong_ordering::greater)
               : std::strong_ordering::less;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
    Version version;
    if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
        version.build = text.substr(plus + 1);
        if (!areIdentifiers(version.build, true)) {
            return std::nullopt;
        }
        text = text.substr(0, plus);
    }
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
        version.prerelease = text.substr(dash + 1);
        if (!areIdentifiers(version.prerelease, false)) {
            return std::nullopt;
        }
        text = text.substr(0, dash);
    }
    if (std::count(text.begin(), text.end(), '.') != 2) {
        return std::nullopt;
    }
    const auto major = parseNumber(cut(text, '.'));
    const auto minor = parseNumber(cut(text, '.'));
    const auto patch = parseNumber(text);
    if (!major || !minor || !patch) {
        return std::nullopt;
    }
    version.major = *major;
    version.minor = *minor;
    version.patch = *patch;
    return version;
}

std::string Version::text() const {
    std::string text =
        std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
    if (!prerelease.empty()) {
        text += '-' + prerelease;
    }
    if (!build.empty()) {
        text += '+' + build;
    }
    return text;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
    if (const auto order = major <=> other.major; order != 0) {
        return order;
    }
    if (const auto order = minor <=> other.minor; order != 0) {
        return order;
    }
    if (const auto order = patch <=> other.patch; order != 0) {
        return order;
    }
    return comparePrerelease(prerelease, other.prerelease);
}

std::optional<VersionRange> VersionRange::parse(std::string_view text) {
    VersionRange range;
    range.text_ = text;
    while (!text.empty()) {
        std::string_view part = cut(text, ' ');
        if (part.empty()) {
            continue;
        }
        Comparison comparison = Comparison::Equal;
        if (part.starts_with(">=")) {
            comparison = Comparison::GreaterOrEqual;
        } else if (part.starts_with("<=")) {
            comparison = Comparison::LessOrEqual;
        } else if (part.starts_with('>')) {
            comparison = Comparison::Greater;
        } else if (part.starts_with('<')) {
            comparison = Comparison::Less;
        }
        part.remove_prefix(std::min(part.find_first_not_of("<>="), part.size()));
        const auto version = Version::parse(part);
        if (!version) {
            return std::nullopt;
        }
        range.bounds_.push_back({comparison, *version});
    }
    return range;
}

bool VersionRange::contains(const Version& version) const {
    return std::all_of(bounds_.begin(), bounds_.end(), [&](const Bound& bound) {
        const auto order = version <=> bound.version;
        switch (bound.comparison) {
            case Comparison::Equal:
                return order == 0;
            case Comparison::Less:
                return order < 0;
            case Comparison::LessOrEqual:
                return order <= 0;
            case Comparison::Greater:
                return order > 0;
            case Comparison::GreaterOrEqual:
                return order >= 0;
        }
        return false;
    });
}

}  // namespace mortise::plugin
