#include "schemas/record_form.h"

#include "schemas/record_identity.h"

namespace waybill::schemas {
namespace {

// What `record` ends with, going by its tags.
Form end_of(std::string_view record) {
  const auto tag_at = [&](std::size_t back) {
    return record.size() >= back ? record[record.size() - back] : '\0';
  };
  if (tag_at(kIdentityOctets) == kNodeSeqTag &&
      tag_at(kIdentityOctets - kNodeSeqOctets) == kJournalTag) {
    return Form::identity;
  }
  return tag_at(kNodeSeqOctets) == kNodeSeqTag ? Form::node_seq : Form::nothing;
}

}  // namespace

void append_end(std::string& record, Form form, std::uint64_t node_seq, std::uint32_t journal) {
  if (form == Form::identity) append_identity(record, node_seq, journal);
  if (form == Form::node_seq) append_node_seq(record, node_seq);
}

void clear_end(Event& event, Form form) {
  if (form == Form::identity) event.clear_journal();
  if (form == Form::identity || form == Form::node_seq) event.clear_node_seq();
}

Form form_of(std::string_view record, Event& event) {
  thread_local std::string whole;
  const std::uint64_t node_seq = event.node_seq();
  const std::uint32_t journal = event.journal();
  for (const Form form : {end_of(record), Form::nothing}) {
    clear_end(event, form);
    event.SerializeToString(&whole);
    event.set_node_seq(node_seq);
    event.set_journal(journal);
    append_end(whole, form, node_seq, journal);
    if (whole == record) return form;
  }
  return Form::other;
}

void append_record(Event& event, Form form, std::string& out) {
  const std::uint64_t node_seq = event.node_seq();
  const std::uint32_t journal = event.journal();
  clear_end(event, form);
  event.AppendToString(&out);
  append_end(out, form, node_seq, journal);
}

}  // namespace waybill::schemas
