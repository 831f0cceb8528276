// PreparedNames: which statements are prepared on one connection, and under which names.
//
// The key is the plugin and the whole text: the same text means other tables in another plugin's
// schema, and a bare hash would one day run the wrong statement. Names are a running number, never
// used again on the connection, so a statement that the server forgot (26000) or whose tables
// changed (0A000) is simply prepared under a new one. At the bound the least recently used goes and
// has to be deallocated at the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mortise::db {

class PreparedNames {
public:
    struct Lookup {
        std::string name;
        bool is_prepared = false;
        std::string evicted = {};  ///< Name to deallocate, empty for none.
    };

    explicit PreparedNames(std::size_t count_max) : count_max_(count_max) {}

    /// The name of a statement; a new one counts as not prepared until confirm().
    Lookup find(std::string_view plugin, std::string_view sql);
    /// The server prepared it.
    void confirm(std::string_view plugin, std::string_view sql);
    /// The server did not, or forgot it.
    void forget(std::string_view plugin, std::string_view sql);

    std::size_t count() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::string plugin;
        std::string sql;
        std::string name;
        bool is_prepared = false;
    };
    struct Key {
        std::string_view plugin;
        std::string_view sql;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept;
    };

    std::size_t count_max_;
    std::uint64_t last_number_ = 0;
    std::list<Entry> entries_;                                         // Most recently used first.
    std::unordered_map<Key, std::list<Entry>::iterator, Hash> index_;  // Views into entries_.
};

}  // namespace mortise::db
