#include "app/parts/routes_part.h"

#include "app/return_paths/key_file.h"

namespace waybill::app {

using runtime::Explained;

Explained<Change> RoutesPart::reload(const Config& fresh) {
  return Change([this, routes = fresh.routes] { routes_.set(routes); });
}

Explained<void> KeysPart::start() {
  auto keys = load_or_make_keys(key_file(process_.config()));
  if (!keys) return keys.error();
  keys_ = std::make_unique<relay::returnpath::CurrentKeys>(std::move(*keys));
  return {};
}

Explained<Change> KeysPart::reload(const Config&) {
  // Where the file lies is fixed for the life of a process; what is in it is not.
  auto keys = load_or_make_keys(key_file(process_.config()));
  if (!keys) return keys.error();
  return Change([this, fresh = std::move(*keys)] { keys_->set(fresh); });
}

}  // namespace waybill::app
