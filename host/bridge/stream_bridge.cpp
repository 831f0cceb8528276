// "mortise.stream/1".
#include "bridge/failure.hpp"
#include "bridge/plugin_request.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"

namespace mortise::bridge {
namespace {

std::string_view textOf(mortise_bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data), static_cast<std::size_t>(bytes.size)};
}

mortise_status open(mortise_request* request, const mortise_response* head, mortise_error* error) {
    return guarded(error, [&] {
        if (request == nullptr || head == nullptr ||
            head->struct_size < offsetof(mortise_response, body)) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", "no head given");
        }
        return PluginRequest::of(request).openStream(*head, error);
    });
}

mortise_status write(mortise_request* request, mortise_bytes piece, mortise_error* error) {
    return guarded(error, [&] {
        PluginRequest& called = PluginRequest::of(request);
        return called.stream().write(called.unit(), textOf(piece), error);
    });
}

mortise_status writeAsync(mortise_request* request, mortise_bytes piece, mortise_stream_done done,
                          void* done_context, mortise_error* error) {
    return guarded(error, [&] {
        PluginRequest& called = PluginRequest::of(request);
        return called.stream().writeAsync(called.unit(), textOf(piece), done, done_context, error);
    });
}

}  // namespace

const mortise_stream& streamTable() noexcept {
    static constexpr mortise_stream kTable{
        sizeof(mortise_stream), 0,
        kOnThread<"mortise_stream.open", ThreadTag::RequestOrReactor, open>,
        kOnThread<"mortise_stream.write", ThreadTag::Request, write>,
        kOnThread<"mortise_stream.write_async", ThreadTag::Reactor, writeAsync>};
    return kTable;
}

}  // namespace mortise::bridge
