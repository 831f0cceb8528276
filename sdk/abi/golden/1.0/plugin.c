/* golden: a plugin of this minor release, built with nothing but the headers beside it.
 *
 * Every later host has to load and serve it, so it is never changed once the release is out. It needs the interfaces of the release with
 * the sizes they had, and calls those that can be called without asking the world: declare, request, json, config, log, db.
 *
 *   GET  /api/v1/golden           inline: which release it is of
 *   POST /api/v1/golden           inline: how many tokens the host made of the body
 *   GET  /api/v1/golden/database  blocking: what a statement gives
 *   GET  /api/v1/golden/refused   inline: a failure of the domain
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mortise/clock.h"
#include "mortise/config.h"
#include "mortise/db.h"
#include "mortise/declare.h"
#include "mortise/health.h"
#include "mortise/identity.h"
#include "mortise/jobs.h"
#include "mortise/json.h"
#include "mortise/log.h"
#include "mortise/manifest.h"
#include "mortise/metrics.h"
#include "mortise/operations.h"
#include "mortise/plugin.h"
#include "mortise/request.h"
#include "mortise/stream.h"
#include "mortise/tasks.h"

#define RELEASE "1.0"
#define INTERFACE_COUNT 14
#define JSON                                                                                   \
    "{\"name\":\"golden\",\"version\":\"1.0.0\",\"description\":\"Of release " RELEASE "\","   \
    "\"interfaces\":[\"mortise.declare/1\",\"mortise.request/1\",\"mortise.json/1\","          \
    "\"mortise.operations/1\",\"mortise.db/1\",\"mortise.jobs/1\",\"mortise.config/1\","       \
    "\"mortise.log/1\",\"mortise.identity/1\",\"mortise.tasks/1\",\"mortise.stream/1\","      \
    "\"mortise.clock/1\",\"mortise.health/1\",\"mortise.metrics/1\"],"                         \
    "\"grants\":{\"routes\":[\"/api/v1/golden\"]},"                                            \
    "\"settings\":[{\"key\":\"word\",\"type\":\"string\",\"default\":\"gold\","                \
    "\"description\":\"Is part of the answer.\"}]}"

struct note {
    uint32_t owner_size;
    uint32_t descriptor_size;
    uint32_t type;
    char owner[8];
    mortise_manifest head;
    mortise_manifest_interface interfaces[INTERFACE_COUNT];
    char json[sizeof(JSON) - 1];
};

__attribute__((section(MORTISE_NOTE_SECTION), used, aligned(4))) static const struct note
    golden_note = {
        8,
        (uint32_t)(offsetof(struct note, json) - offsetof(struct note, head) + sizeof(JSON) - 1),
        MORTISE_NOTE_TYPE,
        MORTISE_NOTE_OWNER,
        {MORTISE_MANIFEST_MAGIC, MORTISE_ABI_VERSION, MORTISE_SDK_VERSION, 0, INTERFACE_COUNT,
         sizeof(JSON) - 1, "golden", "1.0.0"},
        {{MORTISE_DECLARE_INTERFACE, sizeof(mortise_declare)},
         {MORTISE_REQUEST_INTERFACE, sizeof(mortise_request_api)},
         {MORTISE_JSON_INTERFACE, sizeof(mortise_json)},
         {MORTISE_OPERATIONS_INTERFACE, sizeof(mortise_operations)},
         {MORTISE_DB_INTERFACE, sizeof(mortise_db)},
         {MORTISE_JOBS_INTERFACE, sizeof(mortise_jobs)},
         {MORTISE_CONFIG_INTERFACE, sizeof(mortise_config)},
         {MORTISE_LOG_INTERFACE, sizeof(mortise_log)},
         {MORTISE_IDENTITY_INTERFACE, sizeof(mortise_identity)},
         {MORTISE_TASKS_INTERFACE, sizeof(mortise_tasks)},
         {MORTISE_STREAM_INTERFACE, sizeof(mortise_stream)},
         {MORTISE_CLOCK_INTERFACE, sizeof(mortise_clock)},
         {MORTISE_HEALTH_INTERFACE, sizeof(mortise_health)},
         {MORTISE_METRICS_INTERFACE, sizeof(mortise_metrics)}},
        JSON};

struct golden {
    const mortise_host *host;
    const mortise_request_api *request_api;
    const mortise_config *config;
    const mortise_log *log;
    const mortise_db *db;
    char word[32];
};

static mortise_str text(const char *literal) {
    const mortise_str view = {literal, strlen(literal)};
    return view;
}

static mortise_status answer(const struct golden *self, mortise_request *request, const char *data,
                             mortise_error *error) {
    mortise_response response;
    memset(&response, 0, sizeof response);
    response.struct_size = sizeof response;
    response.http_status = 200;
    response.message = text("Golden");
    response.data = text(data);
    return self->request_api->respond(request, &response, error);
}

static mortise_status serve_release(void *context, mortise_request *request, mortise_error *error) {
    const struct golden *self = context;
    char data[128];
    snprintf(data, sizeof data, "{\"release\":\"%s\",\"word\":\"%s\"}", RELEASE, self->word);
    self->log->write(self->host, request->context, MORTISE_LOG_INFO, text("golden.asked"), NULL, 0);
    return answer(self, request, data, error);
}

static mortise_status serve_tokens(void *context, mortise_request *request, mortise_error *error) {
    const struct golden *self = context;
    const mortise_json_document *document = request->json;
    char data[128];
    snprintf(data, sizeof data, "{\"tokens\":%u,\"kind\":%u}", document->token_count,
             document->tokens[0].kind);
    return answer(self, request, data, error);
}

static mortise_status serve_database(void *context, mortise_request *request,
                                     mortise_error *error) {
    const struct golden *self = context;
    const mortise_value seven = {"7", 1};
    mortise_statement statement;
    memset(&statement, 0, sizeof statement);
    statement.struct_size = sizeof statement;
    statement.sql = text("SELECT $1::int * 6");
    statement.name = text("golden_multiply");
    statement.params = &seven;
    statement.param_count = 1;
    const mortise_result *result = NULL;
    const mortise_status status = self->db->execute(request->context, &statement, &result, error);
    if (status != MORTISE_OK) {
        return status;
    }
    char data[64];
    snprintf(data, sizeof data, "{\"product\":%.*s}", (int)result->cells[0].size,
             result->cells[0].data);
    self->db->release(self->host, result);
    return answer(self, request, data, error);
}

static mortise_status refuse(void *context, mortise_request *request, mortise_error *error) {
    (void)context, (void)request;
    error->status = MORTISE_DOMAIN_ERROR;
    error->http_status = 409;
    strcpy(error->code, "GOLDEN_REFUSED");
    strcpy(error->message, "This is refused");
    return MORTISE_DOMAIN_ERROR;
}

static mortise_status configure(void *context, uint32_t mode, mortise_error *error) {
    struct golden *self = context;
    mortise_str word;
    (void)mode;
    const mortise_status status = self->config->get(self->host, text("word"), &word, error);
    if (status == MORTISE_OK) {
        snprintf(self->word, sizeof self->word, "%.*s", (int)word.size, word.data);
    }
    return status;
}

static mortise_status add(struct golden *self, const mortise_declare *table,
                          mortise_declaration *declaration, const char *method,
                          const char *pattern, uint32_t flags, mortise_request_handler handler,
                          mortise_error *error) {
    mortise_route route;
    memset(&route, 0, sizeof route);
    route.struct_size = sizeof route;
    route.flags = flags;
    route.access = MORTISE_ACCESS_PUBLIC;
    route.method = text(method);
    route.pattern = text(pattern);
    route.openapi =
        text("{\"summary\":\"Golden\",\"responses\":{\"200\":{\"description\":\"Golden\"}}}");
    route.handler = handler;
    route.handler_context = self;
    return table->add_route(declaration, &route, error);
}

static mortise_status declare(void *self, const mortise_declare *table,
                              mortise_declaration *declaration, mortise_error *error) {
    mortise_status status = table->add_error(declaration, text("GOLDEN_REFUSED"), 409,
                                             text("This is refused"), error);
    if (status == MORTISE_OK) {
        status = add(self, table, declaration, "GET", "/api/v1/golden", MORTISE_ROUTE_INLINE,
                     serve_release, error);
    }
    if (status == MORTISE_OK) {
        status = add(self, table, declaration, "POST", "/api/v1/golden",
                     MORTISE_ROUTE_INLINE | MORTISE_ROUTE_JSON_BODY, serve_tokens, error);
    }
    if (status == MORTISE_OK) {
        status = add(self, table, declaration, "GET", "/api/v1/golden/database",
                     MORTISE_ROUTE_BLOCKING, serve_database, error);
    }
    if (status == MORTISE_OK) {
        status = add(self, table, declaration, "GET", "/api/v1/golden/refused",
                     MORTISE_ROUTE_INLINE, refuse, error);
    }
    return status;
}

/* Steps of the life cycle in which this plugin has nothing to do. */
static mortise_status prepare(void *self, uint32_t deadline_ms, mortise_error *error) {
    (void)self, (void)deadline_ms, (void)error;
    return MORTISE_OK;
}
static void nothing(void *self) { (void)self; }
static mortise_status quiesce(void *self, mortise_error *error) {
    (void)self, (void)error;
    return MORTISE_OK;
}
static void destroy(void *self) { free(self); }

/* All tables have to be there with the size they had, the unused ones too. */
static const void *table_of(const mortise_host *host, const mortise_manifest_interface *interface,
                            mortise_error *error) {
    const void *table = NULL;
    return host->query(host, text(interface->id), interface->table_size_min, &table, error) ==
                   MORTISE_OK
               ? table
               : NULL;
}

mortise_status mortise_plugin_open_v1(const mortise_host *host, mortise_plugin *out,
                                      mortise_error *error) {
    const void *tables[INTERFACE_COUNT];
    for (int i = 0; i < INTERFACE_COUNT; ++i) {
        tables[i] = table_of(host, &golden_note.interfaces[i], error);
        if (tables[i] == NULL) {
            return MORTISE_UNSUPPORTED;
        }
    }
    struct golden *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return MORTISE_EXHAUSTED;
    }
    self->host = host;
    self->request_api = tables[1];
    self->db = tables[4];
    self->config = tables[6];
    self->log = tables[7];
    out->self = self;
    out->configure = configure;
    out->declare = declare;
    out->prepare = prepare;
    out->activate = nothing;
    out->quiesce = quiesce;
    out->resume = nothing;
    out->stop = prepare;
    out->destroy = destroy;
    return MORTISE_OK;
}
