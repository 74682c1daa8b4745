#include "schemas/event_field.h"

#include <google/protobuf/descriptor.h>

#include <string>

#include "runtime/check.h"

namespace waybill::schemas {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

using Numbers = std::vector<int>;

const FieldDescriptor& last_of(const Numbers& way) {
  const Descriptor* message = Event::descriptor();
  const FieldDescriptor* field = nullptr;
  for (const int number : way) {
    field = message->FindFieldByNumber(number);
    message = field->message_type();
  }
  return *field;
}

Numbers numbers_of(std::string_view path) {
  Numbers out;
  const Descriptor* message = Event::descriptor();
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    const FieldDescriptor* const field =
        message == nullptr ? nullptr
                           : message->FindFieldByName(std::string(path.substr(from, dot - from)));
    runtime::check(field != nullptr, "the path is one of event.proto");
    out.push_back(field->number());
    message = field->message_type();
    from = dot + 1;
  }
  return out;
}

// Each message at the end of the way, with the field there.
void visit_field(Message& message, const Numbers& way, std::size_t at,
                 const std::function<void(Message&, const FieldDescriptor&)>& each) {
  const FieldDescriptor& field = *message.GetDescriptor()->FindFieldByNumber(way[at]);
  if (at + 1 == way.size()) return each(message, field);
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      visit_field(*reflection.MutableRepeatedMessage(&message, &field, i), way, at + 1, each);
    }
  } else if (reflection.HasField(message, &field)) {
    visit_field(*reflection.MutableMessage(&message, &field), way, at + 1, each);
  }
}

void collect_paths(const Descriptor& message, const std::string& place,
                   std::vector<std::string>& out) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.message_type() != nullptr) {
      collect_paths(*field.message_type(), place + field.name() + '.', out);
    } else {
      out.push_back(place + field.name());
    }
  }
}

}  // namespace

EventField::EventField(std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string_view bodies = path.substr(0, dot);
  const std::string rest(dot == path.npos ? std::string_view() : path.substr(dot));
  for (std::size_t from = 0; from <= bodies.size();) {
    const std::size_t end = std::min(bodies.find('|', from), bodies.size());
    ways_.push_back(numbers_of(std::string(bodies.substr(from, end - from)) + rest));
    text_ = text_ && last_of(ways_.back()).type() == FieldDescriptor::TYPE_STRING;
    from = end + 1;
  }
}

void EventField::clear(Event& event) const {
  for (const Numbers& way : ways_) {
    visit_field(event, way, 0, [](Message& message, const FieldDescriptor& field) {
      message.GetReflection()->ClearField(&message, &field);
    });
  }
}

void EventField::rewrite(Event& event,
                         const std::function<std::string(std::string_view)>& write) const {
  runtime::check(text_, "only texts are written over");
  for (const Numbers& way : ways_) {
    visit_field(event, way, 0, [&](Message& message, const FieldDescriptor& field) {
      const Reflection& reflection = *message.GetReflection();
      if (!field.is_repeated()) {
        const std::string text = reflection.GetString(message, &field);
        if (!text.empty()) reflection.SetString(&message, &field, write(text));
        return;
      }
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        reflection.SetRepeatedString(&message, &field, i,
                                     write(reflection.GetRepeatedString(message, &field, i)));
      }
    });
  }
}

std::vector<std::string> event_paths() {
  std::vector<std::string> out;
  collect_paths(*Event::descriptor(), "", out);
  return out;
}

}  // namespace waybill::schemas
