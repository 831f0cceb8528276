#include "db/engine/prepared_names.hpp"

#include <functional>

namespace mortise::db {

std::size_t PreparedNames::Hash::operator()(const Key& key) const noexcept {
    const std::hash<std::string_view> hash;
    return hash(key.plugin) * 31 + hash(key.sql);
}

PreparedNames::Lookup PreparedNames::find(std::string_view plugin, std::string_view sql) {
    const auto found = index_.find({plugin, sql});
    if (found != index_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return {found->second->name, found->second->is_prepared};
    }
    Lookup lookup{"s" + std::to_string(++last_number_)};
    if (entries_.size() >= count_max_) {
        Entry& oldest = entries_.back();
        if (oldest.is_prepared) {
            lookup.evicted = oldest.name;
        }
        index_.erase({oldest.plugin, oldest.sql});
        entries_.pop_back();
    }
    entries_.push_front({std::string(plugin), std::string(sql), lookup.name});
    const Entry& entry = entries_.front();
    index_.emplace(Key{entry.plugin, entry.sql}, entries_.begin());
    return lookup;
}

void PreparedNames::confirm(std::string_view plugin, std::string_view sql) {
    const auto found = index_.find({plugin, sql});
    if (found != index_.end()) {
        found->second->is_prepared = true;
    }
}

void PreparedNames::forget(std::string_view plugin, std::string_view sql) {
    const auto found = index_.find({plugin, sql});
    if (found != index_.end()) {
        const auto entry = found->second;
        index_.erase(found);
        entries_.erase(entry);
    }
}

}  // namespace mortise::db
