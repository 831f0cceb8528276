// "mortise.json/1": documents a plugin parses itself, lent until it releases them.
#include <memory>

#include "bridge/failure.hpp"
#include "bridge/json_document.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"

namespace mortise::bridge {
namespace {

/// What the plugin holds is the view in front; the document behind it owns tokens and text.
struct LentDocument : mortise_json_document {
    JsonDocument document;
};

mortise_status parse(const mortise_host*, mortise_str text, const mortise_json_document** out,
                     mortise_error* error) {
    return guarded(error, [&] {
        if (out == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "no place for the document");
        }
        auto lent = std::make_unique<LentDocument>();
        JsonDocument::Problem problem;
        if (!lent->document.parse(viewOf(text), problem)) {
            return fail(error, problem.too_large ? MORTISE_EXHAUSTED : MORTISE_INVALID_ARGUMENT,
                        "MALFORMED_JSON", problem.message);
        }
        static_cast<mortise_json_document&>(*lent) = lent->document.view();
        *out = lent.release();
        return MORTISE_OK;
    });
}

void release(const mortise_host*, const mortise_json_document* document) {
    delete static_cast<const LentDocument*>(document);
}

}  // namespace

const mortise_json& jsonTable() noexcept {
    static constexpr mortise_json kTable{sizeof(mortise_json), 0, parse, release};
    return kTable;
}

}  // namespace mortise::bridge
