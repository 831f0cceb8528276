// Resolver: turns what was written (Layers) into what holds (Config), and collects everything that
// is wrong on the way.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/layers.hpp"

namespace mortise::config {

class Config::Resolver {
public:
    Resolver(const Schema& schema, const Layers& layers, Unknown unknown)
        : schema_(schema), layers_(layers), unknown_(unknown) {}

    /// Fills `config` and tells what is wrong.
    Findings run(Config& config);

private:
    void take(const Assignment& assignment);
    void takeFile(const Setting& setting, const Assignment& assignment);
    void assign(const Setting& setting, std::string_view text, const std::string& origin);
    void reportUnknown(const Assignment& assignment);
    std::string suggestion(const Assignment& assignment) const;
    void settle(const Setting& setting, Config& config);

    const Schema& schema_;
    const Layers& layers_;
    const Unknown unknown_;
    std::map<std::string, Resolved, std::less<>> given_;
    Findings findings_;
};

}  // namespace mortise::config
