// The public suffix list (publicsuffix.org), which RFC 7489 3.2 finds organisations by.
//
// Read once, immutable, from any thread.
#pragma once

#include <memory>
#include <string>

#include "runtime/result.h"

namespace waybill::relay::trust::dmarc {

class PublicSuffixes {
 public:
  // Where Debian's package keeps it.
  static constexpr const char* kSystemFile = "/usr/share/publicsuffix/public_suffix_list.dafsa";

  // A list as text or as DAFSA. Errc::io_error if there is none at `path` or it cannot be read.
  static runtime::Result<PublicSuffixes> load(const std::string& path);

  // The suffix and one label more; `domain` itself if it is a suffix. Lower case, A-labels.
  std::string organisation_of(const std::string& domain) const;

 private:
  using List = std::shared_ptr<const void>;
  explicit PublicSuffixes(List list) : list_(std::move(list)) {}
  List list_;
};

}  // namespace waybill::relay::trust::dmarc
