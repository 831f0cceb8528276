// JsonTokens: turns test JSON into the token array of mortise/json.h, so that tests of the SDK need no host.
//
// Test support only: it trusts its input to be valid JSON, and throws when it is not. The host's own parser is checked
// elsewhere, against hostile input.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/json.h"

namespace mortise::test {

class JsonTokens {
public:
    explicit JsonTokens(std::string_view json) : json_(json) {
        readValue();
        skipSpace();
        if (at_ != json_.size()) {
            throw std::invalid_argument("text behind the test JSON");
        }
        document_ = {sizeof(mortise_json_document), static_cast<std::uint32_t>(tokens_.size()),
                     tokens_.data(), text_.data(), text_.size()};
    }
    JsonTokens(const JsonTokens&) = delete;
    JsonTokens& operator=(const JsonTokens&) = delete;

    const mortise_json_document& document() const { return document_; }

private:
    void skipSpace() {
        while (at_ < json_.size() && std::string_view(" \t\r\n").find(json_[at_]) != json_.npos) {
            ++at_;
        }
    }

    char peek() {
        skipSpace();
        if (at_ == json_.size()) {
            throw std::invalid_argument("test JSON ends too early");
        }
        return json_[at_];
    }

    bool take(char wanted) {
        const bool found = peek() == wanted;
        at_ += found ? 1 : 0;
        return found;
    }

    void expect(char wanted) {
        if (!take(wanted)) {
            throw std::invalid_argument(std::string("test JSON lacks ") + wanted);
        }
    }

    std::size_t open(std::uint32_t kind) {
        tokens_.push_back({kind, 0, 0, 1});
        return tokens_.size() - 1;
    }

    void addText(std::uint32_t kind, std::string_view text) {
        tokens_.push_back({kind, static_cast<std::uint32_t>(text_.size()),
                           static_cast<std::uint32_t>(text.size()), 1});
        text_ += text;
    }

    void readValue() {
        switch (peek()) {
            case '{':
                return readContainer(MORTISE_JSON_OBJECT, '}');
            case '[':
                return readContainer(MORTISE_JSON_ARRAY, ']');
            case '"':
                return addText(MORTISE_JSON_STRING, readString());
            case 't':
                return readWord("true", MORTISE_JSON_TRUE);
            case 'f':
                return readWord("false", MORTISE_JSON_FALSE);
            case 'n':
                return readWord("null", MORTISE_JSON_NULL);
            default:
                return readNumber();
        }
    }

    void readContainer(std::uint32_t kind, char closing) {
        ++at_;
        const std::size_t self = open(kind);
        std::uint32_t count = 0;
        while (!take(closing)) {
            if (count++ > 0) {
                expect(',');
            }
            if (kind == MORTISE_JSON_OBJECT) {
                peek();
                addText(MORTISE_JSON_KEY, readString());
                expect(':');
            }
            readValue();
        }
        tokens_[self].size = count;
        tokens_[self].skip = static_cast<std::uint32_t>(tokens_.size() - self);
    }

    void readWord(std::string_view word, std::uint32_t kind) {
        if (json_.substr(at_, word.size()) != word) {
            throw std::invalid_argument("unknown word in test JSON");
        }
        at_ += word.size();
        open(kind);
    }

    void readNumber() {
        const std::size_t end = json_.find_first_not_of("+-0123456789.eE", at_);
        const std::string_view text = json_.substr(at_, end == json_.npos ? end : end - at_);
        if (text.empty()) {
            throw std::invalid_argument("no value in test JSON");
        }
        at_ += text.size();
        addText(MORTISE_JSON_NUMBER, text);
    }

    std::string readString() {
        std::string text;
        for (++at_; json_.at(at_) != '"'; ++at_) {
            if (json_[at_] != '\\') {
                text += json_[at_];
            } else {
                readEscape(text);
            }
        }
        ++at_;
        return text;
    }

    void readEscape(std::string& text) {
        constexpr std::string_view kLetters = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const char letter = json_.at(++at_);
        if (const std::size_t found = kLetters.find(letter); found != kLetters.npos) {
            text += kMeanings[found];
            return;
        }
        // Control characters are the only \u escapes the writer makes; they are one byte.
        const unsigned long code = std::stoul(std::string(json_.substr(at_ + 1, 4)), nullptr, 16);
        if (code >= 0x80) {
            throw std::invalid_argument("write characters above U+007F directly in test JSON");
        }
        text += static_cast<char>(code);
        at_ += 4;
    }

    std::string_view json_;
    std::size_t at_ = 0;
    std::vector<mortise_json_token> tokens_;
    std::string text_;
    mortise_json_document document_{};
};

}  // namespace mortise::test
