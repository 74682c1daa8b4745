#include "query/access_subject.h"

#include "projector/history.h"
#include "projector/views/messages_key.h"
#include "runtime/network.h"
#include "schemas/address.h"
#include "schemas/target.h"
#include "schemas/utf8.h"

namespace waybill::query {
namespace {

std::string in_one_spelling(std::string_view text) {
  if (const auto ip = runtime::ip_of(std::string(text))) return runtime::unmapped(*ip).to_string();
  const std::string_view bare = projector::bare_message_id(text);
  // With or without its port and its tag it is one mailbox.
  if (const auto target = schemas::Target::parse(bare)) {
    return projector::common_spelling(target->address().folded().text(), {});
  }
  if (auto domain = schemas::normalise_domain(bare)) return std::move(*domain);
  return std::string(bare);
}

}  // namespace

std::string access_subject(std::string_view text) {
  return std::string(schemas::cut_utf8(in_one_spelling(text), kMostSubject));
}

}  // namespace waybill::query
