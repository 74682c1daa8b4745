#include "projector/rows/index_list.h"

#include "projector/rows/row_codec.h"

namespace waybill::projector {

using runtime::Errc;

void append_index(std::string& list, schemas::EventIndex index) {
  const std::uint64_t first = list.empty() ? 0 : RowReader(list).varint();
  RowWriter(list).varint(index.value() - first);
}

runtime::Result<std::vector<schemas::EventIndex>> read_indexes(std::string_view list) {
  std::vector<schemas::EventIndex> out;
  RowReader reader(list);
  while (!reader.at_end()) {
    const std::uint64_t number = reader.varint();
    out.emplace_back(out.empty() ? number : out.front().value() + number);
  }
  if (!reader.ok()) return make_error_code(Errc::corrupt);
  return out;
}

}  // namespace waybill::projector
