#include "schemas/event.h"

#include "schemas/kind.h"

namespace waybill::schemas {

std::string_view kind_of(const Event& event) {
  const KindTraits* const kind = find_kind(event.body_case());
  return kind == nullptr ? kUnknownKind : kind->word;
}

void set_reply(pb::Reply& out, const Reply& reply) {
  out.set_code(static_cast<std::uint32_t>(reply.code));
  if (is_enhanced_status(reply.enhanced)) {
    out.set_enhanced(reply.enhanced);
  } else {
    out.clear_enhanced();
  }
  out.set_text(clean_reply_text(reply.text));
}

Reply reply_of(const pb::Reply& reply) {
  return {static_cast<int>(reply.code()), reply.enhanced(), reply.text()};
}

std::string_view log_key(const Event& event) {
  return event.alias().empty() ? event.client_ip() : event.alias();
}

}  // namespace waybill::schemas
