// "mortise.request/1".
#include "bridge/failure.hpp"
#include "bridge/plugin_request.hpp"
#include "bridge/tables.hpp"
#include "bridge/thread_tags.hpp"

namespace mortise::bridge {
namespace {

mortise_status respond(mortise_request* request, const mortise_response* answer,
                       mortise_error* error) {
    return guarded(error, [&] {
        if (request == nullptr || answer == nullptr ||
            answer->struct_size < offsetof(mortise_response, body)) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", "no answer given");
        }
        return PluginRequest::of(request).respond(*answer, error);
    });
}

void finish(mortise_request* request, mortise_status status, const mortise_error* failure) {
    finishRequest(PluginRequest::of(request), status, failure == nullptr ? blankError() : *failure);
}

}  // namespace

const mortise_request_api& requestTable() noexcept {
    static constexpr mortise_request_api kTable{
        sizeof(mortise_request_api), 0,
        kOnThread<"mortise_request_api.respond", ThreadTag::RequestOrReactor, respond>,
        kOnThread<"mortise_request_api.finish", ThreadTag::Reactor, finish>};
    return kTable;
}

}  // namespace mortise::bridge
