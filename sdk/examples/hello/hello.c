/* hello: the smallest plugin, in plain C. It serves GET /api/v1/hello.
 *
 *   host: dlopen, mortise_plugin_open_v1() -> table of functions -> configure, declare, prepare, activate
 *   a request: serve_hello() -> respond() -> the host writes {"status":"success",...,"data":{"greeting":"Hello"}}
 *   end: quiesce, stop, destroy, dlclose
 *
 * The library carries a note with its plugin.json, which mortise_add_plugin() writes.
 */
#include "mortise/declare.h"
#include "mortise/plugin.h"
#include "mortise/request.h"

#include <stdlib.h>
#include <string.h>

struct hello {
    const mortise_request_api* request_api;
};

static mortise_str text(const char* literal) {
    const mortise_str result = {literal, strlen(literal)};
    return result;
}

/* Runs on an event loop (INLINE): it does not wait for anything. */
static mortise_status serve_hello(void* handler_context, mortise_request* request,
                                  mortise_error* error) {
    const struct hello* self = handler_context;
    mortise_response response;
    memset(&response, 0, sizeof response);
    response.struct_size = sizeof response;
    response.http_status = 200;
    response.message = text("Hello");
    response.data = text("{\"greeting\":\"Hello\"}");
    return self->request_api->respond(request, &response, error);
}

static mortise_status declare(void* self, const mortise_declare* table,
                              mortise_declaration* declaration, mortise_error* error) {
    mortise_route route;
    memset(&route, 0, sizeof route);
    route.struct_size = sizeof route;
    route.flags = MORTISE_ROUTE_INLINE;
    route.access = MORTISE_ACCESS_PUBLIC;
    route.method = text("GET");
    route.pattern = text("/api/v1/hello");
    route.openapi =
        text("{\"summary\":\"Say hello\",\"responses\":{\"200\":{\"description\":\"Hello\"}}}");
    route.handler = serve_hello;
    route.handler_context = self;
    return table->add_route(declaration, &route, error);
}

/* Steps of the life cycle in which this plugin has nothing to do. */
static mortise_status configure(void* self, uint32_t mode, mortise_error* error) {
    (void)self, (void)mode, (void)error;
    return MORTISE_OK;
}
static mortise_status prepare(void* self, uint32_t deadline_ms, mortise_error* error) {
    (void)self, (void)deadline_ms, (void)error;
    return MORTISE_OK;
}
static void activate(void* self) {
    (void)self;
}
static mortise_status quiesce(void* self, mortise_error* error) {
    (void)self, (void)error;
    return MORTISE_OK;
}
static void resume(void* self) {
    (void)self;
}
static mortise_status stop(void* self, uint32_t deadline_ms, mortise_error* error) {
    (void)self, (void)deadline_ms, (void)error;
    return MORTISE_OK;
}
static void destroy(void* self) {
    free(self);
}

mortise_status mortise_plugin_open_v1(const mortise_host* host, mortise_plugin* out,
                                      mortise_error* error) {
    const void* table = NULL;
    const mortise_status status = host->query(host, text(MORTISE_REQUEST_INTERFACE),
                                              sizeof(mortise_request_api), &table, error);
    if (status != MORTISE_OK) {
        return status;
    }
    struct hello* self = malloc(sizeof *self);
    if (self == NULL) {
        return MORTISE_EXHAUSTED;
    }
    self->request_api = table;
    out->self = self;
    out->configure = configure;
    out->declare = declare;
    out->prepare = prepare;
    out->activate = activate;
    out->quiesce = quiesce;
    out->resume = resume;
    out->stop = stop;
    out->destroy = destroy;
    return MORTISE_OK;
}
