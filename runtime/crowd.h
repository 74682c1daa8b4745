// Crowd: the connections of one thread: those that are served, and those that only hear that there
// is no room for them. All are known here until they have ended, so that all can be closed at once.
//
// All calls on the scope's thread. How many are served is the caller's to limit; how many are told
// to go is limited here, for a crowd that does not read its refusal must not become the memory that
// it was refused for.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "runtime/connection.h"
#include "runtime/scope.h"

namespace waybill::runtime {

class Crowd {
 public:
  // `scope` outlives it and is joined before it goes.
  Crowd(Scope& scope, std::uint32_t most_turned_away)
      : scope_(scope), most_turned_away_(most_turned_away) {}

  // Runs `talk`, which owns `connection`, on the scope, by this name (a literal).
  void serve(std::string_view name, Connection& connection, Task<void> talk);

  // The same for a connection that is not taken. Where too many hear that already, it is closed
  // without a word: `talk` goes away without having begun.
  void turn_away(std::string_view name, Connection& connection, Task<void> talk);

  // Closes every connection but that one. Those that come later are closed without a word.
  void close_all(const Connection* but = nullptr);

  std::size_t served() const { return served_; }
  // Served and told to go.
  std::size_t open() const { return open_.size(); }

 private:
  Task<void> keep(Connection& connection, Task<void> talk, std::size_t& count);
  void add(std::string_view name, Connection& connection, Task<void> talk, std::size_t& count);

  Scope& scope_;
  const std::uint32_t most_turned_away_;
  std::size_t served_ = 0;
  std::size_t turned_away_ = 0;
  std::set<Connection*> open_;
  bool closing_ = false;
};

}  // namespace waybill::runtime
