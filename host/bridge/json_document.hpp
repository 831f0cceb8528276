// JsonDocument: a JSON text as the flat token array of sdk/include/mortise/json.h.
//
// Problem: every plugin, in whatever language, needs the body of a request, and a hand-written check of JSON is where attacks get in.
// Choice:  the host parses once with simdjson (on demand, strict UTF-8) and adds what simdjson does not judge: duplicate keys,
//          number grammar, depth, key count, U+0000 in texts, and text behind the document.
// Guarantee: whoever walks the tokens never meets malformed input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mortise/json.h"

namespace mortise::bridge {

class JsonDocument {
public:
    /// Why a text was refused. `too_large` tells a broken limit from broken syntax.
    struct Problem {
        std::string message;  ///< For the client: lower case, no names of libraries.
        bool too_large = false;
    };

    /// Replaces the content; false with `problem` filled when the text is not acceptable (RFC 8259 and the limits of
    /// limits.hpp). Any thread; one at a time per object.
    bool parse(std::string_view text, Problem& problem);

    /// Valid until the next parse() or the end of the object.
    const mortise_json_document& view() const noexcept { return view_; }

private:
    std::vector<mortise_json_token> tokens_;
    std::string text_;  // Unescaped strings, keys and number texts, one after the other.
    mortise_json_document view_{};
};

}  // namespace mortise::bridge
