// host_json: JSON text of the plugin's own (settings, answers of operations), parsed by the host and read through a schema.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "mortise/host.hpp"
#include "mortise/json.h"
#include "mortise/schema.hpp"

namespace mortise::detail {

/// A document the host parsed for us, given back at the end.
class LentDocument {
public:
    LentDocument(const Host& host, std::string_view text) : host_(host) {
        Failure failure;
        check(need(host.tables().json, MORTISE_JSON_INTERFACE)
                  .parse(host.raw(), str(text), &document_, failure.out()),
              failure);
    }
    LentDocument(const LentDocument&) = delete;
    LentDocument& operator=(const LentDocument&) = delete;
    ~LentDocument() { host_.tables().json->release(host_.raw(), document_); }

    const mortise_json_document& operator*() const noexcept { return *document_; }

private:
    const Host& host_;
    const mortise_json_document* document_ = nullptr;
};

/// Reads what another side answered. An answer that does not fit is its fault, never the client's.
template <class Out>
Out readAnswer(const Host& host, std::string_view text, std::string_view who) {
    const LentDocument document(host, text);
    Violations violations("output");
    Out out = fromJson<Out>(JsonValue::root(&*document), violations);
    if (!violations.empty()) {
        throw HostError(
            MORTISE_INTERNAL, "",
            std::string(who) + " answered something else than expected: " + violations.toJson());
    }
    return out;
}

/// As above, for an operation; void drops the answer.
template <class Out>
Out readOutput(const Host& host, std::string_view text) {
    if constexpr (!std::is_void_v<Out>) {
        return readAnswer<Out>(host, text, "the operation");
    }
}

}  // namespace mortise::detail
