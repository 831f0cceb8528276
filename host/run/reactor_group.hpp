// ReactorGroup: the reactors of one host, usually one per core, started and stopped together.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "run/reactor.hpp"

namespace mortise::run {

class ReactorGroup {
public:
    /// Makes `count` reactors (at least one) named "reactor-0" and so on; start() starts their threads.
    explicit ReactorGroup(unsigned count);
    ~ReactorGroup();
    ReactorGroup(const ReactorGroup&) = delete;
    ReactorGroup& operator=(const ReactorGroup&) = delete;

    void start();
    /// Stops all and joins them; each runs what was posted to it before. Calling it again does nothing.
    void stop();

    std::size_t size() const noexcept { return reactors_.size(); }
    Reactor& at(std::size_t index) noexcept { return *reactors_[index]; }
    const Reactor& at(std::size_t index) const noexcept { return *reactors_[index]; }

private:
    std::vector<std::unique_ptr<Reactor>> reactors_;
};

}  // namespace mortise::run
