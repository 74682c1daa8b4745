#include "relay/returnpath/report/fields.h"

#include "relay/returnpath/report/clean_text.h"

namespace waybill::relay::returnpath::report {
namespace {

// Octets of the field's name at the front of `line`; 0 if no field begins there.
std::size_t name_length(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && line[end] > ' ' && line[end] < 0x7f && line[end] != ':') ++end;
  const std::size_t colon = line.find_first_not_of(" \t", end);
  const bool found = end > 0 && colon != std::string_view::npos && line[colon] == ':';
  return found ? end : 0;
}

class Groups {
 public:
  void line(std::string_view line) {
    if (trim(line).empty()) return end_group();
    if (line.front() == ' ' || line.front() == '\t') return fold(line);
    const std::size_t length = name_length(line);
    end_field();
    if (length == 0 || count_ == kMaxFields) return;
    ++count_;
    open_ = true;
    name_ = lower(line.substr(0, length));
    value_ = line.substr(line.find(':', length) + 1);
  }

  std::vector<Fields> end() && {
    end_group();
    return std::move(groups_);
  }

 private:
  void fold(std::string_view line) {
    if (!open_ || value_.size() > kMaxFieldOctets) return;
    // A fold stands for white space, also where a writer forgot to leave any.
    value_ += ' ';
    value_ += line;
  }

  void end_field() {
    if (open_) group_.push_back(Field{name_, clean_line(value_, kMaxFieldOctets)});
    open_ = false;
  }

  void end_group() {
    end_field();
    if (!group_.empty()) groups_.push_back(std::move(group_));
    group_.clear();
  }

  std::vector<Fields> groups_;
  Fields group_;
  std::size_t count_ = 0;
  bool open_ = false;
  std::string name_;
  std::string value_;
};

}  // namespace

std::vector<Fields> read_field_groups(std::string_view text) {
  Groups groups;
  while (!text.empty()) groups.line(take_line(text));
  return std::move(groups).end();
}

Fields read_fields(std::string_view text) {
  Fields all;
  for (Fields& group : read_field_groups(text)) {
    for (Field& field : group) all.push_back(std::move(field));
  }
  return all;
}

std::string_view first_value(const Fields& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return field.value;
  }
  return {};
}

bool begins_field(std::string_view line) { return name_length(line) > 0; }

}  // namespace waybill::relay::returnpath::report
