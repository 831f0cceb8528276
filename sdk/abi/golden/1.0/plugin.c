/* golden: a plugin of this minor release, built with nothing but the headers beside it.
 *
 * Every later host has to load and serve it, so it is never changed once the release is out. It needs the interfaces of the release with
 * the sizes they had, and calls something of each that has functions, so that a function that means something else is noticed too.
 *
 *   GET  /api/v1/golden             inline: which release it is of (config, log, metrics)
 *   POST /api/v1/golden             inline: how many tokens the host made of the body (json)
 *   GET  /api/v1/golden/database    blocking: what a statement gives (db)
 *   GET  /api/v1/golden/refused     inline: a failure of the domain (request)
 *   GET  /api/v1/golden/clock       inline: whether time passes (clock)
 *   GET  /api/v1/golden/signature   blocking: whether a signature is the same twice and another text has another one (identity)
 *   GET  /api/v1/golden/work        blocking: what a unit of work of its own reads (tasks)
 *   GET  /api/v1/golden/job         blocking: what the handler of a job gives (jobs)
 *   GET  /api/v1/golden/operation   blocking: what a call says that the manifest does not name (operations)
 *   GET  /api/v1/golden/stream      blocking: two pieces without envelope (stream)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mortise/cache.h"
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
#define INTERFACE_COUNT 15
#define JSON                                                                                   \
    "{\"name\":\"golden\",\"version\":\"1.0.0\",\"description\":\"Of release " RELEASE "\","   \
    "\"interfaces\":[\"mortise.declare/1\",\"mortise.request/1\",\"mortise.json/1\","          \
    "\"mortise.operations/1\",\"mortise.db/1\",\"mortise.jobs/1\",\"mortise.config/1\","       \
    "\"mortise.log/1\",\"mortise.identity/1\",\"mortise.tasks/1\",\"mortise.stream/1\","      \
    "\"mortise.clock/1\",\"mortise.health/1\",\"mortise.metrics/1\",\"mortise.cache/1\"],"    \
    "\"grants\":{\"routes\":[\"/api/v1/golden\"],\"jobs\":[\"run\"]},"                         \
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
         {MORTISE_METRICS_INTERFACE, sizeof(mortise_metrics)},
         {MORTISE_CACHE_INTERFACE, sizeof(mortise_cache)}},
        JSON};

struct golden {
    const mortise_host *host;
    const mortise_request_api *request_api;
    const mortise_config *config;
    const mortise_log *log;
    const mortise_db *db;
    const mortise_operations *operations;
    const mortise_jobs *jobs;
    const mortise_identity *identity;
    const mortise_tasks *tasks;
    const mortise_stream *stream;
    const mortise_clock *clock;
    const mortise_metrics *metrics;
    uint32_t asked_metric;
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
    self->metrics->add(self->host, self->asked_metric, 0, 1);
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

/* Reads one number in a unit of work. */
static mortise_status multiply(const struct golden *self, mortise_context *unit, char *product,
                               size_t size, mortise_error *error) {
    const mortise_value seven = {"7", 1};
    mortise_statement statement;
    memset(&statement, 0, sizeof statement);
    statement.struct_size = sizeof statement;
    statement.sql = text("SELECT $1::int * 6");
    statement.name = text("golden_multiply");
    statement.params = &seven;
    statement.param_count = 1;
    const mortise_result *result = NULL;
    const mortise_status status = self->db->execute(unit, &statement, &result, error);
    if (status != MORTISE_OK) {
        return status;
    }
    snprintf(product, size, "{\"product\":%.*s}", (int)result->cells[0].size,
             result->cells[0].data);
    self->db->release(self->host, result);
    return MORTISE_OK;
}

static mortise_status serve_database(void *context, mortise_request *request,
                                     mortise_error *error) {
    const struct golden *self = context;
    char data[64];
    const mortise_status status = multiply(self, request->context, data, sizeof data, error);
    return status == MORTISE_OK ? answer(self, request, data, error) : status;
}

static mortise_status serve_clock(void *context, mortise_request *request, mortise_error *error) {
    const struct golden *self = context;
    const int64_t before = self->clock->steady_ns(self->host);
    const int64_t now_us = self->clock->now_us(self->host);
    const int passes = self->clock->steady_ns(self->host) >= before;
    char data[64];
    snprintf(data, sizeof data, "{\"passes\":%d,\"now_s\":%lld}", passes,
             (long long)(now_us / 1000000));
    return answer(self, request, data, error);
}

static mortise_status serve_signature(void *context, mortise_request *request,
                                      mortise_error *error) {
    const struct golden *self = context;
    const mortise_bytes texts[3] = {
        {(const uint8_t *)"gold", 4}, {(const uint8_t *)"gold", 4}, {(const uint8_t *)"lead", 4}};
    uint8_t digests[3][32];
    for (int i = 0; i < 3; ++i) {
        const mortise_status status =
            self->identity->sign(self->host, texts[i], digests[i], error);
        if (status != MORTISE_OK) {
            return status;
        }
    }
    char data[64];
    snprintf(data, sizeof data, "{\"same\":%d,\"different\":%d}",
             memcmp(digests[0], digests[1], 32) == 0, memcmp(digests[0], digests[2], 32) != 0);
    return answer(self, request, data, error);
}

static mortise_status serve_work(void *context, mortise_request *request, mortise_error *error) {
    const struct golden *self = context;
    mortise_context *unit = NULL;
    char data[64];
    mortise_status status = self->tasks->open(self->host, 10000, &unit, error);
    if (status == MORTISE_OK && self->tasks->remaining_ms(unit) <= 0) {
        status = MORTISE_DEADLINE_EXCEEDED;
    }
    if (status == MORTISE_OK) {
        status = multiply(self, unit, data, sizeof data, error);
    }
    if (unit != NULL) {
        const mortise_status closed = self->tasks->close(unit, status, error);
        status = status == MORTISE_OK ? closed : status;
    }
    return status == MORTISE_OK ? answer(self, request, data, error) : status;
}

static mortise_status do_job(void *context, mortise_job *job, mortise_error *error) {
    const struct golden *self = context;
    char result[64];
    snprintf(result, sizeof result, "{\"attempt\":%u,\"tokens\":%u}", job->attempt,
             job->json->token_count);
    return self->jobs->result(job, text(result), error);
}

static void keep_result(void *context, mortise_str result) {
    snprintf(context, 64, "%.*s", (int)result.size, result.data);
}

static mortise_status serve_job(void *context, mortise_request *request, mortise_error *error) {
    const struct golden *self = context;
    mortise_job_run run;
    char data[64] = "";
    memset(&run, 0, sizeof run);
    run.struct_size = sizeof run;
    run.attempt = 2;
    run.max_attempts = 3;
    run.deadline_ms = 10000;
    run.job_id = text("00000000-0000-7000-8000-000000000000");
    run.job_type = text("golden.work");
    run.args = text("{\"a\":1}");
    const mortise_status status = self->jobs->run(self->host, &run, keep_result, data, error);
    return status == MORTISE_OK ? answer(self, request, data, error) : status;
}

static void keep_nothing(void *context, mortise_status status, mortise_str output,
                         const mortise_error *error) {
    (void)context, (void)status, (void)output, (void)error;
}

static mortise_status serve_operation(void *context, mortise_request *request,
                                      mortise_error *error) {
    const struct golden *self = context;
    mortise_error refusal;
    memset(&refusal, 0, sizeof refusal);
    refusal.struct_size = sizeof refusal;
    const mortise_status status = self->operations->call(
        request->context, text("users.get_user"), text("{}"), keep_nothing, NULL, &refusal);
    char data[64];
    snprintf(data, sizeof data, "{\"denied\":%d}", status == MORTISE_DENIED);
    return answer(self, request, data, error);
}

static mortise_status serve_stream(void *context, mortise_request *request, mortise_error *error) {
    const struct golden *self = context;
    const mortise_bytes piece = {(const uint8_t *)"gold", 4};
    mortise_response head;
    memset(&head, 0, sizeof head);
    head.struct_size = sizeof head;
    head.http_status = 200;
    head.flags = MORTISE_RESPONSE_RAW;
    head.content_type = text("text/plain");
    mortise_status status = self->stream->open(request, &head, error);
    for (int i = 0; i < 2 && status == MORTISE_OK; ++i) {
        status = self->stream->write(request, piece, error);
    }
    return status;
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

static mortise_status add_more(struct golden *self, const mortise_declare *table,
                               mortise_declaration *declaration, mortise_error *error) {
    const struct {
        const char *pattern;
        mortise_request_handler handler;
    } routes[] = {{"/api/v1/golden/signature", serve_signature},
                  {"/api/v1/golden/work", serve_work},
                  {"/api/v1/golden/job", serve_job},
                  {"/api/v1/golden/operation", serve_operation},
                  {"/api/v1/golden/stream", serve_stream}};
    mortise_status status = add(self, table, declaration, "GET", "/api/v1/golden/clock",
                                MORTISE_ROUTE_INLINE, serve_clock, error);
    for (size_t i = 0; i < sizeof routes / sizeof routes[0] && status == MORTISE_OK; ++i) {
        status = add(self, table, declaration, "GET", routes[i].pattern, MORTISE_ROUTE_BLOCKING,
                     routes[i].handler, error);
    }
    mortise_metric metric;
    memset(&metric, 0, sizeof metric);
    metric.struct_size = sizeof metric;
    metric.kind = MORTISE_METRIC_COUNTER;
    metric.name = text("asked_total");
    metric.help = text("How often it was asked for its release.");
    if (status == MORTISE_OK) {
        status = table->add_metric(declaration, &metric, &self->asked_metric, error);
    }
    mortise_job_type type;
    memset(&type, 0, sizeof type);
    type.struct_size = sizeof type;
    type.max_attempts = 3;
    type.name = text("golden.work");
    type.handler = do_job;
    type.handler_context = self;
    return status == MORTISE_OK ? table->add_job_type(declaration, &type, error) : status;
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
    return status == MORTISE_OK ? add_more(self, table, declaration, error) : status;
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
    self->operations = tables[3];
    self->db = tables[4];
    self->jobs = tables[5];
    self->config = tables[6];
    self->log = tables[7];
    self->identity = tables[8];
    self->tasks = tables[9];
    self->stream = tables[10];
    self->clock = tables[11];
    self->metrics = tables[13];
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
