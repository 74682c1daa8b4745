// Router: from path segments to a handler, by templates: "/v1/deliveries/{id}". Segments match
// whole and exactly; "{name}" stands for any one that is not empty. Few routes: compared one by
// one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/handler.h"
#include "schemas/principal.h"

namespace waybill::http {

// What a route asks of its asker: a scope; kOpen, nothing.
struct Needs {
  constexpr Needs() = default;
  constexpr Needs(schemas::Scope asked) : scope(asked), on_record(true) {}

  std::optional<schemas::Scope> scope;
  // It speaks of all domains.
  bool whole_sight = false;
  // That somebody asked is put on record (access_log.h).
  bool on_record = false;
};
inline constexpr Needs kOpen{};

class Router {
 public:
  struct Route {
    std::string path;  // the template: what metrics and documentation call it
    Handler handler;
    Needs needs;
    std::string methods;  // as the Allow field has them (RFC 9110 10.2.1)
    std::vector<std::string> segments;
  };
  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> captured;
  };

  // Routes are added before the first find() and stay. Where two match, the first added counts.
  void add(std::string path, Needs needs, Handler handler, std::string methods = "GET, HEAD");

  std::optional<Match> find(const std::vector<std::string>& segments) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace waybill::http
