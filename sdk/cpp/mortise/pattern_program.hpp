// Pattern programs: regular expressions compiled by the compiler, matched in linear time.
//
// Problem: std::regex backtracks, so a hostile text costs exponential time, and recurses, so a long one costs the stack.
// Choice:  the pattern becomes a program of four kinds of steps (Thompson's construction) while the plugin is compiled; a
//          matcher keeps the set of steps it may be at and feeds it one character after the other.
// Guarantee: a match costs at most characters of the text times steps of the pattern, one fixed piece of stack and no
//          allocation. A pattern that is wrong or outside the subset does not compile.
//
// The subset is part of ECMA 262 with the flag u, which is what JSON Schema means by `pattern`, with the same meaning:
//
//     a  .  \d \w \s \D \W \S  [a-z_]  [^,]       \. and so on for ^ $ \ . * + ? ( ) [ ] { } | /, - in classes; \n \r \t
//     * + ? {2} {2,} {2,5}     ( ) (?: )    |     ^ at the begin and $ at the end of the whole pattern only
//
// Missing on purpose: captures, lazy quantifiers, look-around, back-references, \b, \u and \p: nothing a validator needs, or
// nothing that is linear.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "mortise/utf8.hpp"

namespace mortise::detail {

struct CharacterRange {
    char32_t first = 0;
    char32_t last = 0;
};

/// Targets of Split and Jump are distances, so a piece of a program can be moved and copied.
struct PatternStep {
    enum class Kind : std::uint8_t { Class, NotClass, Split, Jump, Accept };

    Kind kind = Kind::Accept;
    /// Class: index of its first range and count of them. Split: both distances. Jump: the first.
    std::int16_t first = 0;
    std::int16_t second = 0;
};

/// What the matcher reads.
struct PatternProgram {
    const PatternStep* steps;
    std::size_t step_count;
    const CharacterRange* ranges;
    bool begins_at_begin;
    bool ends_at_end;
};

/// Bounds the stack of a match (two sets of steps) and what a counted repetition may unfold to.
inline constexpr std::size_t kPatternStepsMax = 512;
inline constexpr std::size_t kPatternRangesMax = 128;

/// White space of ECMA 262.
inline constexpr auto kSpaceRanges = std::to_array<CharacterRange>({{0x09, 0x0D},
                                                                    {0x20, 0x20},
                                                                    {0xA0, 0xA0},
                                                                    {0x1680, 0x1680},
                                                                    {0x2000, 0x200A},
                                                                    {0x2028, 0x2029},
                                                                    {0x202F, 0x202F},
                                                                    {0x205F, 0x205F},
                                                                    {0x3000, 0x3000},
                                                                    {0xFEFF, 0xFEFF}});
inline constexpr auto kWordRanges =
    std::to_array<CharacterRange>({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
inline constexpr auto kDigitRanges = std::to_array<CharacterRange>({{'0', '9'}});
inline constexpr auto kLineEnds =
    std::to_array<CharacterRange>({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}});

/// The character that begins at `at`, and the place behind it. A broken sequence is U+FFFD, byte by byte.
constexpr char32_t decodeCharacter(std::string_view text, std::size_t& at) noexcept {
    const std::size_t size = utf8::sequenceSize(text, at);
    const auto byte = [&](std::size_t index) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[index]));
    };
    if (size <= 1) {
        return size == 1 ? byte(at++) : (++at, U'\uFFFD');
    }
    char32_t character = byte(at) & (0x7Fu >> size);
    for (std::size_t index = 1; index < size; ++index) {
        character = (character << 6u) | (byte(at + index) & 0x3Fu);
    }
    at += size;
    return character;
}

/// The steps a match may be at, each once.
class PatternStates {
public:
    void clear() noexcept {
        marks_ = {};
        count_ = 0;
        accepts_ = false;
    }
    std::size_t count() const noexcept { return count_; }
    std::size_t operator[](std::size_t index) const noexcept { return steps_[index]; }
    bool accepts() const noexcept { return accepts_; }

    /// Adds `step` and all that is reached from it without a character.
    void add(const PatternProgram& program, std::size_t step) noexcept {
        const std::size_t before = count_;
        mark(step);
        for (std::size_t at = before; at < count_; ++at) {
            const std::size_t from = steps_[at];
            const PatternStep& found = program.steps[from];
            accepts_ = accepts_ || found.kind == PatternStep::Kind::Accept;
            if (found.kind == PatternStep::Kind::Split || found.kind == PatternStep::Kind::Jump) {
                mark(from + static_cast<std::size_t>(found.first));
            }
            if (found.kind == PatternStep::Kind::Split) {
                mark(from + static_cast<std::size_t>(found.second));
            }
        }
    }

private:
    void mark(std::size_t step) noexcept {
        const std::uint64_t bit = std::uint64_t{1} << (step % 64);
        if ((marks_[step / 64] & bit) == 0) {
            marks_[step / 64] |= bit;
            steps_[count_++] = static_cast<std::uint16_t>(step);
        }
    }

    std::array<std::uint64_t, kPatternStepsMax / 64> marks_{};
    std::array<std::uint16_t, kPatternStepsMax> steps_;
    std::size_t count_ = 0;
    bool accepts_ = false;
};

/// True when the step takes `character`.
constexpr bool takesCharacter(const PatternProgram& program, const PatternStep& step,
                              char32_t character) noexcept {
    if (step.kind != PatternStep::Kind::Class && step.kind != PatternStep::Kind::NotClass) {
        return false;
    }
    bool inside = false;
    for (int index = 0; index < step.second && !inside; ++index) {
        const CharacterRange& range = program.ranges[step.first + index];
        inside = range.first <= character && character <= range.last;
    }
    return inside == (step.kind == PatternStep::Kind::Class);
}

/// True when the text holds a match; the anchors say where it must begin and end.
inline bool matchesPattern(const PatternProgram& program, std::string_view text) noexcept {
    PatternStates sets[2];
    PatternStates* now = &sets[0];
    PatternStates* next = &sets[1];
    now->add(program, 0);
    for (std::size_t at = 0; at < text.size();) {
        if (!program.ends_at_end && now->accepts()) {
            return true;
        }
        const char32_t character = decodeCharacter(text, at);
        next->clear();
        for (std::size_t index = 0; index < now->count(); ++index) {
            const std::size_t step = (*now)[index];
            if (takesCharacter(program, program.steps[step], character)) {
                next->add(program, step + 1);
            }
        }
        if (!program.begins_at_begin) {
            next->add(program, 0);
        } else if (next->count() == 0) {
            return false;
        }
        std::swap(now, next);
    }
    return now->accepts();
}

}  // namespace mortise::detail
