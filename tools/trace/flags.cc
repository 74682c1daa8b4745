#include "tools/trace/flags.h"

#include <algorithm>
#include <cstdio>

#include "runtime/ascii.h"
#include "schemas/event.h"
#include "schemas/field_shape.h"
#include "schemas/kind.h"

namespace waybill::tools {
namespace {

using query::search::Field;
using query::search::FieldTraits;

// What has a list of its own; the words of rules are on the server.
std::vector<std::string> words_for(const FieldTraits& field) {
  std::vector<std::string> out;
  if (field.field == query::search::Field::is) {
    for (const schemas::KindTraits& kind : schemas::kKinds) {
      if (kind.speaks_of_delivery) out.emplace_back(kind.word);
    }
  }
  if (field.field == query::search::Field::report_class) {
    const auto& all = *schemas::pb::BounceClass_descriptor();
    for (int i = 0; i < all.value_count(); ++i) {
      std::string word = schemas::word_of(all, all.value(i)->number());
      if (!word.empty()) out.push_back(std::move(word));
    }
  }
  return out;
}

void add_flags_of(app::Command command, const FieldTraits& field, std::vector<FlagWords>& flags,
                  Sense sense) {
  for (FlagWords& flag : flags) {
    if (flag.field != &field || flag.sense != sense) continue;
    std::string what(field.takes);
    if (sense == Sense::is) {
      what.front() = runtime::ascii::upper(what.front());
    } else {
      what = "Leave out: " + what;
    }
    what += "; as " + word_text(field, sense, "") + " in the box";
    app::Option option = command.add(flag_names(field, sense).c_str(), flag.values, what.c_str());
    option.one_value_each_time().type_name("TEXT");
    if (auto words = words_for(field); !words.empty()) option.proposes(std::move(words));
  }
}

}  // namespace

void add_search_flags(app::Command command, std::vector<FlagWords>& flags,
                      const std::vector<Field>& without) {
  std::vector<const FieldTraits*> fields;
  for (const FieldTraits& field : query::search::kFields) {
    const bool is_left_out =
        std::find(without.begin(), without.end(), field.field) != without.end();
    if (!is_left_out) fields.push_back(&field);
  }
  // Before any address of one is taken: the list does not grow any more.
  for (const FieldTraits* const field : fields) {
    flags.push_back({field, Sense::is, {}});
    if (field->negation == query::search::Negation::allowed) {
      flags.push_back({field, Sense::is_not, {}});
    }
  }
  for (const FieldTraits* const field : fields) {
    add_flags_of(command, *field, flags, Sense::is);
    add_flags_of(command, *field, flags, Sense::is_not);
  }
}

bool has_time_as_party(const std::vector<FlagWords>& flags) {
  for (const FlagWords& flag : flags) {
    const bool is_from = flag.field->field == Field::from;
    if (!is_from && flag.field->field != Field::to) continue;
    for (const std::string& value : flag.values) {
      if (!schemas::parse_rfc3339(value)) continue;
      std::fprintf(
          stderr,
          "waybill: --%s is an address, and %s a time: times are --after (which is in) and "
          "--before (which is not)\n",
          is_from ? "from" : "to", value.c_str());
      return true;
    }
  }
  return false;
}

}  // namespace waybill::tools
