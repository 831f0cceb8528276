// The types of job the host has published. See catalogue.hpp.
#include "catalogue.hpp"

#include <algorithm>

#include <mortise/host_json.hpp>

#include "arguments.hpp"

namespace jobs {

std::optional<JobCatalogue::Type> HostCatalogue::find(std::string_view job_type) {
    if (!types_) {
        types_ = host_.jobQueue().types();
    }
    const auto found = std::find_if(
        types_->begin(), types_->end(),
        [job_type](const mortise::JobTypeInfo& type) { return type.job_type == job_type; });
    if (found == types_->end()) {
        return std::nullopt;
    }
    return Type{static_cast<int>(found->max_attempts), found->args_schema};
}

void HostCatalogue::check(const Type& type, const mortise::Json& args,
                          mortise::Violations& violations) {
    if (type.args_schema.empty()) {
        return;
    }
    const mortise::detail::LentDocument schema(host_, type.args_schema);
    const mortise::detail::LentDocument value(host_, args.text);
    checkArguments(mortise::JsonValue::root(&*schema), mortise::JsonValue::root(&*value),
                   violations);
}

}  // namespace jobs
