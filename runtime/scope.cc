#include "runtime/scope.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>

#include "runtime/check.h"

namespace waybill::runtime {

Scope::~Scope() { check(running_ == 0, "a scope is joined before it ends"); }

void Scope::spawn(std::string_view name, Task<void> task) {
  ++running_;
  boost::asio::co_spawn(executor_, std::move(task), [this, name](std::exception_ptr thrown) {
    if (thrown) {
      std::string what(name);
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& e) {
        what += ": ";
        what += e.what();
      } catch (...) {
      }
      check(false, what);
    }
    ended();
  });
}

void Scope::ended() {
  --running_;
  if (running_ > 0) return;
  for (const auto& joiner : std::exchange(joiners_, {})) joiner.give(true);
}

Task<void> Scope::join() {
  while (running_ > 0) {
    joiners_.emplace_back();
    const OneShot<bool> all_ended = joiners_.back();
    co_await all_ended.wait();
  }
}

}  // namespace waybill::runtime
