#include "ingest/cloud_event.h"

#include "schemas/data_schema.h"
#include "schemas/event.h"
#include "schemas/kind.h"
#include "schemas/partition.h"

namespace waybill::ingest {

namespace {

constexpr std::string_view kSpecVersion = "1.0";
// Of a body from a newer writer.
constexpr std::string_view kUnknownType = "waybill.delivery.unknown";
constexpr std::string_view kContentType = "application/protobuf";

}  // namespace

void CloudEvent::set_type(const schemas::Envelope& envelope) {
  const schemas::KindTraits* const kind = schemas::find_kind(envelope.body);
  type_ = kind == nullptr ? kUnknownType : kind->ce_type;
}

// Control events are compacted by what they speak of, which only their body says. They are rare.
void CloudEvent::set_key(const schemas::Envelope& envelope, std::string_view value) {
  schemas::Event event;
  const bool control = envelope.body == schemas::Event::kControl;
  if (control && event.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    key_.assign(event.control().subject()).append("/").append(event.control().subject_id());
  } else {
    key_.assign(schemas::log_key(envelope));
  }
}

const OutRecord& CloudEvent::describe(const schemas::Envelope& envelope, std::string_view value,
                                      std::uint32_t partitions) {
  // With the source it names the event, and compresses to next to nothing beside its neighbours.
  id_.assign(std::to_string(envelope.journal))
      .append("-")
      .append(std::to_string(envelope.node_seq.value()));
  set_type(envelope);
  source_.assign("waybill/").append(envelope.node);
  set_key(envelope, value);
  record_.topic = schemas::topic_of_body(envelope.body);
  // The other topics have one partition.
  record_.partition =
      record_.topic == schemas::kDeliveriesTopic ? schemas::partition_of(envelope, partitions) : 0;
  record_.key = key_;
  record_.value = value;
  record_.headers.clear();
  record_.headers.emplace_back("ce_specversion", kSpecVersion);
  record_.headers.emplace_back("ce_id", id_);
  record_.headers.emplace_back("ce_type", type_);
  record_.headers.emplace_back("ce_source", source_);
  record_.headers.emplace_back("ce_dataschema", schemas::data_schema());
  record_.headers.emplace_back("content-type", kContentType);
  return record_;
}

}  // namespace waybill::ingest
