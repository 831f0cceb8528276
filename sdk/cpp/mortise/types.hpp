// The small value types of the SDK in one include: Timestamp, Uuid, StrongId, Decimal, Secret, Patch, Json, and the text forms
// of bytes.
#pragma once

#include <string>

#include "mortise/decimal.hpp"
#include "mortise/encoding.hpp"
#include "mortise/patch.hpp"
#include "mortise/secret.hpp"
#include "mortise/strong_id.hpp"
#include "mortise/timestamp.hpp"
#include "mortise/uuid.hpp"

namespace mortise {

/// JSON that is passed through as text, in both directions: any value of a body, a jsonb column, the arguments of a job.
struct Json {
    /// Exactly one valid JSON value.
    std::string text = "null";

    friend bool operator==(const Json&, const Json&) = default;
};

}  // namespace mortise
