// KeyHolder: the key ring in use, replaceable while others sign and verify with it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace mortise::identity {

class KeyRing;

class KeyHolder {
public:
    explicit KeyHolder(std::shared_ptr<const KeyRing> keys) : keys_(std::move(keys)) {}

    std::shared_ptr<const KeyRing> get() const {
        const std::lock_guard lock(mutex_);
        return keys_;
    }
    void set(std::shared_ptr<const KeyRing> keys) {
        const std::lock_guard lock(mutex_);
        keys_.swap(keys);
    }

private:
    mutable std::mutex mutex_;  // Guards keys_.
    std::shared_ptr<const KeyRing> keys_;
};

}  // namespace mortise::identity
