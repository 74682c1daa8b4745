// Sources: which addresses of this host connections to next hops leave from: one of each family at
// most, for all domains, and other ones for some. Where none is named the system takes one. Values.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "runtime/endpoint.h"

namespace waybill::relay::forward {

struct Source {
  std::optional<runtime::IpAddress> v4;
  std::optional<runtime::IpAddress> v6;

  const std::optional<runtime::IpAddress>& of_family(const runtime::IpAddress& address) const {
    return address.is_v4() ? v4 : v6;
  }

  friend bool operator==(const Source&, const Source&) = default;
};

struct Sources {
  Source by_default;
  std::map<std::string, Source, std::less<>> by_domain;

  // For mail to `domain` (of the target, in lower case; "[192.0.2.1]" of an address literal) by way
  // of a host at `to`. A domain that names none of that family has the default's.
  std::optional<runtime::IpAddress> source_for(std::string_view domain,
                                               const runtime::IpAddress& to) const {
    const auto found = by_domain.find(domain);
    if (found != by_domain.end() && found->second.of_family(to)) {
      return found->second.of_family(to);
    }
    return by_default.of_family(to);
  }

  // Each once.
  std::set<runtime::IpAddress> all() const {
    std::set<runtime::IpAddress> out;
    const auto add = [&out](const Source& source) {
      for (const auto* one : {&source.v4, &source.v6}) {
        if (*one) out.insert(**one);
      }
    };
    add(by_default);
    for (const auto& [domain, source] : by_domain) add(source);
    return out;
  }

  friend bool operator==(const Sources&, const Sources&) = default;
};

inline const Sources kSystemsChoice;

}  // namespace waybill::relay::forward
