#include "query/node_asker.h"

#include "runtime/ascii.h"
#include "schemas/address.h"

namespace waybill::query {
namespace {

// nullopt: it is no list of domains.
std::optional<schemas::Sight> read_sight(std::string_view text) {
  std::set<std::string, std::less<>> domains;
  if (text.empty()) return schemas::Sight::of({});
  for (;;) {
    const std::size_t comma = text.find(',');
    auto domain = schemas::normalise_domain(text.substr(0, comma));
    if (!domain) return std::nullopt;
    domains.insert(std::move(*domain));
    if (comma == std::string_view::npos) return schemas::Sight::of(std::move(domains));
    text.remove_prefix(comma + 1);
  }
}

class NodePrincipals final : public http::Principals {
 public:
  std::variant<http::Asker, http::Problem> who(const http::Request& request) override {
    schemas::Principal out;
    out.kind = schemas::Principal::Kind::node;
    out.scopes = schemas::Scopes::all();
    out.sight = schemas::Sight::all();
    for (const auto& [name, value] : request.fields) {
      if (!runtime::ascii::equal(name, kSightField)) continue;
      auto sight = read_sight(value);
      if (!sight) {
        return http::problem_of(400, "malformed_request",
                                std::string(kSightField) + " is a list of domains.");
      }
      out.sight = std::move(*sight);
    }
    return std::make_shared<const schemas::Principal>(std::move(out));
  }
};

}  // namespace

std::optional<std::string> write_sight(const schemas::Sight& sight) {
  if (sight.is_all()) return std::nullopt;
  std::string out;
  for (const std::string& domain : sight.domains()) out += (out.empty() ? "" : ",") + domain;
  return out;
}

std::unique_ptr<http::Principals> node_principals() { return std::make_unique<NodePrincipals>(); }

}  // namespace waybill::query
