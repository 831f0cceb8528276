// plugin: the one header a plugin in C++ includes, and the class it derives from.
//
// The layer turns the C contract of sdk/include into ordinary C++: a handler is a member function whose signature says where
// each argument comes from. Everything is resolved when declare() runs; a signature that cannot work is a compile error, a
// pattern that does not fit it stops the load with a sentence. No C++ type and no exception crosses into the host.
//
//   parameter                     where it comes from                                           header
//   Path<"note_id", std::int64_t> path parameter; `{note_id}` becomes `{note_id:int}`           handler.hpp
//   Query<T>, Body<T>, Form<T>    T::schema(); violations are answered 422 before the handler   handler.hpp
//   QueryParam<"q", T>            one of the query: scalar, std::optional or std::vector of them  handler_query.hpp
//   File<"photo">, Files<"photos"> uploads; Form<T> beside them takes the other fields          handler_files.hpp
//   Header<"if-match", T>         a header field: scalar, std::optional or std::vector of them  handler_header.hpp
//   Cookie<"theme", T>            a cookie: scalar or std::optional                             handler_header.hpp
//   const Principal&              the user; the route must not be public                        request.hpp
//   const Principal*              the user or nullptr                                           request.hpp
//   RoleUser<"admin">             the user, who has the role; the route requires it             handler_header.hpp
//   Request&                      the raw request: headers, body, client address                request.hpp
//   const T&, Provided<T>         what a provider makes for this request: a static T::provide() handler_provided.hpp
//                                 or a function given to router.provide()
//   Service<T>                    an object of the plugin given to router.provide()             handler_provided.hpp
//   Db& / AsyncDb&                PostgreSQL, blocking / to be awaited                          db.hpp
//   Operations&                   call<Out>(name, in) and co_await callAsync<Out>(name, in)     operations.hpp
//   Jobs&                         enqueue(type, args, options)                                  jobs.hpp
//   Tasks&                        afterResponse(function), interrupted(), remaining()           tasks.hpp
//   Identity&                     hashPassword, verifyPassword, issueToken, revoke..., sha256   identity.hpp
//   Log& (RequestLog&)            info("note.created", field("note_id", id))                    log.hpp
//   Cache&                        get, put, remove, removeTag, getOrCompute(key, ttl, function)  cache.hpp
//   Clock&                        now(), steady(): the time as the host tells it                clock.hpp
//   Trace&                        auto span = trace.span("price"); traceparent()                trace.hpp
//   Deadline                      remaining(), isExpired(), isCancelled()                       deadline.hpp
//   operations: const In& (or Body<In>), const Caller&; jobs: Args<In>, JobRun&; both also what is provided, and everything
//   from Service<T> on
//
//   result                        answer
//   T                             200, data is T (T has a schema and is a JSON object)
//   Created<T>{data, location}    201 and Location;  NoContent  204;  Page<T>  200 with meta
//   Accepted<T>{data, location}   202 and Location;  Redirect(location)  303 or what the route says
//   Reply<T>                      status, message and headers of its own;  RawReply  no envelope
//   Stream, Task<AsyncStream>     a body written piece by piece, without envelope (stream.hpp)
//   Task<any of these>            the same, later: the handler is a coroutine on the reactor
//
// A plain function may block and runs on the executor, unless the route says .inlined(). Errors are thrown: AppError and its
// family (errors.hpp) become the failure envelope, everything else 500 and the log event `request.unhandled_error`.
#pragma once

#include "mortise/cache.hpp"
#include "mortise/clock.hpp"
#include "mortise/config.hpp"
#include "mortise/db.hpp"
#include "mortise/db_notifications.hpp"
#include "mortise/deadline.hpp"
#include "mortise/errors.hpp"
#include "mortise/handler.hpp"
#include "mortise/host.hpp"
#include "mortise/http_client.hpp"
#include "mortise/identity.hpp"
#include "mortise/jobs.hpp"
#include "mortise/jobs_queue.hpp"
#include "mortise/log.hpp"
#include "mortise/metrics.hpp"
#include "mortise/operations.hpp"
#include "mortise/paging.hpp"
#include "mortise/plugin.h"
#include "mortise/redirect.hpp"
#include "mortise/request.hpp"
#include "mortise/router.hpp"
#include "mortise/schema.hpp"
#include "mortise/semaphore.hpp"
#include "mortise/stream.hpp"
#include "mortise/task.hpp"
#include "mortise/tasks.hpp"
#include "mortise/trace.hpp"
#include "mortise/types.hpp"

namespace mortise {

/// Base of a plugin's one class. Handlers are its member functions; many threads call them at once, so what they share is
/// either set in configure() or prepare() and constant afterwards, or guarded. Every step reports failure by throwing.
class Plugin {
public:
    Plugin() = default;
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    virtual ~Plugin() = default;

    /// Reads and checks settings. No sockets, files, threads. A dry run happens on an instance of its own that is thrown
    /// away, so this never changes what a running plugin uses.
    virtual void configure(const Config&) {}
    /// Registers routes, operations and job types. The only place where that is possible.
    virtual void declare(Router& router) = 0;
    /// Warms up; may use the database (host.tasks().open()) and start threads. UnavailableError means: try again at boot.
    /// What has not returned at the deadline has failed, and the version before serves on.
    virtual void prepare(Host&, Deadline) {}
    /// Requests arrive from now on. Flips flags only.
    virtual void activate() noexcept {}
    /// Stops producing work (claiming jobs, timers); what is under way goes on.
    virtual void quiesce() {}
    /// Takes quiesce() back.
    virtual void resume() noexcept {}
    /// Gives everything back: threads joined, timers and subscriptions cancelled. Also called after a failed prepare().
    virtual void stop(Deadline) {}
};

}  // namespace mortise

#include "mortise/plugin_entry.hpp"

/// Emits the entry symbol. Once per plugin, at global scope: `MORTISE_PLUGIN(notes::Notes)`. Name and version come from
/// plugin.json through mortise_add_plugin(). The class needs a default constructor that does nothing observable.
#define MORTISE_PLUGIN(Class)                                                  \
    extern "C" MORTISE_EXPORT mortise_status mortise_plugin_open_v1(           \
        const mortise_host* host, mortise_plugin* out, mortise_error* error) { \
        return ::mortise::detail::openPlugin<Class>(                           \
            host, out, error, {MORTISE_PLUGIN_NAME, MORTISE_PLUGIN_VERSION});  \
    }
