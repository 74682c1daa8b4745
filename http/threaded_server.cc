#include "http/threaded_server.h"

namespace waybill::http {

ThreadedServer::ThreadedServer(runtime::IoThread& thread, std::unique_ptr<Server> server)
    : thread_(thread),
      server_(std::move(server)),
      local_(server_->local()),
      scope_(thread.executor()) {
  thread_.call([this] { scope_.spawn("http server", run()); });
}

ThreadedServer::~ThreadedServer() { stop(); }

runtime::Task<void> ThreadedServer::run() {
  co_await server_->run();
  ended_.set_value();
}

void ThreadedServer::stop() {
  if (!server_) return;
  thread_.call([this] { server_->stop(); });
  ended_.get_future().wait();
  // The scope hears of the end on the thread, at the latest with what was posted there before.
  for (std::size_t running = 1; running > 0;) {
    thread_.call([this, &running] { running = scope_.running(); });
  }
  thread_.call([this] { server_.reset(); });
}

}  // namespace waybill::http
