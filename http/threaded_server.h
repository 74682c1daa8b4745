// ThreadedServer: a Server that runs from its construction to stop(), its first seat on an I/O
// thread.
#pragma once

#include <future>
#include <memory>

#include "http/server.h"
#include "runtime/io_thread.h"
#include "runtime/scope.h"

namespace waybill::http {

class ThreadedServer {
 public:
  // `thread`, that of the first seat, outlives it, as do those of the others; the server's listener
  // lives on it.
  ThreadedServer(runtime::IoThread& thread, std::unique_ptr<Server> server);
  ~ThreadedServer();
  ThreadedServer(const ThreadedServer&) = delete;
  ThreadedServer& operator=(const ThreadedServer&) = delete;

  const runtime::Endpoint& local() const { return local_; }

  // Closes every connection; returns when none is left. Not from `thread` itself. A second call
  // does nothing.
  void stop();

 private:
  runtime::Task<void> run();

  runtime::IoThread& thread_;
  std::unique_ptr<Server> server_;
  const runtime::Endpoint local_;
  runtime::Scope scope_;
  std::promise<void> ended_;
};

}  // namespace waybill::http
