#include "bridge/json_document.hpp"

#include <simdjson.h>

#include <algorithm>

#include "limits.hpp"

namespace mortise::bridge {
namespace {

namespace sj = simdjson;
namespace od = simdjson::ondemand;

/// Raised inside the walk only; parse() turns it into a Problem.
struct Refused {
    const char* message;
    bool too_large = false;
};

bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// RFC 8259 section 6: [ "-" ] int [ frac ] [ exp ].
bool isNumber(std::string_view text) noexcept {
    std::size_t at = 0;
    auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && isDigit(text[at])) {
            ++at;
        }
        return at > begin;
    };
    if (at < text.size() && text[at] == '-') {
        ++at;
    }
    const std::size_t integer = at;
    if (!digits() || (text[integer] == '0' && at - integer > 1)) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) {
            return false;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
            ++at;
        }
        if (!digits()) {
            return false;
        }
    }
    return at == text.size();
}

template <typename Result>
auto take(Result&& result) {
    if (result.error() != sj::SUCCESS) {
        throw Refused{result.error() == sj::UTF8_ERROR ? "invalid UTF-8" : "malformed JSON"};
    }
    return std::forward<Result>(result).value_unsafe();
}

class Walk {
public:
    Walk(std::vector<mortise_json_token>& tokens, std::string& text)
        : tokens_(tokens), text_(text) {}

    template <typename Value>
    void visit(Value& value, std::size_t depth) {
        if (depth > limits::kJsonDepthMax) {
            throw Refused{"nested too deeply", true};
        }
        switch (take(value.type())) {
            case od::json_type::object:
                object(value, depth);
                break;
            case od::json_type::array:
                array(value, depth);
                break;
            case od::json_type::string:
                put(MORTISE_JSON_STRING, take(value.get_string()));
                break;
            case od::json_type::number:
                number(value);
                break;
            case od::json_type::boolean:
                mark(take(value.get_bool()) ? MORTISE_JSON_TRUE : MORTISE_JSON_FALSE);
                break;
            case od::json_type::null:
                if (!isNull(value)) {
                    throw Refused{"malformed JSON"};
                }
                mark(MORTISE_JSON_NULL);
                break;
        }
    }

private:
    // is_null() answers a plain bool in some releases and a result in others.
    template <typename Value>
    static bool isNull(Value& value) {
        auto answer = value.is_null();
        if constexpr (std::is_same_v<decltype(answer), bool>) {
            return answer;
        } else {
            return take(answer);
        }
    }

    void mark(std::uint32_t kind) { tokens_.push_back({kind, 0, 0, 1}); }

    void put(std::uint32_t kind, std::string_view text) {
        // JSON can carry it, PostgreSQL's text and jsonb cannot: found there, it would be an error nobody expects.
        if (text.find('\0') != std::string_view::npos) {
            throw Refused{"a text holds U+0000"};
        }
        tokens_.push_back({kind, static_cast<std::uint32_t>(text_.size()),
                           static_cast<std::uint32_t>(text.size()), 1});
        text_.append(text);
    }

    template <typename Value>
    void number(Value& value) {
        std::string_view raw = rawToken(value);
        while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\n' || raw.back() == '\r' ||
                                raw.back() == '\t')) {
            raw.remove_suffix(1);
        }
        if (!isNumber(raw)) {
            throw Refused{"malformed number"};
        }
        put(MORTISE_JSON_NUMBER, raw);
        if constexpr (std::is_same_v<Value, od::document>) {
            // A root scalar must be consumed, or text behind it would go unnoticed.
            take(value.raw_json());
        }
    }

    static std::string_view rawToken(od::value& value) { return value.raw_json_token(); }
    static std::string_view rawToken(od::document& document) {
        return take(document.raw_json_token());
    }

    template <typename Value>
    void object(Value& value, std::size_t depth) {
        const std::size_t self = tokens_.size();
        mark(MORTISE_JSON_OBJECT);
        std::uint32_t count = 0;
        od::object members = take(value.get_object());
        for (auto field : members) {
            if (++count > limits::kJsonKeyCountMax) {
                throw Refused{"too many keys in one object", true};
            }
            put(MORTISE_JSON_KEY, take(field.unescaped_key()));
            od::value child = take(field.value());
            visit(child, depth + 1);
        }
        close(self, count);
        refuseDuplicates(self);
    }

    template <typename Value>
    void array(Value& value, std::size_t depth) {
        const std::size_t self = tokens_.size();
        mark(MORTISE_JSON_ARRAY);
        std::uint32_t count = 0;
        od::array items = take(value.get_array());
        for (auto item : items) {
            od::value child = take(item);
            visit(child, depth + 1);
            ++count;
        }
        close(self, count);
    }

    void close(std::size_t self, std::uint32_t count) {
        tokens_[self].size = count;
        tokens_[self].skip = static_cast<std::uint32_t>(tokens_.size() - self);
    }

    std::string_view keyAt(std::size_t token) const {
        return std::string_view(text_).substr(tokens_[token].offset, tokens_[token].size);
    }

    void refuseDuplicates(std::size_t self) {
        if (tokens_[self].size <= kKeysComparedMax) {
            refuseDuplicatesOfFew(self);
            return;
        }
        keys_.clear();
        for (std::size_t at = self + 1; at < tokens_.size(); at += 1 + tokens_[at + 1].skip) {
            keys_.push_back(keyAt(at));
        }
        std::sort(keys_.begin(), keys_.end());
        if (std::adjacent_find(keys_.begin(), keys_.end()) != keys_.end()) {
            throw Refused{"duplicate key"};
        }
    }

    /// Few keys are compared with each other where they lie; sizes decide most pairs.
    void refuseDuplicatesOfFew(std::size_t self) const {
        const std::size_t end = self + tokens_[self].skip;
        for (std::size_t left = self + 1; left < end; left += 1 + tokens_[left + 1].skip) {
            std::size_t right = left + 1 + tokens_[left + 1].skip;
            for (; right < end; right += 1 + tokens_[right + 1].skip) {
                if (tokens_[left].size == tokens_[right].size && keyAt(left) == keyAt(right)) {
                    throw Refused{"duplicate key"};
                }
            }
        }
    }

    /// Up to here comparing all pairs is quicker than sorting.
    static constexpr std::uint32_t kKeysComparedMax = 24;

    std::vector<mortise_json_token>& tokens_;
    std::string& text_;
    std::vector<std::string_view> keys_;
};

/// What simdjson needs for one document. Making it anew costs more than parsing a small body, so each thread keeps one.
struct Workspace {
    /// Memory a thread keeps: a parser takes about five times the size of its document.
    static constexpr std::size_t kKeptMax = 64 * 1024;

    od::parser parser;
    std::string padded;

    static Workspace& ofThread() {
        thread_local Workspace workspace;
        return workspace;
    }

    od::document iterate(std::string_view text) {
        padded.assign(text);
        padded.append(sj::SIMDJSON_PADDING, '\0');
        return take(
            parser.iterate(sj::padded_string_view(padded.data(), text.size(), padded.size())));
    }

    void shrink() {
        if (padded.capacity() > kKeptMax) {
            parser = od::parser();
            padded = std::string();
        }
    }
};

bool readTokens(Workspace& workspace, std::string_view json,
                std::vector<mortise_json_token>& tokens, std::string& text,
                JsonDocument::Problem& problem) {
    try {
        if (json.size() > limits::kBodySizeCeiling) {
            throw Refused{"document is too large", true};
        }
        od::document document = workspace.iterate(json);
        Walk(tokens, text).visit(document, 1);
        // At the end there is no location left to report; at_end() exists only in later releases.
        if (document.current_location().error() == sj::SUCCESS) {
            throw Refused{"text behind the document"};
        }
        return true;
    } catch (const Refused& refused) {
        problem = {refused.message, refused.too_large};
    } catch (const sj::simdjson_error&) {
        problem = {"malformed JSON", false};
    }
    return false;
}

}  // namespace

bool JsonDocument::parse(std::string_view text, Problem& problem) {
    tokens_.clear();
    text_.clear();
    text_.reserve(text.size());
    tokens_.reserve(text.size() / 8 + 4);
    Workspace& workspace = Workspace::ofThread();
    const bool accepted = readTokens(workspace, text, tokens_, text_, problem);
    workspace.shrink();
    if (!accepted) {
        return false;
    }
    view_ = {sizeof view_, static_cast<std::uint32_t>(tokens_.size()), tokens_.data(), text_.data(),
             text_.size()};
    return true;
}

}  // namespace mortise::bridge
