#include "schemas/kind.h"

#include <algorithm>

namespace waybill::schemas {
namespace {

// More than the greatest number of a body in event.proto; a greater one does not compile below.
constexpr int kBodies = 64;

constexpr auto kByBody = [] {
  std::array<const KindTraits*, kBodies> rows{};
  for (const KindTraits& kind : kKinds) rows[static_cast<std::size_t>(kind.kind)] = &kind;
  return rows;
}();

pb::Stage stage_of(const Event& event) {
  if (event.has_rejected()) return event.rejected().stage();
  if (event.has_deferred()) return event.deferred().stage();
  return pb::STAGE_UNSPECIFIED;
}

}  // namespace

const KindTraits* find_kind(int body) {
  return body >= 0 && body < kBodies ? kByBody[static_cast<std::size_t>(body)] : nullptr;
}

const KindTraits* find_kind(std::string_view word) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const KindTraits& kind) { return kind.word == word; });
  return found == kKinds.end() ? nullptr : &*found;
}

bool ends_acceptance(const Event& event) {
  const KindTraits* const kind = find_kind(event.body_case());
  if (kind == nullptr) return false;
  switch (kind->ends_acceptance) {
    case EndsAcceptance::never: return false;
    case EndsAcceptance::always: return true;
    case EndsAcceptance::at_stage_body: return stage_of(event) == pb::STAGE_BODY;
  }
  return false;
}

bool says_bounced(pb::BounceClass report) {
  return report == pb::BOUNCE_CLASS_HARD || report == pb::BOUNCE_CLASS_SOFT;
}

}  // namespace waybill::schemas
