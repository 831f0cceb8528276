#include "run/reactor_group.hpp"

#include <algorithm>

namespace mortise::run {

ReactorGroup::ReactorGroup(unsigned count) {
    for (unsigned i = 0; i < std::max(count, 1U); ++i) {
        reactors_.push_back(std::make_unique<Reactor>(i));
    }
}

ReactorGroup::~ReactorGroup() {
    stop();
}

void ReactorGroup::start() {
    for (const auto& reactor : reactors_) {
        reactor->start();
    }
}

void ReactorGroup::stop() {
    for (const auto& reactor : reactors_) {
        reactor->stop();
    }
}

}  // namespace mortise::run
