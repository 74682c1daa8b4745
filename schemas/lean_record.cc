#include "schemas/lean_record.h"

#include "schemas/left_out.h"
#include "schemas/record_form.h"

namespace waybill::schemas {
namespace {

bool parse(std::string_view record, Event& out) {
  return out.ParseFromArray(record.data(), static_cast<int>(record.size()));
}

}  // namespace

std::string lean_record(std::string_view record) {
  thread_local Event event;
  if (!parse(record, event) || event.left_out() != 0) return std::string(record);
  const Form form = form_of(record, event);
  if (form == Form::other) return std::string(record);
  const std::uint64_t left_out = leave_out_for_log(event);
  if (left_out == 0) return std::string(record);
  event.set_left_out(static_cast<std::uint32_t>(left_out));
  std::string lean;
  append_record(event, form, lean);
  return lean.size() < record.size() ? lean : std::string(record);
}

bool read_record(std::string_view record, Event& out) {
  return parse(record, out) && (out.left_out() == 0 || put_back_for_log(out, out.left_out()));
}

}  // namespace waybill::schemas
