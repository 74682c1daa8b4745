// What stands in partitions of Kafka's topics at an offset.
#pragma once

#include "ingest/kafka_settings.h"
#include "ingest/log_place.h"

namespace waybill::ingest {

// Each call has a connection of its own: it is asked after a broker was lost, and seldom.
LookAt kafka_look(KafkaSettings settings);

}  // namespace waybill::ingest
