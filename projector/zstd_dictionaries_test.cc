#include "projector/zstd_dictionaries.h"

#include <gtest/gtest.h>
#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "projector/rocksdb_view_store.h"
#include "tests/support/temporary_directory.h"

namespace waybill::projector {
namespace {

std::string line(std::size_t number) {
  return "250 2.0.0 OK " + std::to_string(number * 7'919) + " queued as " +
         std::to_string(number * number) + " at mx" + std::to_string(number % 5) + ".example";
}

// By zstd's own trainer, of lines from `first` on.
std::string trained(std::size_t first) {
  std::string samples;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 2'000; ++i) {
    samples += line(first + i);
    sizes.push_back(line(first + i).size());
  }
  std::string dictionary(4'096, '\0');
  dictionary.resize(ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), samples.data(),
                                          sizes.data(), static_cast<unsigned>(sizes.size())));
  return dictionary;
}

std::string packed(const std::string& octets, const std::string& dictionary) {
  std::string out(ZSTD_compressBound(octets.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  out.resize(ZSTD_compress_usingDict(context, out.data(), out.size(), octets.data(), octets.size(),
                                     dictionary.data(), dictionary.size(), 3));
  ZSTD_freeCCtx(context);
  return out;
}

// Empty: zstd gave an error.
std::string unpacked(const std::string& octets, const std::string& dictionary) {
  std::string out(1'000, '\0');
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  const std::size_t size =
      ZSTD_decompress_usingDict(context, out.data(), out.size(), octets.data(), octets.size(),
                                dictionary.data(), dictionary.size());
  ZSTD_freeDCtx(context);
  out.resize(ZSTD_isError(size) ? 0 : size);
  return out;
}

TEST(ZstdDictionaries, UnpackWhatWasPackedWithThemAndAreMadeReadyOnce) {
  const std::string dictionary = trained(0);
  const DictionaryUse before = dictionary_use();
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(unpacked(packed(line(i), dictionary), dictionary), line(i));
  }
  EXPECT_EQ(dictionary_use().made, before.made + 1);
  EXPECT_EQ(dictionary_use().unpacked, before.unpacked + 50);
}

TEST(ZstdDictionaries, OfTheSameIdAreToldApartByTheirOctets) {
  const std::string dictionary = trained(10'000);
  std::string other = dictionary;
  // The content at its end, which a text is packed by.
  std::reverse(other.end() - 200, other.end());
  ASSERT_EQ(ZSTD_getDictID_fromDict(dictionary.data(), dictionary.size()),
            ZSTD_getDictID_fromDict(other.data(), other.size()));
  for (int i = 0; i < 3; ++i) {
    for (const std::string& one : {dictionary, other}) {
      const std::string text = one.substr(one.size() - 100);
      EXPECT_EQ(unpacked(packed(text, one), one), text);
    }
  }
}

TEST(ZstdDictionaries, OctetsThatWereNotTrainedAndNoneAtAllServeAsEver) {
  const std::string raw = line(1) + line(2);
  EXPECT_EQ(unpacked(packed(line(2), raw), raw), line(2));
  EXPECT_EQ(unpacked(packed(line(3), ""), ""), line(3));
}

TEST(ZstdDictionaries, AnotherOneThanItWasPackedWithIsAnError) {
  EXPECT_EQ(unpacked(packed(line(1), trained(20'000)), trained(30'000)), "");
}

TEST(ZstdDictionaries, MoreThanAreKeptAreStillRight) {
  const std::string one_of_them = trained(0);
  std::vector<std::string> many;
  for (std::size_t i = 0; i < 270; ++i) {
    std::string dictionary = one_of_them;
    // Its id (zstd's format of dictionaries: octets 4 to 7).
    dictionary[4] = static_cast<char>(i % 256);
    dictionary[5] = static_cast<char>(i / 256 + 1);
    many.push_back(std::move(dictionary));
  }
  for (int round = 0; round < 2; ++round) {
    for (const std::string& one : many) EXPECT_EQ(unpacked(packed(line(9), one), one), line(9));
  }
}

std::string key_of(std::size_t line) { return "key" + std::to_string(1'000'000 + line); }

// Whose archive has lines, in a file with a dictionary.
std::unique_ptr<ViewStore> store_of_lines(const std::string& directory) {
  {
    auto store = open_rocks_store(directory, {});
    EXPECT_TRUE(store) << store.error().why;
    WriteBatch batch;
    for (std::size_t i = 0; batch.octets() < 2 * kUnloggedBatch; ++i) {
      batch.put(Table::archive, key_of(i), line(i));
    }
    EXPECT_TRUE((*store)->apply(batch));
    EXPECT_TRUE((*store)->sync());
  }
  auto store = open_rocks_store(directory, {});
  EXPECT_TRUE(store) << store.error().why;
  return std::move(*store);
}

// Should the linker take zstd's own one day, or Debian's RocksDB no longer call it, this says so.
TEST(ZstdDictionaries, AreThoseThatRocksDbUnpacksBlocksWith) {
  const tests::TemporaryDirectory directory;
  const auto store = store_of_lines(directory.path("views"));
  const DictionaryUse before = dictionary_use();
  for (std::size_t i = 0; i < 1'000; i += 100) {
    const auto row = store->get(Table::archive, key_of(i));
    ASSERT_TRUE(row);
    EXPECT_EQ(*row, line(i));
  }
  EXPECT_GE(dictionary_use().unpacked, before.unpacked + 5);
  EXPECT_LE(dictionary_use().made, before.made + 1);
}

TEST(ZstdDictionaries, ABlockOfTheArchiveIsUnpackedOnceForAllThatAreAskedForTogether) {
  const tests::TemporaryDirectory directory;
  const auto store = store_of_lines(directory.path("views"));
  std::vector<std::string> neighbours;
  for (std::size_t i = 0; i < 4; ++i) neighbours.push_back(key_of(500 + i));
  const DictionaryUse before = dictionary_use();
  ASSERT_TRUE(store->get_all(Table::archive, neighbours));
  // Two, where the end of a block is among them.
  EXPECT_LE(dictionary_use().unpacked, before.unpacked + 2);
}

}  // namespace
}  // namespace waybill::projector
