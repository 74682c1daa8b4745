// Table: the tables of a ViewStore, and what is asked of each. The traits of a view's table stand
// beside its keys (views/*_key.h), those of the two that are no views in archive/archive_key.h and
// meta_table.h; tables.h has them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waybill::projector {

// `archive` holds the raw events, `meta` positions and numbers; the rest are views.
enum class Table : std::uint8_t {
  meta,
  archive,
  timeline,
  deliveries,
  messages,
  counters,
  return_paths,
  accesses,
  control,
  figures,
  terms,
  end,  // no table: how many there are
};

// How a table is written. Rows of `lines` are put once and never read back by their view; rows of
// `states` are read, changed and put again; rows of `sums` are kept by their view, which reads them
// a range at a time and puts each once in a batch.
enum class Writes : std::uint8_t { lines, states, sums };

// Which files have a filter, by which a look-up passes by a file that has not its key.
enum class Filters : std::uint8_t {
  all,
  // Not those of the last level: nearly every key that is looked for is there, or beyond all. What
  // they would take there is the larger part of what look-ups need in the cache.
  above_last_level,
  none,  // every key that is looked for is there
};

// How blocks are compressed.
enum class Packing : std::uint8_t {
  thorough,    // ZSTD
  dictionary,  // the same; blocks have octets in common beside ids and numbers: so has their file
  fast,  // LZ4: of small blocks of ids, ZSTD makes little less and takes as long as to read them
};

struct TableTraits {
  Table table;
  std::string_view name;
  bool is_view;  // a rebuild drops it and folds it again
  Writes writes;
  // Of the rows that a store keeps in memory, in sixteenths; 0: the least that there is.
  std::uint8_t buffer_sixteenths = 0;
  // Of rows, before compression: a look-up reads and unpacks a block of them, and the larger it is,
  // the less room they take.
  std::uint8_t block_kib = 16;
  // Octets at the front of a key that a bloom filter answers for; 0: the filter takes whole keys.
  std::size_t filter_prefix = 0;
  // With a filter_prefix: octets of rows in memory for each place of the hash table that they stand
  // in. A place is to hold about one prefix.
  std::size_t octets_per_place = 0;
  Filters filters = Filters::all;
  // Single rows are looked for wherever they are: a block that was read for one is hardly asked for
  // again, and would take the place of an index in the cache.
  bool scattered = false;
  Packing packing = Packing::thorough;
};

}  // namespace waybill::projector
