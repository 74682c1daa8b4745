// IdleConnections: those on which nothing is asked now, the one that is so the longest first. Where
// the house is full it makes room for one that may ask something: a dashboard that leaks sockets
// costs no orchestrator its answer. One thread, but count().
#pragma once

#include <atomic>
#include <cstdint>
#include <map>

#include "runtime/connection.h"

namespace waybill::http {

class IdleConnections {
 public:
  // While it lives the connection waits for a request.
  class Waiting {
   public:
    Waiting(IdleConnections& idle, runtime::Connection& connection)
        : idle_(idle), number_(idle.next_++) {
      idle_.waiting_.emplace(number_, &connection);
      idle_.tell();
    }
    ~Waiting() {
      idle_.waiting_.erase(number_);
      idle_.tell();
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    IdleConnections& idle_;
    const std::uint64_t number_;
  };

  // Closes the one that has waited longest. False: none waits.
  bool close_one() {
    if (waiting_.empty()) return false;
    runtime::Connection& longest = *waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    tell();
    longest.close();
    return true;
  }

  // Any thread.
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  void tell() { count_.store(waiting_.size(), std::memory_order_relaxed); }

  std::map<std::uint64_t, runtime::Connection*> waiting_;
  std::atomic<std::size_t> count_{0};
  std::uint64_t next_ = 0;
};

}  // namespace waybill::http
