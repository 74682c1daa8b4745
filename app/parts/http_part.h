// An HTTP server of this process, with workers of its own for what blocks.
#pragma once

#include <functional>
#include <memory>

#include "app/process/process.h"
#include "app/roles/http_server.h"
#include "http/health.h"

namespace waybill::app {

class HttpPart final : public Part {
 public:
  // Asked for at start().
  struct Site {
    HttpSettings settings;
    http::Router router;                   // /livez, /readyz and /metrics are added to it
    std::function<http::Health()> health;  // any thread; ready is what why_not leaves
    std::optional<runtime::SharedSecret> secret{};
    std::unique_ptr<http::Principals> principals{};  // who asks
    bool guards_metrics = false;                     // they are for those who see all domains
    std::unique_ptr<http::AccessLog> access{};       // null: that is not put on record
  };
  using Build = std::function<runtime::Explained<Site>()>;

  struct Crew {
    const char* name;
    std::size_t threads;
  };

  // `readers` read from views; `askers`, which may be none, wait for other nodes.
  HttpPart(Process& process, const char* name, Crew readers, Crew askers, Build build)
      : process_(process),
        name_(name),
        readers_(readers),
        askers_(askers),
        build_(std::move(build)) {}

  std::string_view name() const override { return name_; }
  runtime::Explained<void> start() override;
  void ready() override;
  void stop(Ending&) override { server_.reset(); }
  void stopped() override {
    workers_.reset();
    remote_workers_.reset();
    remote_stream_workers_.reset();
    access_.reset();
    principals_.reset();
  }

 private:
  Process& process_;
  const char* const name_;
  const Crew readers_;
  const Crew askers_;
  const Build build_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<runtime::Workers> remote_workers_;
  std::unique_ptr<runtime::Workers> remote_stream_workers_;
  std::unique_ptr<http::Principals> principals_;
  std::unique_ptr<http::AccessLog> access_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace waybill::app
