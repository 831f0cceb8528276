// limits: every bound of the host, in one place, each with its reason.
//
// A bound that an operator may change is a setting with its default here; the others are fixed. Sections follow the folders.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mortise::limits {

using namespace std::chrono_literals;

// run
/// Slots for reader announcements and pin counts; all threads of the host together stay far below it.
inline constexpr std::size_t kThreadCountMax = 256;
/// Threads for blocking handlers; half of them at most for one plugin.
inline constexpr unsigned kExecutorThreadCount = 32;
/// Works that may wait for one plugin; beyond it waiting takes longer than a client is willing to wait.
inline constexpr unsigned kLaneQueueMax = 1024;
/// Waiting password hashes; at about 30 ms each on a few threads this is the deadline of a request.
inline constexpr unsigned kCpuQueueMax = 512;
/// A reactor that does not come round in this time is stalled; whoever stops something on it goes on without it.
inline constexpr std::chrono::milliseconds kReactorPatience = 5s;

// http
/// Request line and header fields together; the larger of what nginx and Apache allow by default.
inline constexpr std::size_t kHeaderSizeMax = 16 * 1024;
inline constexpr std::size_t kHeaderCountMax = 100;
inline constexpr std::size_t kTargetSizeMax = 8 * 1024;
/// Default for a body; a route may ask for more or less.
inline constexpr std::size_t kBodySizeMax = 1024 * 1024;
/// No route may ask for more than this in memory.
inline constexpr std::size_t kBodySizeCeiling = 64 * 1024 * 1024;
inline constexpr std::size_t kConnectionCountMax = 20'000;
inline constexpr std::chrono::milliseconds kHeaderDeadline = 10s;
inline constexpr std::chrono::milliseconds kBodyDeadline = 30s;
inline constexpr std::chrono::milliseconds kIdleDeadline = 75s;
inline constexpr std::chrono::milliseconds kWriteDeadline = 30s;
inline constexpr std::chrono::milliseconds kRequestDeadline = 30s;
/// Bytes of pipelined requests that may wait behind the one being answered.
inline constexpr std::size_t kPipelineBufferMax = 64 * 1024;
/// Answers of pipelined requests that one write may hold; more would delay the first of them.
inline constexpr std::size_t kAnswerBatchMax = 16;
/// Bytes of a streamed body between its handler and its connection; enough to keep the kernel's buffer full.
inline constexpr std::size_t kStreamBufferSizeMax = 64 * 1024;
/// One piece of a streamed body; a handler that has more says it in several.
inline constexpr std::size_t kStreamPieceSizeMax = 1024 * 1024;
/// A stream that sends nothing for so long has been forgotten; one that waits for events sends a comment now and then.
inline constexpr std::chrono::milliseconds kStreamSilenceMax = 60s;
/// Bytes one connection may read before the others of its reactor get their turn.
inline constexpr std::size_t kReadTurnMax = 256 * 1024;
/// Rest of a refused body that is read and dropped to keep the connection; a larger one costs more than a new connection.
inline constexpr std::size_t kDiscardSizeMax = 256 * 1024;
/// Chunk extensions of one body; nobody uses them, and without a bound they are a way to send for ever.
inline constexpr std::size_t kChunkExtensionSizeMax = 4 * 1024;
/// Long enough for an answer to arrive, short enough that a silent client costs nothing.
inline constexpr std::chrono::milliseconds kLingerDeadline = 2s;
/// The same while the host drains: clients with a pool look at their connections late, and a shutdown does not wait for that.
inline constexpr std::chrono::milliseconds kDrainLingerDeadline = 200ms;
inline constexpr std::chrono::milliseconds kHalfClosedDeadline = 2s;
/// Pause of accepting while descriptors or memory are short.
inline constexpr std::chrono::milliseconds kAcceptPause = 100ms;
inline constexpr std::size_t kQueryParamCountMax = 128;
/// Parameters of one route pattern; deeper nesting is a design question for the API.
inline constexpr std::size_t kPathParamCountMax = 16;
inline constexpr std::size_t kRequestIdSizeMax = 64;
/// Routes and methods one reactor counts apart; ten times what a large host publishes.
inline constexpr std::size_t kRequestSeriesCountMax = 20'000;

/// Calls to other servers that are under way or wait for a place; each holds its bodies in memory.
inline constexpr std::size_t kOutgoingCountMax = 1024;
/// Of these, sent at once; more only shifts the queue to the other side.
inline constexpr std::size_t kOutgoingInFlightMax = 256;
/// Calls of one plugin to one origin at once, so that a slow server does not take the places of all others.
inline constexpr unsigned kOutgoingPerOriginMax = 10;
inline constexpr std::size_t kOutgoingBodySizeMax = 16 * 1024 * 1024;
inline constexpr std::size_t kOutgoingResponseSizeDefault = 1024 * 1024;
inline constexpr std::size_t kOutgoingResponseSizeMax = 16 * 1024 * 1024;
/// Header fields of an answer, all together; four times what this host takes in a request.
inline constexpr std::size_t kOutgoingHeaderSizeMax = 64 * 1024;
inline constexpr unsigned kOutgoingAttemptCountMax = 8;
/// Pause before a second attempt, doubled for each further one; what is waited is a random part of it.
inline constexpr std::chrono::milliseconds kOutgoingBackoffMin = 100ms;
inline constexpr std::chrono::milliseconds kOutgoingBackoffMax = 2s;
/// How late a passed deadline or a caller that left is noticed.
inline constexpr std::chrono::milliseconds kOutgoingTick = 20ms;
/// Beyond the deadline, for an outcome that is on its way to who waits for it.
inline constexpr std::chrono::milliseconds kOutgoingGrace = 1s;
inline constexpr std::chrono::milliseconds kOutgoingConnectTimeout = 5s;
/// A name may have moved to another address; an old connection would not notice.
inline constexpr std::chrono::seconds kOutgoingConnectionAgeMax = 300s;
inline constexpr std::size_t kOutgoingIdleConnectionMax = 64;
/// Pairs of plugin and origin that are remembered.
inline constexpr std::size_t kOutgoingLaneCountMax = 1024;
/// Failures in a row that open a circuit breaker, and how long it stays open: at first, and at most.
inline constexpr std::uint32_t kBreakerFailureCount = 5;
inline constexpr std::chrono::milliseconds kBreakerPauseMin = 1s;
inline constexpr std::chrono::milliseconds kBreakerPauseMax = 30s;
/// Origins one manifest may name.
inline constexpr std::size_t kOriginGrantCountMax = 64;

// trace
/// What the specification asks everybody to hand on at least; more is cut by whole members.
inline constexpr std::size_t kTraceStateSizeMax = 512;
/// By the specification.
inline constexpr std::size_t kTraceStateCountMax = 32;
/// Spans that wait for the exporter: some seconds of a busy host, and with the bounds below at most some 40 MB.
inline constexpr std::size_t kSpanQueueMax = 4096;
inline constexpr std::size_t kSpanAttributeCountMax = 32;
/// Spans one plugin has open at once; as many as wait for the exporter.
inline constexpr std::size_t kOpenSpanCountMax = 4096;
/// Of one unit of work; more nesting is no picture of anything.
inline constexpr std::size_t kUnitSpanCountMax = 64;
inline constexpr std::size_t kSpanKeySizeMax = 64;
inline constexpr std::size_t kSpanNameSizeMax = 128;
inline constexpr std::size_t kSpanTextSizeMax = 256;
/// Spans of one post; the exporters of OpenTelemetry take as many.
inline constexpr std::size_t kSpanBatchCountMax = 512;
inline constexpr std::chrono::milliseconds kTraceExportInterval = 1s;
/// For each of connecting, sending and the head of the answer.
inline constexpr std::chrono::milliseconds kTracePostDeadline = 2s;
/// A collector that restarts is back after a few of them; one that is away for longer costs its spans.
inline constexpr unsigned kTraceAttemptCountMax = 4;
/// Before the second attempt; it doubles.
inline constexpr std::chrono::milliseconds kTraceRetryPause = 250ms;
inline constexpr std::size_t kTraceAnswerSizeMax = 64 * 1024;
/// What a shutdown may cost for the last spans.
inline constexpr std::chrono::milliseconds kTraceFlushDeadline = 3s;

// json
/// Deeper documents are attacks on recursive readers.
inline constexpr std::size_t kJsonDepthMax = 64;
/// Members of one object.
inline constexpr std::size_t kJsonKeyCountMax = 1000;

// plugin
inline constexpr std::size_t kRouteCountMax = 2000;
/// Fields a route adds to all its answers, and bytes of one; deprecation takes three.
inline constexpr std::size_t kRouteHeaderCountMax = 8;
inline constexpr std::size_t kRouteHeaderSizeMax = 1024;
inline constexpr std::size_t kOperationDepthMax = 8;
inline constexpr std::size_t kPluginFileSizeMax = 512 * 1024 * 1024;
inline constexpr std::size_t kManifestSizeMax = 256 * 1024;
/// Registrations of one plugin besides routes; ten times what the largest known domain has.
inline constexpr std::size_t kOperationCountMax = 500;
inline constexpr std::size_t kJobTypeCountMax = 500;
inline constexpr std::size_t kErrorCodeCountMax = 1000;
inline constexpr std::size_t kSchemaCountMax = 2000;
inline constexpr std::size_t kMetricCountMax = 200;
inline constexpr std::size_t kMetricLabelCountMax = 4;
inline constexpr std::size_t kMetricLabelValueCountMax = 64;
/// Series of one metric; more belongs into a log.
inline constexpr std::size_t kMetricSeriesCountMax = 512;
inline constexpr std::size_t kMetricBoundCountMax = 32;
inline constexpr std::size_t kHealthCheckCountMax = 16;
/// One OpenAPI fragment or JSON Schema.
inline constexpr std::size_t kSchemaSizeMax = 256 * 1024;
/// A pattern, a role or a name longer than this is a mistake of a program, not of a person.
inline constexpr std::size_t kPatternSizeMax = 512;
/// Program headers, sections and dynamic symbols of a library; well above what a linker makes of the largest plugin.
inline constexpr std::size_t kElfSectionCountMax = 4096;
inline constexpr std::size_t kElfSymbolCountMax = 1'000'000;
inline constexpr std::size_t kMigrationsSizeMax = 16 * 1024 * 1024;
/// Answer and last words of a probe child; the largest ledger fits.
inline constexpr std::size_t kProbeOutputSizeMax = 64 * 1024 * 1024;
inline constexpr std::size_t kProbeErrorSizeMax = 2 * 1024;
/// Versions of one plugin kept in the store for going back.
inline constexpr std::size_t kStoredVersionCountMax = 8;
/// Functions of a plugin that the contract says do not block, and the dynamic linker's work.
inline constexpr std::chrono::milliseconds kCallDeadline = 10s;
inline constexpr std::chrono::milliseconds kProbeDeadline = 10s;
inline constexpr std::chrono::milliseconds kPrepareDeadline = 30s;
inline constexpr std::chrono::milliseconds kStopDeadline = 15s;
inline constexpr std::chrono::milliseconds kDrainDeadline = 30s;
/// An epoch ends when every dispatching thread finished one look-up; seconds mean a broken thread.
inline constexpr std::chrono::milliseconds kGraceDeadline = 5s;

// db
inline constexpr unsigned kPoolSize = 20;
inline constexpr unsigned kPoolOverflow = 10;
inline constexpr std::chrono::milliseconds kPoolTimeout = 5s;
inline constexpr std::size_t kPreparedStatementCountMax = 256;
inline constexpr std::size_t kStatementParamCountMax = 1000;
inline constexpr std::size_t kAsyncStatementQueueMax = 4096;
inline constexpr std::size_t kSubscriptionCountMax = 256;
/// Part of the pool one plugin may hold, so that one slow plugin leaves room for the others.
inline constexpr unsigned kPoolPluginSharePercent = 60;
/// Firewalls forget idle connections after minutes; asking after half a minute costs nothing measurable.
inline constexpr std::chrono::milliseconds kPoolPingAfterIdle = 30s;
/// Callers behind one that tries to end an outage wait this long for its success before they are turned away.
inline constexpr std::chrono::milliseconds kPoolProbePatience = 100ms;
/// A connect that got less time than this may fail without the database being away.
inline constexpr std::chrono::milliseconds kPoolConnectPatience = 500ms;
/// A ping that takes longer tells the same as none.
inline constexpr std::chrono::milliseconds kDatabasePingDeadline = 1s;
/// Far more than a connect takes in one data centre; longer means that the server hangs.
inline constexpr std::chrono::milliseconds kDatabaseConnectTimeout = 3s;
/// An outage shall be over for clients within about a second of PostgreSQL's return.
inline constexpr std::chrono::milliseconds kDatabaseRetryMin = 50ms;
inline constexpr std::chrono::milliseconds kDatabaseRetryMax = 800ms;
/// PostgreSQL ends a statement at its deadline itself; this is the time its answer may take before the connection is given up.
inline constexpr std::chrono::milliseconds kStatementGrace = 250ms;
/// For ROLLBACK after the deadline has passed already.
inline constexpr std::chrono::milliseconds kRollbackDeadline = 1s;
/// Two keep PostgreSQL busy while one result is read; more only cost backends.
inline constexpr unsigned kAsyncConnectionCount = 2;
/// Asynchronous statements run on at the server when their deadline passed; this ends them.
inline constexpr std::chrono::milliseconds kAsyncStatementTimeout = 30s;
inline constexpr std::chrono::milliseconds kListenerPingInterval = 10s;
inline constexpr std::chrono::milliseconds kMigrationLockTimeout = 60s;
/// PostgreSQL's own bound for names (NAMEDATALEN - 1), in bytes; channels beyond it would be cut silently.
inline constexpr std::size_t kIdentifierSizeMax = 63;
/// Crash recovery of a development database takes seconds, initdb on a slow disk too.
inline constexpr std::chrono::milliseconds kEmbeddedStartTimeout = 60s;
inline constexpr std::chrono::milliseconds kEmbeddedStopTimeout = 10s;
/// Between two looks at a database that starts.
inline constexpr std::chrono::milliseconds kEmbeddedPollInterval = 20ms;
/// For an immediate shutdown, which only has to end processes.
inline constexpr std::chrono::milliseconds kEmbeddedKillTimeout = 5s;
/// The server's own log is kept once more beyond it.
inline constexpr std::size_t kEmbeddedLogSizeMax = 8 * 1024 * 1024;

// cache
/// Memory for the cache of one plugin: some ten thousand answers of a few kilobytes.
inline constexpr std::size_t kCachePluginSize = 64 * 1024 * 1024;
/// Longer keys are documents; a digest of them is a better key.
inline constexpr std::size_t kCacheKeySizeMax = 512;
/// What a page of an API may need; larger things belong into files or the database.
inline constexpr std::size_t kCacheValueSizeMax = 1024 * 1024;
inline constexpr std::size_t kCacheTagSizeMax = 128;
inline constexpr std::size_t kCacheTagCountMax = 16;
/// What shall be kept longer is data, not a cache.
inline constexpr std::chrono::milliseconds kCacheTtlMax = 7 * 24h;
/// As many threads as ask at the same moment on a common machine; more shards only cut the room for large values.
inline constexpr std::size_t kCacheShardCountMax = 8;
/// Values of one shard that are being computed; beyond it callers compute for themselves.
inline constexpr std::size_t kCacheFlightCountMax = 1024;
/// Removed tags a shard remembers while values are computed; beyond it what is being computed is not kept.
inline constexpr std::size_t kCacheRemovedTagCountMax = 1024;

// tasks
inline constexpr std::size_t kPluginThreadCountMax = 32;
/// Of one plugin, so that one that leaks its timers takes no other's room; works of it that wait for its queue count too.
inline constexpr std::size_t kPluginTimerCountMax = 1024;
/// Of all plugins together: many plugins at their bound, some megabytes.
inline constexpr std::size_t kTimerCountMax = 64 * 1024;
/// Pause before a task that found its plugin's queue full is tried again: at first, and at most.
inline constexpr std::chrono::milliseconds kTaskRetryMin = 5ms;
inline constexpr std::chrono::milliseconds kTaskRetryMax = 500ms;
/// Coroutines of one plugin that wait for the plugin itself: each is a request under way, and more of them than this are a leak.
inline constexpr std::size_t kWaitCountMax = 16384;
/// A timer that fires only hands its task on; if that takes longer, it hangs, and whoever cancels it goes on without it.
inline constexpr std::chrono::milliseconds kTimerPatience = 5s;

// config
inline constexpr std::size_t kConfigFileSizeMax = 1024 * 1024;
inline constexpr std::size_t kConfigFileCountMax = 256;
inline constexpr std::size_t kConfigSecretFileSizeMax = 64 * 1024;

// lifecycle
/// One stage that hangs must not use up the time of those after it.
inline constexpr std::chrono::milliseconds kStageStopDeadline = 15s;
/// What is left for a stage when those before it used up the time.
inline constexpr std::chrono::milliseconds kStageStopMin = 1s;

/// Tasks one request may leave behind.
inline constexpr std::size_t kAfterResponseCountMax = 16;
/// What an operation may answer and a job may leave as its result.
inline constexpr std::size_t kReplySizeMax = 4 * 1024 * 1024;

/// Live jobs of one queue that plugins may enqueue; beyond it producers outrun the workers for good.
inline constexpr std::uint32_t kJobQueueMax = 100'000;

// log
inline constexpr std::size_t kLogQueueSize = 8192;
/// How long a plugin's last records may take to be written before it is unmapped.
inline constexpr std::chrono::milliseconds kLogFlushDeadline = 2s;
inline constexpr std::size_t kLogFieldCountMax = 64;
inline constexpr std::size_t kLogTextSizeMax = 8 * 1024;
/// One record with all its fields; with the queue size it bounds the memory of the log.
inline constexpr std::size_t kLogRecordSizeMax = 16 * 1024;
inline constexpr std::size_t kLogKeySizeMax = 64;
/// Request id, user, method, path or plugin.
inline constexpr std::size_t kLogContextTextSizeMax = 2048;
inline constexpr std::size_t kLogFileSizeMax = 64 * 1024 * 1024;
inline constexpr std::size_t kLogFileCountMax = 8;
/// Lines a memory sink keeps; enough for a page of an operator or one test.
inline constexpr std::size_t kLogMemoryLineCountMax = 10'000;

// identity
inline constexpr std::size_t kTokenSizeMax = 4096;
inline constexpr std::size_t kRevocationCountMax = 100'000;
/// Verified tokens remembered, so that a busy user's signature is checked once and not per request.
inline constexpr std::size_t kTokenCacheCountMax = 10'000;
inline constexpr std::size_t kTokenRoleCountMax = 64;
/// Text of subject, session, token id or one role.
inline constexpr std::size_t kTokenTextSizeMax = 256;
inline constexpr std::size_t kSigningKeyCountMax = 16;
inline constexpr std::size_t kKeyFileSizeMax = 64 * 1024;
/// Longer passwords only make hashing slower.
inline constexpr std::size_t kPasswordSizeMax = 1024;
inline constexpr std::size_t kPasswordHashSizeMax = 255;
/// Memory a stored argon2 hash may ask for when it is verified; a planted hash must not take the machine.
inline constexpr unsigned kPasswordMemoryMaxKib = 1024 * 1024;
inline constexpr unsigned kPasswordPassesMax = 64;
inline constexpr std::size_t kRandomSizeMax = 1024;

// app
/// How long /ready waits for the database; load balancers ask every few seconds.
inline constexpr std::chrono::milliseconds kReadyCheckDeadline = 2s;
/// Threads for the host's own blocking routes.
inline constexpr unsigned kHostLaneConcurrency = 4;
/// A reactor pass longer than this delays every connection on it noticeably.
inline constexpr std::chrono::milliseconds kReactorStall = 250ms;
/// Pause between two attempts to bring up a degraded plugin: at first, and at most.
inline constexpr std::chrono::milliseconds kDegradedRetryMin = 1s;
inline constexpr std::chrono::milliseconds kDegradedRetryMax = 30s;
/// The main thread looks up this often; signals wake it at once.
inline constexpr std::chrono::milliseconds kSignalWait = 1h;
/// How long the command line waits for a change of plugins: all its steps with their own deadlines.
inline constexpr std::chrono::milliseconds kControlCallDeadline = 5min;

// admin
inline constexpr std::size_t kControlMessageSizeMax = 1024 * 1024;
/// One change and a few questions about it at the same time.
inline constexpr unsigned kControlThreadCount = 4;
inline constexpr unsigned kControlQueueMax = 16;
/// Time a local client has to send its line and to take the answer.
inline constexpr std::chrono::milliseconds kControlRequestDeadline = 5s;

// testing
/// Test programs of one user that run at the same time, each with a database server of its own.
inline constexpr unsigned kTestingSlotCountMax = 64;
/// Template databases kept in a slot, 8 MB each: a few plugins, and a few states of their migrations.
inline constexpr unsigned kTestingTemplateCountMax = 8;
/// For many apps side by side, each with a small pool.
inline constexpr unsigned kTestingConnectionCountMax = 200;
inline constexpr std::chrono::milliseconds kTestingStatementDeadline = 60s;
/// How much later than its deadline a request is given up: then an event loop does not turn any more.
inline constexpr std::chrono::milliseconds kTestingAnswerPatience = 10s;
inline constexpr std::chrono::milliseconds kTestingPollInterval = 1ms;
/// A streamed body is kept in memory for the test.
inline constexpr std::size_t kTestingStreamSizeMax = 64 * 1024 * 1024;
/// Log records an app keeps; beyond it the oldest go.
inline constexpr std::size_t kTestingLogLineCountMax = 100'000;
/// Operations a test answers itself.
inline constexpr std::size_t kTestingOperationCountMax = 1000;

}  // namespace mortise::limits
