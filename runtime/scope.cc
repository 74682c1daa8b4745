#include "runtime/scope.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>

#include "runtime/check.h"

namespace waybill::runtime {

Scope::~Scope() { check(running_ == 0, "a scope is joined before it ends"); }

namespace {

void no_exception(std::string_view name, const std::exception_ptr& thrown) {
  if (!thrown) return;
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

}  // namespace

void Scope::spawn(std::string_view name, Task<void> task) {
  ++running_;
  boost::asio::co_spawn(executor_, std::move(task), [this, name](std::exception_ptr thrown) {
    no_exception(name, thrown);
    ended();
  });
}

void Scope::spawn(std::string_view name, Task<void> task, boost::asio::cancellation_slot slot) {
  ++running_;
  const auto when_done = [this, name](std::exception_ptr thrown) {
    no_exception(name, thrown);
    ended();
  };
  boost::asio::co_spawn(executor_, std::move(task),
                        boost::asio::bind_cancellation_slot(slot, when_done));
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
