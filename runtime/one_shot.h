// OneShot<T>: a value that one thread gives once and one coroutine waits for.
//
// give() may be called from any thread, before or after wait(); the coroutine resumes on its own
// executor, never inside give(). Copies share the one value. If every giver goes away without
// giving, the waiter waits for ever: the holder of a OneShot owes it a value.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/check.h"
#include "runtime/mutex.h"
#include "runtime/task.h"

namespace waybill::runtime {

template <class T>
class OneShot {
 public:
  void give(T value) const {
    const MutexLock lock(state_->mutex);
    check(!state_->given, "a one-shot value is given once");
    state_->given = true;
    if (const auto resume = std::move(state_->resume)) {
      // Under the lock, so that the waiter can wait for the end of it.
      resume->run(std::move(value));
    } else {
      state_->value.emplace(std::move(value));
    }
  }

  Task<T> wait() const {
    // By then this copy may be gone.
    const std::shared_ptr<State> state = state_;
    Initiation initiation{state};
    T value = co_await boost::asio::async_initiate<decltype(kUseAwaitable), void(T)>(
        std::move(initiation), kUseAwaitable);
    // The giver may be in post() still: it wakes the event loop last, when the value is taken
    // already. If the waiter went on now, it could end the loop that is being woken.
    { const MutexLock giver_has_left(state->mutex); }
    co_return std::move(value);
  }

 private:
  struct Resume {
    virtual ~Resume() = default;
    virtual void run(T value) = 0;
  };

  struct State {
    Mutex mutex;
    bool given WAYBILL_GUARDED_BY(mutex) = false;
    std::optional<T> value WAYBILL_GUARDED_BY(mutex);
    std::unique_ptr<Resume> resume WAYBILL_GUARDED_BY(mutex);
  };

  template <class Handler>
  struct ResumeHandler final : Resume {
    explicit ResumeHandler(Handler h)
        : handler(std::move(h)), executor(boost::asio::get_associated_executor(handler)) {}
    void run(T value) override {
      boost::asio::post(executor, [h = std::move(handler), v = std::move(value)]() mutable {
        std::move(h)(std::move(v));
      });
    }
    Handler handler;
    boost::asio::associated_executor_t<Handler> executor;
  };

  struct Initiation {
    std::shared_ptr<State> state;
    template <class Handler>
    void operator()(Handler&& handler) {
      auto resume =
          std::make_unique<ResumeHandler<std::decay_t<Handler>>>(std::forward<Handler>(handler));
      std::optional<T> ready;
      {
        const MutexLock lock(state->mutex);
        if (!state->given) {
          state->resume = std::move(resume);
          return;
        }
        ready = std::move(state->value);
      }
      resume->run(std::move(*ready));
    }
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace waybill::runtime
