// The routes and the keys of return paths as they are now. Both change by SIGHUP, whole or not at
// all.
#pragma once

#include <functional>
#include <memory>

#include "app/process/process.h"
#include "query/sources.h"
#include "relay/returnpath/key_ring.h"
#include "relay/routes/current_routes.h"

namespace waybill::app {

class RoutesPart final : public Part {
 public:
  explicit RoutesPart(Process& process) : routes_(process.config().routes) {}

  relay::routes::CurrentRoutes& routes() { return routes_; }
  // Of the routes as they are when it is called. This outlives it.
  query::LocalPartsOf local_parts() const;

  std::string_view name() const override { return "routes"; }
  runtime::Explained<void> start() override { return {}; }
  runtime::Explained<Change> reload(const Config& fresh) override;

 private:
  relay::routes::CurrentRoutes routes_;
};

class KeysPart final : public Part {
 public:
  // `used`: whether mail was taken in this data directory before, asked at start().
  KeysPart(Process& process, std::function<bool()> used)
      : process_(process), used_(std::move(used)) {}

  // From start() on.
  relay::returnpath::CurrentKeys& keys() { return *keys_; }

  std::string_view name() const override { return "keys"; }
  // The key file is made where there is none and no mail was taken yet.
  runtime::Explained<void> start() override;
  runtime::Explained<Change> reload(const Config& fresh) override;

 private:
  Process& process_;
  const std::function<bool()> used_;
  std::unique_ptr<relay::returnpath::CurrentKeys> keys_;
};

}  // namespace waybill::app
