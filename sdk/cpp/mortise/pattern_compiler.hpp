// PatternCompiler: turns a pattern into its program while the plugin is compiled. See pattern_program.hpp for the subset.
//
// Recursive descent over the pattern; every rule of the grammar appends the steps of what it read. Where a step must stand in
// front of what is already there (a quantifier, an alternative), the piece is moved by one, which its distances survive.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mortise/pattern_program.hpp"

namespace mortise::detail {

/// Thrown while a pattern is compiled: the compiler shows the line it was thrown in.
struct PatternMistake {
    const char* what;
};

class PatternCompiler {
public:
    constexpr explicit PatternCompiler(std::string_view pattern) : pattern_(pattern) {
        begins_at_begin_ = take('^');
        readAlternatives(0);
        ends_at_end_ = take('$');
        if (at_ != pattern_.size()) {
            throw PatternMistake{"a ) without (, or a $ that is not at the end of the pattern"};
        }
        if (top_level_alternatives_ && (begins_at_begin_ || ends_at_end_)) {
            throw PatternMistake{"put alternatives between ^ and $ into parentheses: ^(a|b)$"};
        }
        append({PatternStep::Kind::Accept, 0, 0});
    }

    constexpr std::size_t stepCount() const { return step_count_; }
    constexpr std::size_t rangeCount() const { return range_count_; }
    constexpr const PatternStep& step(std::size_t index) const { return steps_[index]; }
    constexpr const CharacterRange& range(std::size_t index) const { return ranges_[index]; }
    constexpr bool beginsAtBegin() const { return begins_at_begin_; }
    constexpr bool endsAtEnd() const { return ends_at_end_; }

private:
    using Kind = PatternStep::Kind;
    static constexpr int kGroupDepthMax = 20;
    static constexpr int kRepetitionMax = 255;
    static constexpr int kUnbounded = -1;

    constexpr bool atEnd() const { return at_ == pattern_.size(); }
    constexpr char peek() const { return atEnd() ? '\0' : pattern_[at_]; }
    constexpr bool take(char wanted) {
        const bool found = !atEnd() && pattern_[at_] == wanted;
        at_ += found ? 1 : 0;
        return found;
    }

    constexpr void append(PatternStep step) {
        if (step_count_ == kPatternStepsMax) {
            throw PatternMistake{"the pattern unfolds to more steps than kPatternStepsMax"};
        }
        steps_[step_count_++] = step;
    }
    constexpr void insert(std::size_t place, PatternStep step) {
        append({});
        for (std::size_t index = step_count_ - 1; index > place; --index) {
            steps_[index] = steps_[index - 1];
        }
        steps_[place] = step;
    }
    static constexpr std::int16_t distance(std::size_t from, std::size_t to) {
        return static_cast<std::int16_t>(static_cast<int>(to) - static_cast<int>(from));
    }

    constexpr void readAlternatives(int depth) {
        const std::size_t begin = step_count_;
        readSequence(depth);
        if (!take('|')) {
            return;
        }
        top_level_alternatives_ = top_level_alternatives_ || depth == 0;
        insert(begin, {Kind::Split, 1, 0});
        const std::size_t jump = step_count_;
        append({Kind::Jump, 0, 0});
        steps_[begin].second = distance(begin, step_count_);
        readAlternatives(depth);
        steps_[jump].first = distance(jump, step_count_);
    }

    constexpr void readSequence(int depth) {
        while (!atEnd() && peek() != '|' && peek() != ')' && peek() != '$') {
            const std::size_t begin = step_count_;
            readAtom(depth);
            readQuantifier(begin);
        }
    }

    constexpr void readAtom(int depth) {
        const char first = peek();
        if (first == '(') {
            readGroup(depth);
        } else if (first == '[') {
            readClass();
        } else if (first == '.') {
            ++at_;
            addClass(kLineEnds, Kind::NotClass);
        } else if (first == '\\') {
            readEscape();
        } else if (std::string_view("*+?{}]^").find(first) != std::string_view::npos) {
            throw PatternMistake{"a quantifier without an atom, or ^ { } ] without a backslash"};
        } else {
            const char32_t character = decodeCharacter(pattern_, at_);
            const CharacterRange range{character, character};
            addClass({&range, 1}, Kind::Class);
        }
    }

    constexpr void readGroup(int depth) {
        ++at_;
        if (depth == kGroupDepthMax) {
            throw PatternMistake{"too many groups inside each other"};
        }
        if (take('?') && !take(':')) {
            throw PatternMistake{"of the groups with ? only (?: ) is known: no look-around"};
        }
        readAlternatives(depth + 1);
        if (!take(')')) {
            throw PatternMistake{"a ( without ), or a $ inside a group"};
        }
    }

    constexpr void addRanges(std::span<const CharacterRange> ranges) {
        for (const CharacterRange& range : ranges) {
            if (range_count_ == kPatternRangesMax) {
                throw PatternMistake{"more ranges of characters than kPatternRangesMax"};
            }
            ranges_[range_count_++] = range;
        }
    }
    constexpr void addClass(std::span<const CharacterRange> ranges, Kind kind) {
        const std::size_t begin = range_count_;
        addRanges(ranges);
        addClassOf(begin, kind);
    }
    constexpr void addClassOf(std::size_t first_range, Kind kind) {
        append({kind, static_cast<std::int16_t>(first_range),
                static_cast<std::int16_t>(range_count_ - first_range)});
    }

    constexpr void readEscape() {
        const char letter = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
        const Kind kind = letter >= 'A' && letter <= 'Z' ? Kind::NotClass : Kind::Class;
        const std::size_t begin = range_count_;
        if (letter == 'D' || letter == 'W' || letter == 'S') {
            at_ += 2;
            addNamedRanges(static_cast<char>(letter - 'A' + 'a'));
        } else if (!readNamedClass()) {
            const char32_t character = readEscapedCharacter(false);
            const CharacterRange range{character, character};
            addRanges({&range, 1});
        }
        addClassOf(begin, kind);
    }

    constexpr void addNamedRanges(char name) {
        if (name == 'd') {
            addRanges(kDigitRanges);
        } else if (name == 'w') {
            addRanges(kWordRanges);
        } else {
            addRanges(kSpaceRanges);
        }
    }
    /// \d, \w or \s stands at the current place.
    constexpr bool namesClass() const {
        const char letter = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
        return peek() == '\\' && (letter == 'd' || letter == 'w' || letter == 's');
    }
    constexpr bool readNamedClass() {
        if (!namesClass()) {
            return false;
        }
        addNamedRanges(pattern_[at_ + 1]);
        at_ += 2;
        return true;
    }

    constexpr char32_t readEscapedCharacter(bool in_class) {
        ++at_;
        const char letter = peek();
        ++at_;
        constexpr std::string_view kControls = "nrt";
        constexpr std::string_view kMeanings = "\n\r\t";
        if (const std::size_t found = kControls.find(letter); found != std::string_view::npos) {
            return static_cast<char32_t>(kMeanings[found]);
        }
        constexpr std::string_view kSyntax = "^$\\.*+?()[]{}|/";
        if (kSyntax.find(letter) == std::string_view::npos && !(in_class && letter == '-')) {
            throw PatternMistake{"an escape the subset does not know"};
        }
        return static_cast<char32_t>(letter);
    }

    constexpr void readClass() {
        ++at_;
        const Kind kind = take('^') ? Kind::NotClass : Kind::Class;
        const std::size_t begin = range_count_;
        while (!take(']')) {
            if (atEnd()) {
                throw PatternMistake{"a [ without ]"};
            }
            if (readNamedClass()) {
                // A range of classes: with the flag u a mistake, without it three members.
                if (peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
                    throw PatternMistake{"a range that begins with a class"};
                }
            } else {
                const char32_t first = readClassCharacter();
                const bool is_range = peek() == '-' && at_ + 1 < pattern_.size() &&
                                      pattern_[at_ + 1] != ']' && take('-');
                if (is_range && namesClass()) {
                    throw PatternMistake{"a range that ends with a class"};
                }
                const char32_t last = is_range ? readClassCharacter() : first;
                if (last < first) {
                    throw PatternMistake{"a range of characters whose end is before its begin"};
                }
                const CharacterRange range{first, last};
                addRanges({&range, 1});
            }
        }
        addClassOf(begin, kind);
    }
    constexpr char32_t readClassCharacter() {
        return peek() == '\\' ? readEscapedCharacter(true) : decodeCharacter(pattern_, at_);
    }

    constexpr int readCount() {
        int count = 0;
        const std::size_t begin = at_;
        for (; peek() >= '0' && peek() <= '9' && count <= kRepetitionMax; ++at_) {
            count = count * 10 + (peek() - '0');
        }
        if (begin == at_ || count > kRepetitionMax) {
            throw PatternMistake{"{ wants a count of at most 255"};
        }
        return count;
    }

    constexpr void readQuantifier(std::size_t begin) {
        if (take('*')) {
            repeat(begin, 0, kUnbounded);
        } else if (take('+')) {
            repeat(begin, 1, kUnbounded);
        } else if (take('?')) {
            repeat(begin, 0, 1);
        } else if (take('{')) {
            const int low = readCount();
            const int high = !take(',') ? low : peek() == '}' ? kUnbounded : readCount();
            if (!take('}') || (high != kUnbounded && high < low)) {
                throw PatternMistake{"a repetition is {2}, {2,} or {2,5}"};
            }
            repeat(begin, low, high);
        }
        if (peek() == '?' || peek() == '*' || peek() == '+') {
            throw PatternMistake{"a quantifier behind a quantifier"};
        }
    }

    /// Replaces the piece that begins at `begin` by `low` to `high` copies of it.
    constexpr void repeat(std::size_t begin, int low, int high) {
        const std::size_t size = step_count_ - begin;
        const auto piece = steps_;
        const auto copy = [&] {
            for (std::size_t index = 0; index < size; ++index) {
                append(piece[begin + index]);
            }
        };
        step_count_ = begin;
        for (int count = 0; count < low; ++count) {
            copy();
        }
        if (high == kUnbounded) {
            append({Kind::Split, 1, static_cast<std::int16_t>(size + 2)});
            copy();
            append({Kind::Jump, static_cast<std::int16_t>(-static_cast<int>(size) - 1), 0});
            return;
        }
        const std::size_t end = step_count_ + static_cast<std::size_t>(high - low) * (size + 1);
        for (int count = low; count < high; ++count) {
            append({Kind::Split, 1, distance(step_count_, end)});
            copy();
        }
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    std::array<PatternStep, kPatternStepsMax> steps_{};
    std::size_t step_count_ = 0;
    std::array<CharacterRange, kPatternRangesMax> ranges_{};
    std::size_t range_count_ = 0;
    bool begins_at_begin_ = false;
    bool ends_at_end_ = false;
    bool top_level_alternatives_ = false;
};

}  // namespace mortise::detail
