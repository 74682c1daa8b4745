#include "app/parts/routes_part.h"

#include "app/return_paths/key_file.h"

namespace waybill::app {

using runtime::Explained;

query::LocalPartsOf RoutesPart::local_parts() const {
  return [this](const std::string& domain) -> std::optional<query::LocalParts> {
    const auto table = routes_.get();
    const auto found = table->domains().find(domain);
    if (found == table->domains().end()) return std::nullopt;
    return query::LocalParts{found->second.local_case, found->second.subaddress_separator};
  };
}

Explained<Change> RoutesPart::reload(const Config& fresh) {
  // A file that is being saved is empty for a moment, and to refuse all mail for good on the
  // strength of it would lose what senders then give up.
  const std::size_t served = routes_.get()->domains().size();
  if (fresh.routes->domains().empty() && served > 0) {
    return runtime::Failure{runtime::Errc::invalid, "the file has no domains, and " +
                                                        std::to_string(served) +
                                                        " are served: to serve none, restart"};
  }
  return Change([this, routes = fresh.routes] { routes_.set(routes); });
}

Explained<void> KeysPart::start() {
  auto keys = load_or_make_keys(key_file(process_.config()),
                                used_() ? Absence::lost : Absence::first_start);
  if (!keys) return keys.error();
  keys_ = std::make_unique<relay::returnpath::CurrentKeys>(std::move(*keys));
  return {};
}

Explained<Change> KeysPart::reload(const Config&) {
  // Where the file lies is fixed for the life of a process; what is in it is not.
  // A file that is gone is an error here: fresh keys would refuse every return path that is out.
  auto keys = read_keys(key_file(process_.config()));
  if (!keys) return keys.error();
  return Change([this, fresh = std::move(*keys)] { keys_->set(fresh); });
}

}  // namespace waybill::app
