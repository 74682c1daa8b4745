// The transport into a data stream of Elasticsearch or OpenSearch, by _bulk.
//
// A record is a document whose _id is the record's id: sent again it is refused as one that is
// there (409), which is a repeat. That holds within one backing index; a repeat after a rollover is
// a second document with the same event.id. Grade::stored: the document is in the translog of its
// shard, on disk unless the index says otherwise.
//
// Before the first record, and after each trouble of setup, the data stream is asked for, and made
// if a template is there for it: without one the receiver would guess a mapping and take all. The
// credentials need the privileges view_index_metadata, create_index and create_doc.
#pragma once

#include <memory>
#include <string>

#include "stream/transport/http_way.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

struct BulkSettings {
  HttpWaySettings way{};
  std::string data_stream = "logs-waybill.delivery-default";
  BatchBounds bounds{};
};

// Records are objects of JSON. Errors as HttpWay::make().
runtime::Explained<std::unique_ptr<Transport>> make_bulk(BulkSettings settings,
                                                         const runtime::Clock& clock);

}  // namespace waybill::stream
