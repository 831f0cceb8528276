// Running the handler of a job type in a unit of work of its own; for the table of mortise/jobs.h and for tests.
#pragma once

#include "mortise/jobs.h"

namespace mortise::bridge {

class Publication;

/// As mortise_jobs.run of the contract, whoever asks. Blocks; not on a reactor.
mortise_status runJob(Publication& publication, const mortise_job_run& job_run,
                      mortise_job_result deliver, void* result_context, mortise_error* error);

}  // namespace mortise::bridge
