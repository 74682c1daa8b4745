#include "stream/mapping/kind_words.h"

#include <algorithm>
#include <array>

namespace waybill::stream {
namespace {

using schemas::Kind;
namespace pb = schemas::pb;

constexpr std::uint8_t kMailCategory = 4;   // Network Activity
constexpr std::uint16_t kMailClass = 4009;  // Email Activity
constexpr std::uint8_t kSuccess = 1;
constexpr std::uint8_t kFailure = 2;
constexpr std::uint8_t kOther = 99;
// Bad requests and refused ones (RFC 9110 15.5).
constexpr std::uint32_t kFirstErrorStatus = 400;

constexpr KindWords mail(Kind kind, std::string_view ecs_action, std::string_view cef_name,
                         Standing standing, std::optional<OcsfControl> control = {}) {
  return {kind,       kMailCategory, kMailClass, "deliveries", "waybill.delivery", "email", "info",
          ecs_action, cef_name,      standing,   control};
}

constexpr Standing kRead{kSuccess, "Success", 1, "success", 2};
constexpr Standing kReadRefused{kFailure, "Failure", 2, "failure", 4, {}, Severity::warning};
constexpr Standing kChanged{kSuccess, "Success", 2, "success", 3, {}, Severity::notice};
constexpr Standing kNotVerified{kFailure, "Failure", 3, "failure", 5, {}, Severity::warning};

// Action 1 Allowed, 2 Denied. Disposition 1 Allowed, 5 Deleted, 14 Delayed, 25 Rejected; not 6
// Dropped, by which OCSF means a threat whose connection was cut.
constexpr auto kKindWords = std::to_array<KindWords>({
    mail(Kind::accepted, "email-accepted", "Mail accepted", {kSuccess, "Success", 1, "success", 1},
         OcsfControl{1, 1}),
    mail(Kind::forwarded, "email-forwarded", "Mail forwarded",
         {kSuccess, "Success", 1, "success", 1, "delivered"}),
    mail(Kind::rejected, "email-rejected", "Mail rejected",
         {kFailure, "Failure", 2, "failure", 3, "blocked", Severity::warning}, OcsfControl{2, 25}),
    mail(Kind::deferred, "email-deferred", "Mail deferred",
         {kOther, "Deferred", 1, "unknown", 2, {}, Severity::notice}, OcsfControl{1, 14}),
    mail(Kind::dropped, "email-dropped", "Mail dropped by rule",
         {kOther, "Discarded", 1, "success", 2, "deleted", Severity::notice}, OcsfControl{2, 5}),
    mail(Kind::bounced, "email-bounced", "Bounce received",
         {0, "Unknown", 2, "unknown", 4, {}, Severity::warning}),
    mail(Kind::in_doubt, "email-in-doubt", "Outcome in doubt",
         {0, "Unknown", 3, "unknown", 5, {}, Severity::error}),
    {Kind::control,
     3,
     3004,
     "control",
     "waybill.control",
     "configuration",
     "change",
     {},
     "Setting changed",
     kChanged},
    {Kind::access, 6, 6003, "access", "waybill.access", "api", "access", "history-read",
     "History read", kRead},
});

// Of a report: what it says of the message. Nobody here blocked anything, so CIM has no action.
Standing standing_of(pb::BounceClass report) {
  const auto failed = [](Severity level) {
    return Standing{kFailure, "Failure", 2, "failure", 4, {}, level};
  };
  const auto arrived = [] {
    return Standing{kSuccess, "Success", 2, "success", 4, {}, Severity::informational};
  };
  const auto other = [](std::string_view name) {
    return Standing{kOther, name, 2, "unknown", 4, {}, Severity::notice};
  };
  switch (report) {
    case pb::BOUNCE_CLASS_HARD:
    case pb::BOUNCE_CLASS_SOFT: return failed(Severity::warning);
    case pb::BOUNCE_CLASS_DELIVERED:
    case pb::BOUNCE_CLASS_RELAYED:
    case pb::BOUNCE_CLASS_EXPANDED: return arrived();
    case pb::BOUNCE_CLASS_DELAYED: return other("Delayed");
    case pb::BOUNCE_CLASS_AUTO_REPLY: return other("Auto-reply");
    case pb::BOUNCE_CLASS_COMPLAINT:
      return {kOther, "Complaint", 3, "unknown", 5, {}, Severity::warning};
    // NOLINTNEXTLINE(bugprone-branch-clone): the two that are no class of ours
    case pb::BOUNCE_CLASS_UNSPECIFIED:
    case pb::BOUNCE_CLASS_UNRECOGNISED:
    case pb::BounceClass_INT_MIN_SENTINEL_DO_NOT_USE_:
    case pb::BounceClass_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return {0, "Unknown", 2, "unknown", 4, {}, Severity::warning};
}

struct Activity {
  std::uint8_t number;
  std::string_view name;
};

// A verdict on a message is received, an outcome of a delivery is sent, and a report traces it: so
// that each delivery counts as sent once.
Activity mail_activity(const schemas::Event& event) {
  if (event.has_bounced()) return {4, "Trace"};
  if (!event.delivery_id().empty()) return {1, "Send"};
  return {2, "Receive"};
}

constexpr std::string_view kVerificationFailed = "verification-failed";

Activity control_activity(std::string_view action) {
  if (action == "created") return {1, "Create"};
  if (action == "changed") return {3, "Update"};
  if (action == "removed") return {4, "Delete"};
  if (action == "verified" || action == kVerificationFailed) return {10, "Activate"};
  return {kOther, "Other"};
}

std::string_view control_type(std::string_view action) {
  if (action == "created") return "creation";
  return action == "removed" ? "deletion" : "change";
}

EventWords words_of_mail(const schemas::Event& event, EventWords out) {
  const Activity activity = mail_activity(event);
  out.mail = true;
  out.ocsf_activity = activity.number;
  out.ocsf_activity_name = activity.name;
  return out;
}

EventWords words_of_control(const pb::ControlChanged& body, EventWords out) {
  const Activity activity = control_activity(body.action());
  out.ocsf_activity = activity.number;
  out.ocsf_activity_name = activity.name;
  if (body.action() == kVerificationFailed) out.standing = kNotVerified;
  if (body.subject() == "token" || body.subject() == "key") out.ecs_category = "iam";
  out.ecs_type = control_type(body.action());
  return out;
}

EventWords words_of_access(const pb::Accessed& body, EventWords out) {
  out.ocsf_activity = 2;
  out.ocsf_activity_name = "Read";
  if (body.status() >= kFirstErrorStatus) out.standing = kReadRefused;
  return out;
}

}  // namespace

std::span<const KindWords> kind_words() { return kKindWords; }

const KindWords* find_kind_words(const schemas::Event& event) {
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr) return nullptr;
  const auto found = std::find_if(kKindWords.begin(), kKindWords.end(),
                                  [&](const KindWords& row) { return row.kind == kind->kind; });
  return found == kKindWords.end() ? nullptr : &*found;
}

EventWords words_of(const schemas::Event& event, const KindWords& kind) {
  EventWords out;
  out.kind = &kind;
  out.standing = kind.standing;
  out.ecs_category = kind.ecs_category;
  out.ecs_type = kind.ecs_type;
  switch (kind.kind) {
    case Kind::accepted:
    case Kind::dropped: out.control = kind.control; return words_of_mail(event, out);
    case Kind::rejected:
      if (event.rejected().by() == pb::VERDICT_BY_POLICY) out.control = kind.control;
      return words_of_mail(event, out);
    case Kind::deferred:
      if (event.deferred().by() == pb::VERDICT_BY_POLICY) out.control = kind.control;
      return words_of_mail(event, out);
    case Kind::bounced:
      out.standing = standing_of(event.bounced().class_());
      return words_of_mail(event, out);
    case Kind::forwarded:
    case Kind::in_doubt: return words_of_mail(event, out);
    case Kind::control: return words_of_control(event.control(), out);
    case Kind::access: return words_of_access(event.access(), out);
  }
  return out;
}

}  // namespace waybill::stream
