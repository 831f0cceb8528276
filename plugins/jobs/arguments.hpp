// Checks the arguments of a job against the JSON Schema of its type when it is submitted, so that a client learns at once what
// would otherwise discard the job much later.
//
// Covered is what the C++ layer writes into schemas: type, enum, const, required, properties, additionalProperties false,
// items, minItems, maxItems, minLength, maxLength, minimum, maximum and their exclusive forms, anyOf, $ref into $defs.
// Keywords beyond these allow everything; the handler's own reading of its arguments has the last word.
#pragma once

#include <mortise/json_reader.hpp>
#include <mortise/violations.hpp>

namespace jobs {

/// `schema` and `value` are roots of their documents.
void checkArguments(mortise::JsonValue schema, mortise::JsonValue value,
                    mortise::Violations& violations);

}  // namespace jobs
