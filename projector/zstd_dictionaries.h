// The dictionaries by which RocksDB's blocks are unpacked, made ready once and kept.
//
// RocksDB as Debian builds it gives zstd a block's dictionary as it stands in the file, and zstd
// makes its tables anew, for each block: some 15 us of a processor, where a block of 4 KiB takes 5.
// zstd has another call for dictionaries that are ready, but RocksDB has it only when compiled with
// ZSTD_STATIC_LINKING_ONLY, and no option. So the program has a ZSTD_decompress_usingDict() of its
// own, which the dynamic linker takes before the library's (decision 17). It gives the same octets.
// Where RocksDB does not call it, nothing is lost but time. Any thread.
#pragma once

#include <cstdint>

namespace waybill::projector {

// Has the function linked into the program: who opens files with dictionaries calls this.
void keep_dictionaries();

// Since the process began.
struct DictionaryUse {
  std::uint64_t made = 0;      // dictionaries made ready
  std::uint64_t unpacked = 0;  // pieces of octets, by one that was
};
DictionaryUse dictionary_use();

}  // namespace waybill::projector
