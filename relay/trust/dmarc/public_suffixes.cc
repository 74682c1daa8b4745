#include "relay/trust/dmarc/public_suffixes.h"

#include <libpsl.h>

namespace waybill::relay::trust::dmarc {

runtime::Result<PublicSuffixes> PublicSuffixes::load(const std::string& path) {
  psl_ctx_t* list = psl_load_file(path.c_str());
  if (list == nullptr) return make_error_code(runtime::Errc::io_error);
  return PublicSuffixes(List(list, [](psl_ctx_t* owned) { psl_free(owned); }));
}

std::string PublicSuffixes::organisation_of(const std::string& domain) const {
  const auto* list = static_cast<const psl_ctx_t*>(list_.get());
  // It points into `domain`.
  const char* found = psl_registrable_domain(list, domain.c_str());
  if (found == nullptr) return domain;
  return found;
}

}  // namespace waybill::relay::trust::dmarc
