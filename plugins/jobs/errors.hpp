// The error codes of the jobs plugin, each with its one status and its standard text.
#pragma once

#include <mortise/errors.hpp>

namespace jobs {

inline constexpr mortise::ErrorCode JOB_NOT_FOUND{"JOB_NOT_FOUND", 404, "Job not found"};
inline constexpr mortise::ErrorCode JOB_TYPE_UNKNOWN{"JOB_TYPE_UNKNOWN", 422,
                                                     "There is no such type of job"};
inline constexpr mortise::ErrorCode JOB_DUPLICATE{
    "JOB_DUPLICATE", 409, "A job with this unique key is already waiting or running"};
inline constexpr mortise::ErrorCode JOB_QUEUE_FULL{
    "JOB_QUEUE_FULL", 503, "The queue is full. Try again in a few seconds."};
inline constexpr mortise::ErrorCode JOB_NOT_CANCELLABLE{"JOB_NOT_CANCELLABLE", 409,
                                                        "The job has already finished"};
inline constexpr mortise::ErrorCode JOB_NOT_RETRYABLE{
    "JOB_NOT_RETRYABLE", 409, "Only a discarded, cancelled or retryable job can be run again"};

}  // namespace jobs
